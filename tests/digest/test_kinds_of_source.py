"""Kinds of structure that real digests, shows and exports have; every text here is invented."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.digest import Digest, Link, parse
from newsletter.digest.dates import read as read_date
from newsletter.digest.html import to_markdown

DAY = dt.date(2026, 3, 2)


def link(name: str) -> str:
    return f"https://{name}.example.org/"


def read(text: str) -> Digest:
    return parse(text, title="T", date=DAY)


def rows(digest: Digest) -> list[tuple[str, str, str]]:
    return [
        (item.title, item.sources[0].url if item.sources else "", item.section)
        for item in digest.items
    ]


@pytest.mark.parametrize(
    ("time", "told"),
    [
        ("**20:00**: ", "20:00"),
        ("`09:15` ", "09:15"),
        ("(1:02:30) ", "1:02:30"),
        ("[18:25] — ", "18:25"),
        ("07:37 ", "07:37"),
        ("**[00:27](#t=00:27)** ", "00:27"),
    ],
)
def test_a_time_in_front_of_a_linked_title_is_none_of_it(time: str, told: str) -> None:
    text = f"## Day\n\n- {time}[Ropes rise]({link('a')})\n- {time}[Bells ring]({link('b')}): loud\n"
    digest = read(text)
    assert rows(digest) == [("Ropes rise", link("a"), "Day"), ("Bells ring", link("b"), "Day")]
    assert [item.body for item in digest.items] == [told, f"{told} · loud"]


def test_a_time_without_marks_in_front_of_words_stays_in_the_title() -> None:
    digest = read(
        f"## Day\n\n- 19:00 Doors open, see [the map]({link('a')})\n"
        f"- 20:00 The show, see [the hall]({link('b')})\n"
    )
    assert [item.title[:5] for item in digest.items] == ["19:00", "20:00"]


def test_times_of_a_recording_are_no_table_of_contents() -> None:
    notes = "".join(
        f"* **[0{n}:00](#t=0{n}:00)** [{name}]({link(name.lower())}) at length\n"
        for n, name in enumerate(("Ropes", "Bells", "Lamps"))
    )
    digest = read(f"## Notes\n\n{notes}\n## More\n\n- [One]({link('1')})\n- [Two]({link('2')})\n")
    assert [row[1] for row in rows(digest)[:3]] == [link("ropes"), link("bells"), link("lamps")]
    assert "index-left-out" not in {problem.code for problem in digest.problems}


def test_links_below_a_text_that_recur_say_where_to_find_it() -> None:
    """ "Forum" and "Code" stand below every piece: they are its sources, and titles of none."""

    def piece(name: str, *places: str) -> str:
        listed = "\n".join(f"- [{place}]({link(f'{place}-{name}')})" for place in places)
        return f"### {name}\n\nA tool that counts {name} all day.\n\n{listed}\n"

    text = "## New\n\n" + "\n---\n\n".join(
        (piece("ropes", "forum", "code"), piece("bells", "forum", "code", "film"))
    ) + "\n## Changed\n\n" + piece("lamps", "forum", "code")  # fmt: skip
    digest = read(text)
    assert [(item.title, item.section) for item in digest.items] == [
        ("ropes", "New"), ("bells", "New"), ("lamps", "Changed"),
    ]  # fmt: skip
    assert [one.url for one in digest.items[1].sources] == [
        link("forum-bells"), link("code-bells"), link("film-bells"),
    ]  # fmt: skip
    assert digest.items[0].body == "A tool that counts ropes all day."


def test_lists_of_titles_below_a_text_stay_items() -> None:
    text = "".join(
        f"## {name}\n\nWhat we read.\n\n- [{name} one]({link(name + '1')})\n"
        f"- [{name} two]({link(name + '2')})\n\n"
        for name in ("Ropes", "Bells")
    )
    assert [row[0] for row in rows(read(text))] == ["Ropes one", "Ropes two", "Bells one",
                                                    "Bells two"]  # fmt: skip


def test_a_linked_line_above_its_text_is_an_item_between_greeting_and_farewell() -> None:
    digest = read(
        f"Hello, I am [Ann]({link('ann')}).\n\n"
        f"[Avoid two knots]({link('a')})\nOne is enough, says the harbour.\n\n"
        f"[Allow any bell]({link('b')})\nAlso the small one.\n\n"
        "That was the week.\n"
    )
    assert rows(digest) == [("Avoid two knots", link("a"), ""), ("Allow any bell", link("b"), "")]
    assert digest.intro.startswith("Hello")
    assert digest.unclaimed_lines == ((9, 9),)


def test_sections_that_only_a_number_tells_apart_keep_it() -> None:
    text = "".join(f"## {n} 회차\n\n- [가 {n}]({link(f'a{n}')})\n- [나 {n}]({link(f'b{n}')})\n\n"
                   for n in (1, 2))  # fmt: skip
    assert [item.category for item in read(text).items] == ["1 회차", "1 회차", "2 회차", "2 회차"]


def test_a_link_alone_above_a_list_is_a_question_and_no_greeting() -> None:
    digest = read(
        f"[An essay on ropes]({link('r')})\n\n- [One]({link('a')})\n- [Two]({link('b')})\n"
        f"- [Three]({link('c')})\n"
    )
    assert digest.intro == ""
    assert digest.unclaimed_lines == ((1, 1),)


@pytest.mark.parametrize("mail", ["ann@example.org", "[write](mailto:ann@example.org)"])
def test_a_heading_above_a_mail_address_is_no_item(mail: str) -> None:
    digest = read(
        f"## News\n\n- [One]({link('a')})\n- [Two]({link('b')})\n\n## Write us\n\n{mail}\n"
    )
    assert [row[0] for row in rows(digest)] == ["One", "Two"]
    assert digest.unclaimed_lines == ((8, 8),)


def test_a_document_of_titles_that_became_one_item_is_asked_about() -> None:
    titles = "\n\n".join(f"[Piece {n}]({link(f'p{n}')})" for n in range(3))
    text = "Words to all of them. "
    digest = read(
        f"## The weekly\n\n{text * 4}\n\n{text * 4}\n\n**A part**\n\n{text * 4}\n\n"
        f"{titles}\n\n![]({link('picture')})\n"
    )
    assert len(digest.items) == 1
    assert [dict(one.params) for one in digest.errors] == [{"case": "links", "count": 3}]


def test_a_title_on_its_line_with_the_address_below_in_one_bullet() -> None:
    digest = read(
        f"## Papers\n\n* Ropes that float\n  Ann, Ben\n  {link('a')}\n* Bells\n  {link('b')}\n"
    )
    assert rows(digest) == [
        ("Ropes that float", link("a"), "Papers"),
        ("Bells", link("b"), "Papers"),
    ]
    assert digest.items[0].body == "Ann, Ben"


def test_the_linked_column_names_the_rows_and_a_date_does_not() -> None:
    table = (
        "| When | Code | What |\n|---|---|---|\n"
        f"| 2 March | `TCB` | [TCB: the harbour may open]({link('a')}) |\n"
        f"| 3 March | `HAH` | [HAH: a new board was chosen]({link('b')}) |\n"
    )
    assert [row[:2] for row in rows(read(f"## Notices\n\n{table}"))] == [
        ("TCB: the harbour may open", link("a")),
        ("HAH: a new board was chosen", link("b")),
    ]


def test_a_reference_behind_which_a_colon_stands_is_a_link() -> None:
    digest = read(f"## News\n\n- [Ropes][1]: they float\n- [Bells][]: they ring\n\n"
                  f"[1]: {link('a')}\n[bells]: {link('b')}\n")  # fmt: skip
    assert rows(digest) == [("Ropes", link("a"), "News"), ("Bells", link("b"), "News")]


@pytest.mark.parametrize(
    ("word", "said"),
    [("Kaynak", "tr"), ("Źródło", "pl"), ("Джерело", "uk"), ("Bron", "nl"), ("Nguồn", "vi"),
     ("Sumber", "id"), ("المصدر", "ar"), ("منبع", "fa")],
)  # fmt: skip
def test_a_source_is_named_in_more_languages(word: str, said: str) -> None:
    digest = read(
        f"## N\n\n### A\n\nText.\n\n{word}: [S]({link(said)})\n\n"
        f"### B\n\nText. ({word}: {link('b')})\n"
    )
    assert [row[1] for row in rows(digest)] == [link(said), link("b")]


def test_the_notes_of_a_show_in_front_matter_are_its_tail() -> None:
    digest = parse(
        "---\ntitle: Ep 12\ndate: 1772442000000\nlinks:\n"
        f"  - title: A rope\n    url: {link('a')}\n  - A bell: {link('b')}\n"
        "  - title: Bad\n    url: javascript:x\n---\n\nWe talk about ropes.\n"
    )
    assert digest.date == DAY  # In milliseconds since 1970.
    assert digest.tail_links == (Link("A rope", link("a")), Link("A bell", link("b")))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("نشرة 2 آذار 2026", "2026-03-02"),
        ("الاثنين، ٢ آذار/مارس ٢٠٢٦", "2026-03-02"),
        ("Thứ Hai, 02/03/2026", "2026-03-02"),
        ("ข่าว 2 มีนาคม 2569", "2026-03-02"),
        ("Bản tin ngày 2 tháng 3 năm 2026", "2026-03-02"),
        ("poniedziałek, 2 marca 2026 r.", "2026-03-02"),
        ("week 10, 2026", "week"),
        ("Tydzień 10/2026", "week"),
        ("Semaine 10 2026", "week"),
        ("з 2 по 6 березня 2026", "span"),
        ("03/04/2026", "order"),
    ],
)
def test_dates_of_more_languages(text: str, day: str) -> None:
    found = read_date(text)
    assert (found.date.isoformat() if found.date else found.case) == day


def test_a_heading_of_html_over_several_lines() -> None:
    lines = ["<h3 id='a'>", "  <a href='#a'>", "    <span>", "      <span>Ropes</span>",
             "    </span>", "  </a>", "</h3>", "", "<h3>", "", "Text"]  # fmt: skip
    made, marks = to_markdown(lines, 0)
    assert marks == frozenset(range(2, 8))  # So that each line has an owner.
    assert made[0].startswith("### ") and "Ropes" in made[0] and made[1:7] == [""] * 6
    assert made[8:] == ["<h3>", "", "Text"]  # An empty line ends it.


def test_a_heading_is_no_link_for_its_own_anchor_and_no_title_bold() -> None:
    digest = read(
        "## [News](#news)\n\n### **Ropes**\n\nThey float. And more of that.\n\n"
        f"[link]({link('a')})\n\n### 1️⃣ Bells\n\nThey ring.\n\n[link]({link('b')})\n\n"
        f"### 2️⃣ Lamps\n\nThey shine.\n\n[link]({link('c')})\n"
    )
    assert rows(digest) == [("Ropes", link("a"), "News"), ("Bells", link("b"), "News"),
                            ("Lamps", link("c"), "News")]  # fmt: skip
