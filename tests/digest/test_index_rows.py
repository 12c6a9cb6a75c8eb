"""A table repeating the titles below it, sources in quotations, HTML rules, lost addresses."""

from __future__ import annotations

import pytest

from newsletter.digest import Digest, parse


def read(text: str) -> Digest:
    return parse(f"---\ntitle: News\ndate: 2026-03-02\n---\n\n{text}", name="2026-03-02.md")


INDEX = """## Liste

| Titel | Quelle | Kurz |
|---|---|---|
| Kran gebaut | [Blatt](https://blatt.example/kran) | Er steht. |
| Brücke gesperrt | [Bote](https://bote.example/b) | Bis Mai. |

## Berichte

### Kran gebaut

Der Kran steht seit Montag am Hafen und hebt nun Container von Schiffen.

### Brücke gesperrt

> **Quelle**
> https://bote.example/b

Die Brücke ist für Lastwagen gesperrt, weil ein Lager gebrochen ist.
"""


def test_a_row_and_the_heading_it_names_are_one_item() -> None:
    digest = read(INDEX)

    assert [(one.title, [(s.label, s.url) for s in one.sources]) for one in digest.items] == [
        ("Kran gebaut", [("Blatt", "https://blatt.example/kran")]),
        ("Brücke gesperrt", [("Bote", "https://bote.example/b")]),
    ]
    assert digest.items[0].body == (
        "**Kurz:** Er steht.\n\n"
        "Der Kran steht seit Montag am Hafen und hebt nun Container von Schiffen."
    )
    assert [(one.title, one.items) for one in digest.sections] == [
        ("Liste", 0),
        ("Kran gebaut", 1),
        ("Brücke gesperrt", 1),
    ]
    assert digest.open == ()


def test_rows_with_a_title_of_their_own_stay_items() -> None:
    digest = read(INDEX.replace("| Kran gebaut |", "| Fähre fährt |"))

    assert [one.title for one in digest.items] == [
        "Fähre fährt",
        "Brücke gesperrt",
        "Kran gebaut",
        "Brücke gesperrt",
    ]


@pytest.mark.parametrize(
    "label", ["**引用元**", "**Source**", "**Fonte**", "**Источник**", "**출처**", "**来源**"]
)
def test_a_label_alone_has_its_value_on_the_next_line(label: str) -> None:
    digest = read(f"## A title\n\n> {label}\n> https://a.example/x\n\nSome text about it.\n")

    assert [source.url for source in digest.items[0].sources] == ["https://a.example/x"]
    assert digest.items[0].body == "Some text about it."


def test_a_rule_of_html_ends_the_last_item() -> None:
    text = "### One\n\n[a](https://a.example/)\n\nText.\n\n### Two\n\n[b](https://b.example/)\n\n"
    digest = read(f"{text}More text.\n\n<hr>\n<br>\n\nUntil next week!\n")

    assert [one.body for one in digest.items] == ["Text.", "More text."]
    assert [(one.kind, one.text) for one in digest.open] == [("paragraph", "Until next week!")]


def test_a_link_whose_address_is_elsewhere_is_shown_as_its_words() -> None:
    digest = read(
        "- [Core #26][] adds a call, see [fees][topic fees] and `rows[i][j]`.\n"
        "- [Two](https://b.example/) keeps [its own][own] and notes [1][2].\n\n"
        "[own]: https://c.example/\n"
    )

    # The parts are in the document's order, whichever of them is an item.
    shown = " ".join([digest.intro, *(f"{one.title} {one.body}" for one in digest.items)])
    assert "[]" not in shown
    assert "fees and `rows[i][j]`" in shown
    assert "[its own](https://c.example/) and notes [1][2]" in shown
    missing = [one for one in digest.problems if one.code == "reference-missing"]
    assert [(one.line, dict(one.params)) for one in missing] == [(6, {"count": 2})]


def test_a_comment_in_bold_leaves_no_stars() -> None:
    digest = read(
        "- **<!-- name -->****提高效率：** 见[帖子](https://a.example/)，说明了方法。\n" * 3
    )

    assert len(digest.items) == 3
    assert "*" not in "".join(one.title for one in digest.items)
