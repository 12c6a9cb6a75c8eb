"""Lists under names of their own: bold lines, bullets and linked headings above titles."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.digest import Digest, parse

A, B, C, D = (f"https://{letter}.example.org/" for letter in "abcd")


def read(text: str) -> Digest:
    return parse(f"# T\n\n{text}", date=dt.date(2026, 3, 2))


def rows(digest: Digest) -> list[tuple[str, str, str]]:
    return [
        (item.title, item.sources[0].url if item.sources else "", item.section)
        for item in digest.items
    ]


@pytest.mark.parametrize("name", ["Harbour Gazette", "港口日报 - 头条", "Морской вестник"])
def test_a_name_without_a_colon_above_titles(name: str) -> None:
    digest = read(
        f"- {name}\n  - [A rope that floats again]({A})\n  - [Oars made of old sails]({B})\n"
        f"  - [A lamp for the pier]({C})\n- Other\n  - [Tide]({D})\n"
    )
    assert rows(digest) == [
        ("A rope that floats again", A, name),
        ("Oars made of old sails", B, name),
        ("A lamp for the pier", C, name),
        ("Tide", D, "Other"),
    ]
    assert [item.category for item in digest.items] == [name, name, name, "Other"]
    assert (digest.open, digest.errors) == ((), [])


def test_names_in_names() -> None:
    digest = read(
        f"## Ports\n\n- North\n  - Gazette\n    - [A rope that floats again]({A})\n"
        f"    - [Oars made of old sails]({B})\n    - [A lamp for the pier]({C})\n"
    )
    assert [row[2] for row in rows(digest)] == ["Ports / North / Gazette"] * 3


def test_a_bold_name_above_one_title() -> None:
    digest = read(f"## Häfen\n\n- **Theorie**\n  - ✅ [Warum Seile schwimmen]({A})\n")
    assert rows(digest) == [("✅ Warum Seile schwimmen", A, "Häfen / Theorie")]


def test_links_below_a_thing_are_its_own() -> None:
    digest = read(f"## Boats\n\n- Rope 3\n  - [Paper]({A})\n  - [Code]({B})\n- [Lamp]({C}) one\n")
    assert [item.title for item in digest.items] == ["Rope 3", "Lamp"]


def test_bold_lines_above_lists_of_links() -> None:
    digest = read(
        f"## Parts\n\n**New**\n\n+ [Rope]({A}): floats\n+ [Oars]({B}), light\n\n"
        f"**Mended:**\n\n+ [Lamp]({C})\n\n## Rest\n\n- [Tide]({D}) - high\n"
    )
    assert rows(digest) == [
        ("Rope", A, "Parts / New"),
        ("Oars", B, "Parts / New"),
        ("Lamp", C, "Parts / Mended"),
        ("Tide", D, "Rest"),
    ]


def test_a_bold_line_above_one_link_is_a_story() -> None:
    digest = read(f"## Parts\n\n**A rope that floats**\n\nIt is light.\n\n- [Lamp]({A})\n")
    assert "A rope that floats" not in {item.section for item in digest.items}
    assert len(digest.items) == 1


@pytest.mark.parametrize("target", [D, "/lists/parts"])
def test_a_linked_heading_above_lists_of_titles_is_a_group(target: str) -> None:
    digest = read(
        f"## [Parts of boats]({target})\n\n### Ropes\n\n- [Rope]({A}) - floats\n"
        f"- [Line]({B}) - sinks\n\n### Light\n\n- [Lamp]({C})\n"
    )
    assert rows(digest) == [
        ("Rope", A, "Parts of boats / Ropes"),
        ("Line", B, "Parts of boats / Ropes"),
        ("Lamp", C, "Parts of boats / Light"),
    ]
    assert (digest.open, digest.errors) == ((), [])


def test_a_linked_heading_with_a_text_is_an_item() -> None:
    digest = read(f"## [Rope]({D})\n\nThe rope got two changes.\n\n### Merged\n\n- [One]({A})\n")
    assert (digest.items[0].title, digest.items[0].sources[0].url) == ("Rope", D)


LONG = "Ein Satz über das Seil, der nicht enden will, weil er viel zu sagen hat. " * 6


@pytest.mark.parametrize("tie", [" - ", ": ", "\n  ", " (score 12): "])
def test_titles_with_long_texts_are_items(tie: str) -> None:
    digest = read(
        f"## Häfen\n\n- **[Warum Seile schwimmen]({A})**{tie}{LONG}\n"
        f"- **[Was Ruder können]({B})**{tie}{LONG}\n"
    )
    assert [row[:2] for row in rows(digest)] == [
        ("Warum Seile schwimmen", A),
        ("Was Ruder können", B),
    ]
    assert all(LONG.strip()[:40] in item.body for item in digest.items)


def test_long_points_with_a_link_somewhere_are_no_items() -> None:
    digest = read(f"## Text\n\n- {LONG} [here]({A}).\n- {LONG} [there]({B}).\n\n## More\n\nText.\n")
    assert all(item.title in {"T", "Text", "More"} for item in digest.items)
