"""Lists whose entries are lines with breaks, pairs of lines, or paragraphs above their remarks; the
day in front of a title; the column that names the rows of a table."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.digest import Digest, parse
from newsletter.digest.times import time_in_front

DAY = dt.date(2026, 3, 2)
A, B, C = ("https://a.example.org/", "https://b.example.org/", "https://c.example.org/")


def read(text: str) -> Digest:
    return parse(text, date=DAY)


def told(text: str) -> list[tuple[str, str, str]]:
    """(section, title, address of the source) of each item."""
    items = read(text).items
    return [(one.section, one.title, one.sources[0].url if one.sources else "") for one in items]


@pytest.mark.parametrize("end", ["  ", "\\", "<br>", "<br />"])
def test_lines_with_breaks_are_entries(end: str) -> None:
    text = f"# T\n\n## Notes\n\nRope that floats <{A}>{end}\nOars of ash <{B}>{end}\nTar <{C}>\n"
    assert told(text) == [
        ("Notes", "Rope that floats", A),
        ("Notes", "Oars of ash", B),
        ("Notes", "Tar", C),
    ]


def test_an_address_below_its_line_belongs_to_it() -> None:
    text = f"# T\n\n## Nouvelles\n\nUne corde  \n<{A}>\n\nDes rames  \n<{B}>\n\nDu goudron <{C}>\n"
    assert told(text) == [
        ("Nouvelles", "Une corde", A),
        ("Nouvelles", "Des rames", B),
        ("Nouvelles", "Du goudron", C),
    ]


def test_a_poem_with_breaks_is_one_text() -> None:
    (item,) = read("# T\n\n## Gedicht\n\nDas Seil,  \ndas schwimmt,  \nund der Teer.\n").items
    assert "das schwimmt" in item.body


def test_a_line_and_its_player_are_one_piece_each() -> None:
    player = '<iframe src="https://www.youtube.com/embed/{}" title="{}"></iframe>'
    text = (
        "# T\n\n## Videos\n\n**2026-02-27** - Rope that floats\n\n"
        + player.format("aaaaaaaaaaa", "Rope that floats")
        + "\n\n**2026-02-28** - Oars of ash\n\n"
        + player.format("bbbbbbbbbbb", "Oars of ash")
        + "\n"
    )
    assert told(text) == [
        ("Videos", "Rope that floats", "https://www.youtube.com/watch?v=aaaaaaaaaaa"),
        ("Videos", "Oars of ash", "https://www.youtube.com/watch?v=bbbbbbbbbbb"),
    ]


def test_linked_paragraphs_above_their_remarks() -> None:
    text = (
        f"# T\n\n## News\n\n### Ropes\n\n[A rope that floats]({A})\n\n"
        "* it is light\n* it is blue\n\n"
        f"[A rope that sinks]({B})\n\n* it is heavy\n\n### Oars\n\n"
        f"[Oars of ash wood]({C}) by Alice\n\n* they are long\n"
    )
    assert told(text) == [
        ("News / Ropes", "A rope that floats", A),
        ("News / Ropes", "A rope that sinks", B),
        ("News / Oars", "Oars of ash wood", C),
    ]
    assert "it is blue" in read(text).items[0].body


def test_the_text_above_a_list_of_its_own_section_is_asked_when_it_has_a_link() -> None:
    said = f"Some say [this]({A}) floats."
    text = f"# T\n\n## News\n\n### Ropes\n\n{said}\n\n- [Rope]({B})\n- [Tar]({C})\n"
    digest = read(text)
    assert digest.intro == ""
    assert [one.first for one in digest.open] == [7]


@pytest.mark.parametrize(
    ("text", "when"),
    [
        (f"**2026-03-02** - [Rope]({A})", "2026-03-02"),
        (f"2026-03-02: [Rope]({A})", "2026-03-02"),
        (f"2 March 2026 – [Rope]({A})", "2 March 2026"),
        (f"(2. März 2026) [Rope]({A})", "2. März 2026"),
        (f"【2026年3月2日】[Rope]({A})", "2026年3月2日"),
        (f"2026年3月2日：[绳子]({A})", "2026年3月2日"),
        (f"2 марта 2026 — [Rope]({A})", "2 марта 2026"),
        (f"`2026/03/02` | [Rope]({A})", "2026/03/02"),
        ("**2026-03-02** - Rope without a link", "2026-03-02"),
        (f"**20:00**: [Rope]({A})", "20:00"),
    ],
)
def test_a_day_in_front_of_a_title(text: str, when: str) -> None:
    found = time_in_front(text)
    assert found is not None
    assert found[0] == when


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02: a rope without a link",  # The day may be what it is about.
        f"Rust 1.2.3 - [Rope]({A})",
        f"Top 10 - [Rope]({A})",
        f"iOS 26 [Rope]({A})",
        f"Summer 2026 - [Rope]({A})",
        f"[2026]({A}) - a year",
    ],
)
def test_what_only_looks_like_a_day(text: str) -> None:
    assert time_in_front(text) is None


@pytest.mark.parametrize(
    "name",
    ["标题", "Title", "Titel", "Titre", "タイトル", "제목", "Заголовок", "Başlık", "**Título**"],
)
def test_the_column_that_is_called_so_names_the_rows(name: str) -> None:
    text = (
        f"# T\n\n## News\n\n| Firma | {name} | Link |\n|---|---|---|\n"
        f"| Alpha Works | A rope that floats | [link]({A}) |\n"
        f"| Beta | Oars of ash | [link]({B}) |\n"
    )
    assert told(text) == [("News", "A rope that floats", A), ("News", "Oars of ash", B)]


def test_the_title_of_the_document_has_no_marks() -> None:
    assert read(f"# **March notes**\n\n- [Rope]({A})\n- [Oars]({B})\n").title == "March notes"


def test_a_link_that_entries_have_in_common_is_not_their_title() -> None:
    text = (
        "# T\n\n## Rope\n\n"
        f"- [alpha/rope] [#7]({A}) Let it float ([@alice])\n"
        f"- [alpha/rope] [#12]({B}) Paint it blue\n"
        f"- [alpha/oars] [#3]({C}) Make them of ash\n\n"
        "[alpha/rope]: https://r.example.org/\n[alpha/oars]: https://o.example.org/\n"
        "[@alice]: https://p.example.org/\n"
    )
    assert told(text)[:2] == [
        ("Rope", "Let it float (@alice)", A),
        ("Rope", "Paint it blue", B),
    ]
    assert "alpha/rope" in read(text).items[0].body


def test_facts_with_a_long_summary_and_two_in_one_bullet() -> None:
    text = (
        "# T\n\n## A 类\n\n### 1. 浮绳\n- 作者：甲, 乙\n"
        f"- 来源：eprint；[来源]({A}) / [PDF]({B})\n- 时间/ venue：2026；某刊\n"
        f"- 分类：A；分数：80\n- 命中词：绳\n- 摘要摘录：{'浮' * 400}\n\n"
        f"### 2. 木桨\n- 作者：丙\n- 来源：eprint；[来源]({C})\n- 分类：B；分数：60\n"
    )
    first, second = read(text).items
    assert (first.title, first.category, first.score) == ("浮绳", "A", 80)
    assert [link.url for link in first.sources if link.url] == [A, B]
    assert (second.title, second.category, second.score) == ("木桨", "B", 60)


def test_long_bullets_with_a_title_in_bold_and_their_links_behind_them() -> None:
    said = "It is light, it is blue, and it does not rot, which every harbour will like. " * 4
    text = (
        "# T\n\n## Ropes\n\n"
        f"- **A rope that floats (`GA`)** – {said}- [[Docs]]({A}) [[Release notes]]({B})\n"
        f"- **A rope that sinks** – {said}[Changelog]({B}) | [Docs]({C})\n\n"
        f"## Oars\n\n- **Oars of ash.** {said}[Docs]({C})\n- **Oars of oak.** {said}[Docs]({A})\n"
    )
    assert told(text) == [
        ("Ropes", "A rope that floats (GA)", A),
        ("Ropes", "A rope that sinks", B),
        ("Oars", "Oars of ash.", C),
        ("Oars", "Oars of oak.", A),
    ]


def test_a_table_of_links_below_a_sentence_with_one() -> None:
    rows = "".join(
        f"| Sep {day:02} | 9:00 | [Evening {day}](https://e.example.org/{day}) | Ropes |\n"
        for day in range(1, 6)
    )
    text = (
        f"# T\n\n## Events\n\nAlso see the [catalogue]({A}).\n\n"
        f"| Date | Time | Event | About |\n|---|---|---|---|\n{rows}"
    )
    assert told(text) == [
        ("Events", f"Evening {day}", f"https://e.example.org/{day}") for day in range(1, 6)
    ]


def test_a_bold_date_with_its_name_is_no_title() -> None:
    text = (
        "# T\n\n**Searched until: 2026-03-02 08:40**\n\nFewer than ten were found.\n\n"
        f"## 1. Rope\n\n**Source:** [Paper]({A})\n\n## 2. Oars\n\n**Source:** [Paper]({B})\n"
    )
    digest = read(text)
    assert [one.title for one in digest.items] == ["Rope", "Oars"]
    assert "Fewer than ten" in digest.intro


@pytest.mark.parametrize(
    "title",
    ["This week in ropes", "Rope Weekly", "绳索周刊", "Boletín de cuerdas", "Канатный дайджест",
     "ロープウィークリー", "밧줄 뉴스레터", "Halat Bülten"],
)  # fmt: skip
def test_chapters_below_the_name_of_a_period_are_asked(title: str) -> None:
    chapters = "".join(f"## Part {name}\n\nIt floats.\n\n" for name in ("one", "two", "three"))
    assert [one.code for one in read(f"# {title}\n\n{chapters}").errors] == ["one-item"]


def test_chapters_of_a_story_are_not_asked() -> None:
    chapters = "".join(f"## Part {name}\n\nIt floats.\n\n" for name in ("one", "two", "three"))
    assert read(f"# An update on ropes\n\n{chapters}").errors == []


def test_an_entry_whose_number_was_forgotten_is_one() -> None:
    text = (
        f"# T\n\n## 文章\n\n1、[浮绳的故事]({A})\n\n它会浮。\n\n"
        f"[木桨的做法]({B})\n\n讲如何做桨。\n\n3、[焦油]({C})\n\n讲焦油。\n"
    )
    assert told(text) == [
        ("文章", "浮绳的故事", A), ("文章", "木桨的做法", B), ("文章", "焦油", C)
    ]  # fmt: skip
    # Where no number is missing, a link below the text is part of it.
    whole = text.replace("3、", "2、")
    assert [title for _section, title, _url in told(whole)] == ["浮绳的故事", "焦油"]
