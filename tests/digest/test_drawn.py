"""Headings that are drawn instead of marked, as mail, chats and programs write them."""

from __future__ import annotations

import re

import pytest

from newsletter.digest import Digest, parse

A, B, C = (
    "- [A harbour opens early](https://a.example.org/1) – at night\n"
    "- [Ropes that float](https://a.example.org/2)\n",
    "- [Two boats meet](https://b.example.org/1), off the coast\n"
    "- [A school for sailors](https://b.example.org/2)\n",
    "- [The price of salt](https://c.example.org/1)\n",
)

DRAWN = [
    # (first heading, second, third, the names)
    ("**Ports**", "**Boats**", "**Trade**", ["Ports", "Boats", "Trade"]),
    ("__Häfen__", "__Boote__", "__Handel__", ["Häfen", "Boote", "Handel"]),
    ("*Ports*", "*Bateaux*", "*Commerce*", ["Ports", "Bateaux", "Commerce"]),
    ("***港***", "***船***", "***貿易***", ["港", "船", "貿易"]),
    ("【港口】", "【船舶】", "【贸易】", ["港口", "船舶", "贸易"]),
    ("〖港〗", "〖船〗", "〖商〗", ["港", "船", "商"]),
    ("▌Puertos", "▌Barcos", "▌Comercio", ["Puertos", "Barcos", "Comercio"]),
    ("■ 항구", "■ 배", "■ 무역", ["항구", "배", "무역"]),
    ("— Порты —", "— Лодки —", "— Торговля —", ["Порты", "Лодки", "Торговля"]),
    ("=== Porty ===", "=== Łodzie ===", "=== Handel ===", ["Porty", "Łodzie", "Handel"]),
    ("--- LIMANLAR ---", "--- TEKNELER ---", "--- TİCARET ---",
     ["LIMANLAR", "TEKNELER", "TİCARET"]),
    ("~*~ Bến cảng ~*~", "~*~ Thuyền ~*~", "~*~ Thương mại ~*~",
     ["Bến cảng", "Thuyền", "Thương mại"]),
    ("PELABUHAN", "KAPAL", "PERDAGANGAN", ["PELABUHAN", "KAPAL", "PERDAGANGAN"]),
    ("[الموانئ]", "[القوارب]", "[التجارة]", ["الموانئ", "القوارب", "التجارة"]),
    ("⚓ Portos", "⛵ Barcos", "💰 Comércio", ["Portos", "Barcos", "Comércio"]),
    ("一、港口", "二、船舶", "三、贸易", ["港口", "船舶", "贸易"]),
    ("<b>Porti</b>", "<b>Barche</b>", "<b>Commercio</b>", ["Porti", "Barche", "Commercio"]),
    ("<p><strong>Ports</strong></p>", "<p><strong>Boats</strong></p>",
     "<p><strong>Trade</strong></p>", ["Ports", "Boats", "Trade"]),
    ("<u>Havens</u>", "<u>Boten</u>", "<u>Handel</u>", ["Havens", "Boten", "Handel"]),
    ("Ports\n--", "Boats\n--", "Trade\n--", ["Ports", "Boats", "Trade"]),
    ("// Ports", "// Boats", "// Trade", ["Ports", "Boats", "Trade"]),
]  # fmt: skip


def read(text: str) -> Digest:
    return parse(f"# The week - 2026-03-02\n\nHello.\n\n{text}", name="2026-03-02.md")


def filed(digest: Digest) -> list[str]:
    return [item.category for item in digest.items]


@pytest.mark.parametrize("gap", ["\n\n", "\n"], ids=["apart", "close"])
@pytest.mark.parametrize(("one", "two", "three", "names"), DRAWN)
def test_drawn_headings_above_lists(
    one: str, two: str, three: str, names: list[str], gap: str
) -> None:
    digest = read(f"{one}{gap}{A}\n{two}{gap}{B}\n{three}{gap}{C}")
    first, second, third = names
    assert filed(digest) == [first, first, second, second, third]
    assert (digest.intro, digest.open, digest.errors) == ("Hello.", (), [])


