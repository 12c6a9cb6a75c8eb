"""What ends a list, a section or an issue, and what stands in its title."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.digest import Digest, parse

A, B, C, D = (f"https://{letter}.example.org/" for letter in "abcd")
DAY = dt.date(2026, 3, 2)


def read(text: str) -> Digest:
    return parse(text, date=DAY)


def titles(digest: Digest) -> list[str]:
    return [item.title for item in digest.items]


BODY = f"# T\n\n## Ropes\n\n- [Rope]({A}) - floats\n- [Line]({B}) - sinks\n\n"


@pytest.mark.parametrize(
    "heading",
    [
        "Thanks for reading ☺️", "订阅", "免责声明", "お問い合わせ", "구독 안내", "Mentions légales",
        "Impressum", "Suscríbete", "Iscriviti", "Siga-nos", "Обратная связь",
    ],
)  # fmt: skip
def test_what_an_issue_says_of_itself_is_asked(heading: str) -> None:
    digest = read(f"{BODY}## {heading}\n\nWrite to [us]({C}) about it.\n")
    assert titles(digest) == ["Rope", "Line"]
    assert [(one.first, one.last) for one in digest.open] == [(10, 10)]


def test_a_list_of_its_own_links_is_the_tail() -> None:
    digest = read(f"{BODY}## Follow us\n\n- [Feed]({C})\n- [Mail]({D})\n")
    assert titles(digest) == ["Rope", "Line"]
    assert [(one.label, one.url) for one in digest.tail_links] == [("Feed", C), ("Mail", D)]


def test_such_a_heading_above_other_sections_is_one_of_them() -> None:
    digest = read(f"# T\n\n## Feedback\n\n- [Rope]({A}) - a\n\n## Lamps\n\n- [Lamp]({B}) - b\n")
    assert titles(digest) == ["Rope", "Lamp"]


def test_a_heading_of_contents_without_any_is_no_item() -> None:
    digest = read(
        f"# T\n\n## 目录\n\n点击图标打开。\n\n## 绳\n\n- [Rope]({A}) 浮\n- [Line]({B}) 沉\n"
    )
    assert titles(digest) == ["Rope", "Line"]


@pytest.mark.parametrize(
    "below",
    [f"Meeting in May {C}\n\n* Editor: Ann\n* Archive: {D}\n", "- 编辑: 安\n- 订阅: 邮件\n"],
)
def test_what_stands_below_the_last_number_is_asked(below: str) -> None:
    digest = read(f"# T\n\n## Day\n\n1. Rope {A}\n2. Line {B}\n3. Lamp {C}\n\n{below}")
    assert titles(digest) == ["Rope", "Line", "Lamp"]
    assert [item.body for item in digest.items] == ["", "", ""]
    assert digest.open[0].first == 9


def test_a_picture_below_the_last_number_is_its_own() -> None:
    digest = read(f"# T\n\n## Day\n\n1. Rope {A}\n2. Line {B}\n3. Lamp {C}\n\n![lamp]({D}l.png)\n")
    assert digest.items[2].body == f"![lamp]({D}l.png)"


def test_a_picture_that_ends_a_section_shows_its_last_link() -> None:
    digest = read(
        f"# T\n\n## Ropes\n\n- [Rope]({A})\n- [Line]({B})\n\n![line]({D}l.png)\n\n"
        f"## Lamps\n\n- [Lamp]({C})\n- [Oil]({D})\n\n![scan]({D}scan.png)\n"
    )
    assert digest.items[1].body == f"![line]({D}l.png)"
    assert [one.kind for one in digest.open] == ["picture"]  # It may be the issue's own.


class TestTitles:
    def test_the_address_of_the_issue_is_no_part_of_its_title(self) -> None:
        digest = read(f"# [Ropes, issue 3]({D})\n\n## [Rope]({A})\n\nIt floats.\n")
        assert digest.title == "Ropes, issue 3"

    @pytest.mark.parametrize("day", ["2026-03-02", "[2026-03-02](https://d.example.org/1)"])
    def test_a_day_above_the_title(self, day: str) -> None:
        digest = parse(
            f"# {day}\n\n![cover]({D}c.png)\n\n# 绳索早报 2026-03-02\n\n"
            f"## [绳]({A})\n\n它会浮。\n\n## [灯]({B})\n\n它会亮。\n"
        )
        assert (digest.title, digest.date) == ("绳索早报 2026-03-02", DAY)
        assert [(item.title, item.section) for item in digest.items] == [("绳", ""), ("灯", "")]

    def test_a_heading_of_the_day_above_all_others(self) -> None:
        digest = parse(f"## 2026-03-02\n\n#### ropes\n\n- [Rope]({A}) a\n- [Line]({B}) b\n")
        assert (digest.title, digest.date) == ("2026-03-02", DAY)
        assert {item.section for item in digest.items} == {"ropes"}

    def test_a_section_above_all_others_is_no_title(self) -> None:
        digest = read(f"## News\n\n### Ropes\n\n- [Rope]({A}) a\n- [Line]({B}) b\n")
        assert digest.title == ""
        assert {item.section for item in digest.items} == {"News / Ropes"}


@pytest.mark.parametrize(
    ("bullet", "body"),
    [
        (f"[Rope]({A}):one that floats", "one that floats"),
        (f"[Rope]({A})：小绳", "小绳"),
        (f"[Rope]({A}) | floats", "floats"),
        (f"[Rope]({A}):.NET on a rope", ".NET on a rope"),
        (f"[Rope]({A}) floats.", f"[Rope]({A}) floats."),
    ],
)
def test_what_is_said_of_a_link(bullet: str, body: str) -> None:
    digest = read(f"# T\n\n## Ropes\n\n- {bullet}\n- [Line]({B}) - sinks\n")
    assert (digest.items[0].title, digest.items[0].body) == ("Rope", body)


class TestTagsAround:
    @pytest.mark.parametrize(
        "line",
        [
            '<span style="color: blue">{}</span>', '<p class="x"><font size="2">{}</font></p>',
            '<div align="center">{}</div>', "<center>{}</center>", "<small>{}</small>",
        ],
    )  # fmt: skip
    def test_an_address_in_them_is_the_source(self, line: str) -> None:
        digest = read(f"# T\n\n## Rope\n\n{line.format(f'<{A}>')}\n\n## Lamp\n\n{line.format(B)}\n")
        assert [item.sources[0].url for item in digest.items] == [A, B]

    def test_tags_alone_between_items_are_dropped(self) -> None:
        digest = read(
            f'# T\n\n<div class="card">\n\n## Rope\n\n<{A}>\n\n</div>\n\n<div class="card">\n\n'
            f"## Lamp\n\n<{B}>\n\n</div>\n"
        )
        assert [(item.title, item.body) for item in digest.items] == [("Rope", ""), ("Lamp", "")]
        assert digest.open == ()

    def test_a_picture_keeps_them(self) -> None:
        text = f'<p align="center"><img src="{D}p.png"></p>'
        digest = read(f"# T\n\n## [Rope]({A})\n\nIt floats.\n\n{text}\n\n## [Lamp]({B})\n\nx\n")
        assert text in digest.items[0].body


def test_a_span_at_the_top_is_no_numbered_line() -> None:
    digest = parse(f"# Woche\n\n2. bis 6. März 2026\n\n## Seile\n\n- [Seil]({A})\n- [Tau]({B})\n")
    assert digest.date is None
    assert [one.params["case"] for one in digest.errors if one.code == "date-ambiguous"] == ["span"]


def test_short_bold_names_in_front_of_remarks() -> None:
    digest = read(
        f"# T\n\n## Nuevo\n\n🔹 **Cuerda 3.0**: flota mejor. [Leer más]({A})\n\n"
        f"🔹 **Remo 2.1**: más ligero. [Leer más]({B})\n\n"
        f"## Otros\n\n🔹 **Caché**: un estudio largo. [Leer más]({C})\n"
    )
    assert [item.sources[0].url for item in digest.items] == [A, B, C]
    assert titles(digest)[1] == "Remo 2.1"


def test_texts_that_begin_with_their_linked_title() -> None:
    digest = read(
        f"# T\n\n## Lesestoff\n\n[Seile, die schwimmen]({A}) – ein Text.\n\n"
        f"[Caches, die lügen]({B}) – noch einer.\n"
    )
    assert titles(digest) == ["Seile, die schwimmen", "Caches, die lügen"]
