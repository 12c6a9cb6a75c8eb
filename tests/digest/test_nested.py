"""Bullets below bullets: groups of items, addresses of one; and numbers in brackets."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.digest import Digest, parse

A, B, C = ("https://a.example.org/", "https://b.example.org/", "https://c.example.org/")


def read(text: str) -> Digest:
    return parse(f"# T\n\n{text}", date=dt.date(2026, 3, 2))


def rows(digest: Digest) -> list[tuple[str, str, str]]:
    return [
        (item.title, item.sources[0].url if item.sources else "", item.section)
        for item in digest.items
    ]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Ann:", "Boats / Ann"),
        ("**Ann**:", "Boats / Ann"),
        ("安：", "Boats / 安"),
        ("[@ann](https://people.example.org/ann):", "Boats / @ann"),
        ("Werkzeuge und Teile:", "Boats / Werkzeuge und Teile"),
    ],
)
@pytest.mark.parametrize("indent", ["  ", "    ", "\t"])
def test_a_bullet_that_names_a_group(name: str, path: str, indent: str) -> None:
    digest = read(
        f"## Boats\n\n- [Lamp]({C}) one\n- {name}\n"
        f"{indent}- [Rope]({A}) two\n{indent}- [Oars]({B})\n"
    )
    assert rows(digest) == [("Lamp", C, "Boats"), ("Rope", A, path), ("Oars", B, path)]
    assert {item.category for item in digest.items} == {"Boats"}
    assert (digest.open, digest.errors) == ((), [])


@pytest.mark.parametrize(
    ("text", "row", "body"),
    [
        (f"- Rope\n  - {A}\n", ("Rope", A, "Boats"), ""),
        (f"- 绳\n  - 它会浮。\n  - <{A}>\n", ("绳", A, "Boats"), "- 它会浮。"),
        (f"- ロープが浮く\n    - [公式]({A})\n", ("ロープが浮く", A, "Boats"), ""),
        (f"- Seil\n\n  Es schwimmt.\n\n  [Quelle]({A})\n", ("Seil", A, "Boats"), "Es schwimmt."),
        (f"- Cuerda\n  - [Papel]({A}) · [Código]({B})\n", ("Cuerda", A, "Boats"), ""),
    ],
)
def test_an_address_below_a_bullet_is_its_source(
    text: str, row: tuple[str, str, str], body: str
) -> None:
    digest = read(f"## Boats\n\n{text}- [Lamp]({C}) one\n")
    assert rows(digest) == [row, ("Lamp", C, "Boats")]
    assert digest.items[0].body == body
    assert (digest.open, digest.errors) == ((), [])


@pytest.mark.parametrize(
    "text",
    [
        f"- Rope: it floats\n  - see [here]({A}) and [there]({B})\n",  # a remark with two links
        f"- [Rope]({A}) floats:\n  - in water\n  - in oil\n",  # what is below has no links
        f"- Rope:\n  - in water\n  - in [oil]({A})\n  - in milk\n",  # most have none
    ],
)
def test_notes_below_a_bullet_stay_notes(text: str) -> None:
    digest = read(f"## Boats\n\n{text}- [Lamp]({C}) one\n- [Mast]({C}m) two\n")
    assert len(digest.items) == 3
    assert digest.items[0].body


@pytest.mark.parametrize("marks", ["（{}）", "({}) ", "（{}） "])
def test_numbers_in_brackets_are_items_where_nothing_else_is_counted(marks: str) -> None:
    texts = [f"绳会浮，见[报告]({A})。", f"桨能划，见[新闻]({B})。", f"灯很亮。[图]({C})"]
    listed = "\n\n".join(marks.format(n) + text for n, text in enumerate(texts, 1))
    digest = read(
        f"## 动态\n\n{listed}\n\n## 工具\n\n1、[Mast]({C}m)\n\n甲。\n\n2、[Sail]({C}s)\n\n乙。"
    )
    assert [row[1:] for row in rows(digest)] == [
        (A, "动态"), (B, "动态"), (C, "动态"), (f"{C}m", "工具"), (f"{C}s", "工具"),
    ]  # fmt: skip
    assert (digest.open, digest.errors) == ((), [])


def test_numbers_in_brackets_inside_an_item_are_its_points() -> None:
    digest = read(f"## 工具\n\n1、[Mast]({A})\n\n（1）甲。\n\n（2）乙。\n\n2、[Sail]({B})\n\n丙。")
    assert rows(digest) == [("Mast", A, "工具"), ("Sail", B, "工具")]


@pytest.mark.parametrize(
    "marks", ["（一）|（二）|（三）", "(1)|(2)|(3)", "(a)|(b)|(c)", "（I）|（II）|（III）"]
)
def test_headings_counted_in_brackets_are_parts_of_one_piece(marks: str) -> None:
    text = "It goes on, and on. So it went."
    parts = "\n\n".join(f"### {mark} Part\n\n{text}" for mark in marks.split("|"))
    digest = read(
        f"## Tools\n\n- [Mast]({A}) one\n- [Sail]({B})\n\n"
        f"## A life\n\nShe sailed.\n\n{parts}\n\n## More\n\n- [Lamp]({C})\n"
    )
    assert [item.title for item in digest.items] == ["Mast", "Sail", "A life", "Lamp"]
    assert digest.items[2].body.count("### ") == 3
    assert digest.open == ()