def numbered(text: str) -> str:
    lines = text.strip().split("\n")
    return "\n".join(f"{place}. {line[2:]}" for place, line in enumerate(lines, 1)) + "\n"


def paragraphs(text: str) -> str:
    return text.replace("- [", "[").replace("\n", "\n\n")


def dotted(text: str) -> str:
    return text.replace("- [", "· [")


def dashed(text: str) -> str:
    return text.replace("- [", "— [")


def pictured(text: str) -> str:
    return paragraphs(text).replace("[", "👉 [")


def stories(text: str) -> str:
    return "".join(
        f"**Title {place}**\n\nSome words about it.\n\n[Read more]({url})\n\n"
        for place, url in enumerate(re.findall(r"\((http[^()]+)\)", text))
    )


@pytest.mark.parametrize(
    "entries", [numbered, paragraphs, dotted, dashed, pictured, stories], ids=lambda f: f.__name__
)
@pytest.mark.parametrize(
    ("one", "two", "three"),
    [
        ("**Ports**", "**Boats**", "**Trade**"),
        ("【港口】", "【船】", "【贸易】"),
        ("▌Ports", "▌Boats", "▌Trade"),
        ("— Ports —", "— Boats —", "— Trade —"),
        ("HÄFEN", "BOOTE", "HANDEL"),
        ("⚓ Ports", "⛵ Boats", "💰 Trade"),
        ("## Ports", "## Boats", "## Trade"),
    ],
)
def test_drawn_headings_above_other_entries(
    one: str, two: str, three: str, entries: object
) -> None:
    assert callable(entries)
    digest = read("\n\n".join(
        f"{head}\n\n{entries(text)}" for head, text in ((one, A), (two, B), (three, C))
    ))  # fmt: skip
    assert len(digest.items) == 5
    assert len(set(filed(digest))) == 3
    assert all(item.sources for item in digest.items)
    assert (digest.open, digest.errors) == ((), [])


def test_drawn_headings_above_marked_ones() -> None:
    text = "### [Rope](https://a.example.org/)\n\nIt floats.\n\n"
    lamp = "### [Lamp](https://b.example.org/)\n\nIt burns.\n\n"
    digest = read(f"▌Ports\n\n{text}▌Boats\n\n{lamp}")
    assert [(one.title, one.category) for one in digest.items] == [
        ("Rope", "Ports"),
        ("Lamp", "Boats"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        # stories with bold titles stay stories
        "**A rope that floats**\n\nIt was tested. [More](https://a.example.org/)\n\n"
        "**A lamp for the pier**\n\nIt burns. [More](https://b.example.org/)\n",
        # captions and stress
        "A text about [ropes](https://a.example.org/).\n\n*Photo: Ann*\n\nAnother sentence about "
        "[lamps](https://b.example.org/).\n\n*Photo: Ben*\n",
        # a link of its own
        "[Rope]\n\nIt floats in water and in oil, they say.\n\n[Lamp]\n\nIt burns in rain.\n\n"
        "[rope]: https://a.example.org/\n[lamp]: https://b.example.org/\n",
    ],
)
def test_what_is_no_section(text: str) -> None:
    digest = read(text)
    assert set(filed(digest)) == {""}
    assert digest.errors == []


def test_lines_that_are_each_a_link_are_a_list() -> None:
    lines = "港口夜间开放：https://a.example.org/1\n浮绳测试：https://a.example.org/2\n"
    digest = read(f"{lines}旧地图：https://a.example.org/3\n")
    assert [item.title for item in digest.items] == ["港口夜间开放", "浮绳测试", "旧地图"]
    behind = "https://a.example.org/1 Ropes float\nhttps://a.example.org/2 - Boats meet\n"
    digest = read(f"{behind}https://a.example.org/3 : Lamps burn\n")
    assert [item.title for item in digest.items] == ["Ropes float", "Boats meet", "Lamps burn"]
    assert [item.sources[0].url[-1] for item in digest.items] == ["1", "2", "3"]
