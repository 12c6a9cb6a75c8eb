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


class TestTextsWithATitleInBold:
    @pytest.mark.parametrize(
        ("text", "title", "body"),
        [
            ("**A rope that floats** — it is light", "A rope that floats", "it is light"),
            ("**会浮的绳索来了**：它很轻", "会浮的绳索来了", "它很轻"),
            ("🔥 **Ein Seil, das schwimmt:** leicht", "🔥 Ein Seil, das schwimmt", "leicht"),
        ],
    )
    def test_the_bold_words_are_the_title(self, text: str, title: str, body: str) -> None:
        digest = read(f"1. {text} ([Gazette]({A}))\n2. **Oars of old sails** — ([Gazette]({B}))\n")
        item = digest.items[0]
        assert (item.title, item.sources[0].url) == (title, A)
        assert item.body == f"{body} ([Gazette]({A}))"

    @pytest.mark.parametrize("name", ["2 March 2026", "Source", "feat(rope)", "Rope"])
    def test_a_date_a_field_or_a_term_is_none(self, name: str) -> None:
        digest = read(f"## A\n\n- **{name}**: It [floats]({A}) now.\n- [Oars]({B}) - light\n")
        assert digest.items[0].title != name

    def test_paragraphs_that_end_with_their_link_are_items(self) -> None:
        digest = read(
            f"## World\n\n**Ports reopen after storm.** Ships move again. [Gazette]({A})\n\n"
            f"**Talks on ropes resume.** They met. [Mail]({B}) | [Post]({C})\n\n"
            f"## Web\n\n**Caches lie less.** A protocol ships. [Edge]({D})\n"
        )
        assert rows(digest) == [
            ("Ports reopen after storm.", A, "World"),
            ("Talks on ropes resume.", B, "World"),
            ("Caches lie less.", D, "Web"),
        ]

    def test_one_such_paragraph_is_the_text_of_its_heading(self) -> None:
        digest = read(f"## Rope\n\n**It floats on its own.** Light. [Gazette]({A})\n")
        assert [item.title for item in digest.items] == ["Rope"]


def test_lines_without_any_mark_above_lists() -> None:
    digest = read(
        f"🔥 Ropes : 2\n\n  1. [Board] [Rope]({A}) - 09:10\n  2. [Pier] [Line]({B})\n\n━━━━━━━━\n\n"
        f"📌 Lamps : 1\n\n  1. [Board] [Lamp]({C})\n"
    )
    assert [item.section for item in digest.items] == ["Ropes : 2", "Ropes : 2", "Lamps : 1"]
    assert [item.sources[0].url for item in digest.items] == [A, B, C]


def test_boxes_of_tasks_are_dropped() -> None:
    digest = read(f"## A\n\n- [ ] [Rope]({A}) one\n- [x] [Oars]({B}) two\n")
    assert [item.title for item in digest.items] == ["Rope", "Oars"]
    assert [one.params["dialect"] for one in digest.problems if one.code == "dialect-dropped"] == [
        "task"
    ]


def test_a_list_of_definitions() -> None:
    digest = read(
        f'<dl>\n<dt><a href="{A}">Corde</a></dt>\n<dd>Longue.</dd>\n'
        f'<dt><a href="{B}">Rames</a></dt>\n<dd>Courtes.</dd>\n</dl>\n'
    )
    assert [(item.title, item.body) for item in digest.items] == [
        ("Corde", "Longue."),
        ("Rames", "Courtes."),
    ]


class TestReferencesOfAnItem:
    @pytest.mark.parametrize(
        "label",
        ["**参考：**", "参考链接：", "References:", "**Quellen:**", "出典：", "**Références :**"],
    )
    def test_a_list_below_a_label_is_its_sources(self, label: str) -> None:
        digest = read(
            f"## Rope\n\nIt floats [1][2].\n\n{label}\n\n- [1] [Gazette]({A})\n"
            f"- [2] [Mail]({B})\n\n"
            f"## Lamp\n\nIt shines [1].\n\n{label}\n\n- [1] [Pier]({C})\n"
        )
        assert [[link.url for link in item.sources] for item in digest.items] == [[A, B], [C]]
        assert [item.body for item in digest.items] == ["It floats [1][2].", "It shines [1]."]

    def test_a_list_below_a_heading_is_its_sources(self) -> None:
        digest = read(
            f"## Rope\n\nIt floats.\n\n### 参考\n\n- [Gazette]({A})\n\n"
            f"## Lamp\n\nIt shines.\n\n### 参考\n\n1. [Pier]({B})\n2. A book\n"
        )
        assert [[link.label for link in item.sources] for item in digest.items] == [
            ["Gazette"],
            ["Pier", "A book"],
        ]
        assert [item.body for item in digest.items] == ["It floats.", "It shines."]

    def test_figures_lead_to_its_sources(self) -> None:
        digest = read(
            f"## Rope\n\nIt floats[1], says one[2], and another[1].\n\n[1]: {A}\n[2]: {B}\n\n"
            f"## Lamp\n\nIt shines[3].\n\n[3]: {C}\n"
        )
        assert [[link.url for link in item.sources] for item in digest.items] == [[A, B], [C]]

    def test_numbers_of_issues_do_not(self) -> None:
        digest = read(f"## Rope\n\nMended in [#12]({A}).\n\n## Lamp\n\nLit in [#3]({B}).\n")
        assert [item.sources for item in digest.items] == [(), ()]

    @pytest.mark.parametrize("value", ["Gazette, {}", "Gazette {}", "Gazette: <{}>"])
    def test_a_name_and_its_address_are_one_source(self, value: str) -> None:
        digest = read(
            f"## Rope\n\n> Floats.\n\nQuelle: {value.format(A)}\n\n"
            f"## Lamp\n\n> Shines.\n\nQuelle: {value.format(B)}\n"
        )
        assert [[(link.label, link.url) for link in item.sources] for item in digest.items] == [
            [("Gazette", A)],
            [("Gazette", B)],
        ]
