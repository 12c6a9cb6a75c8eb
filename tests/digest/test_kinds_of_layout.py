"""Layouts of programs and people that write digests without knowing of us, made up here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest

from newsletter.digest import Digest, parse
from newsletter.digest.dates import read as read_date
from newsletter.digest.titles import category_name

A, B, C, D = (f"https://{letter}.example.org/" for letter in "abcd")
DAY = dt.date(2026, 3, 2)


def read(text: str) -> Digest:
    return parse(text, date=DAY)


def titles(digest: Digest) -> list[str]:
    return [item.title for item in digest.items]


def links(digest: Digest) -> list[list[str]]:
    return [[link.url for link in item.sources] for item in digest.items]


# The first heading is an item as the others are

PAPER = "# {}\n\n**Authors**: Ann Lee\n\n**Link**: [PDF]({})\n\n**Abstract**: Of {}.\n\n---\n"


def test_a_first_heading_with_a_source_as_the_others_have_is_no_title() -> None:
    digest = read(
        "".join(PAPER.format(*row) for row in (("Reeds", A, "reeds"), ("Tides", B, "sea")))
    )
    assert titles(digest) == ["Reeds", "Tides"]
    assert links(digest) == [[A], [B]]
    assert [one.code for one in digest.errors] == ["title-missing"]


def test_one_with_only_a_link_below_it_is_none_either() -> None:
    digest = read(f"# Pont\n\n[Le Relais]({A})\n\nTexte.\n\n# Musée\n\n[La Page]({B})\n\nTexte.\n")
    assert titles(digest) == ["Pont", "Musée"]


def test_a_title_with_the_address_of_the_issue_stays_the_title() -> None:
    text = f"# Notes\n\n[Website]({A})\n\n# News\n\n- [Rope]({B}) floats\n- [Line]({C}) sinks\n"
    digest = read(text + f"\n# Tools\n\n- [Lamp]({D}) burns\n- [Oar]({A}oar) rows\n")
    assert digest.title == "Notes"
    assert titles(digest) == ["Rope", "Line", "Lamp", "Oar"]


# Levels


@pytest.mark.parametrize(
    ("first", "second"),
    [("每日新闻(2026-03-01)", "每日新闻(2026-03-02)"), ("Новости 1.3", "Новости 2.3")],
)
def test_days_of_another_level_stand_beside_each_other(first: str, second: str) -> None:
    digest = read(f"# {first}\n\n1. 桥 {A}\n2. 路 {B}\n\n## {second}\n\n1. 船 {C}\n2. 灯 {D}\n")
    assert [item.section for item in digest.items] == [first, first, second, second]


@pytest.mark.parametrize(
    ("heading", "category"),
    [("每日新闻(2026-03-01)", "每日新闻"), ("Noticias, 1/3/2026", "Noticias"),
     ("Nouvelles – 31.03.2026", "Nouvelles"), ("2026-03-01", "2026-03-01")],
)  # fmt: skip
def test_a_section_s_day_is_no_part_of_its_category(heading: str, category: str) -> None:
    digest = read(f"# T\n\n## {heading}\n\n- [Rope]({A}) x\n- [Line]({B}) y\n")
    assert [item.category for item in digest.items] == [category] * 2


NUMBERED = (
    "# Notes of March\n\n## 01 — The river\n\nIt moved.\n\n## What maps said\n\nNothing.\n\n"
    "## 02 — Seeds\n\nFor all.\n\n## How to join\n\nWrite.\n\n## 03 — Trains\n\nAt night.\n"
)


def test_headings_between_padded_numbers_are_parts() -> None:
    digest = read(NUMBERED)
    assert titles(digest) == ["The river", "Seeds", "Trains"]
    assert "What maps said" in digest.items[0].body


def test_behind_the_last_number_they_are_so_up_to_a_rule() -> None:
    digest = read(NUMBERED + "\n## Where to\n\nNorth.\n\n---\n\n## Question\n\nWhich one?\n")
    assert titles(digest) == ["The river", "Seeds", "Trains", "Question"]
    assert "North." in digest.items[2].body


def test_sections_beside_plain_numbers_stay_sections() -> None:
    text = "".join(f"## {name}\n\n- [{name} a]({A}) x\n- [{name} b]({B}) y\n\n"
                   for name in ("1. News", "Jobs", "2. Tools", "3. Talks"))  # fmt: skip
    assert [item.category for item in read("# T\n\n" + text).items] == [
        "News", "News", "Jobs", "Jobs", "Tools", "Tools", "Talks", "Talks",
    ]  # fmt: skip


# Marks


@pytest.mark.parametrize("mark", ["🔹", "✅", "📌", "👩🏽‍🚀", "▶️"])
def test_a_sign_in_front_of_lines_with_a_link_marks_a_list(mark: str) -> None:
    digest = read(
        f"# T\n\nDziś:\n\n{mark} Most: {A}\n\n{mark} Muzeum – dwie sale: {B}\n\n{mark} Rower {C}\n"
    )
    assert titles(digest) == ["Most", "Muzeum – dwie sale", "Rower"]
    assert links(digest) == [[A], [B], [C]]
    assert digest.intro == "Dziś:"


def test_figures_in_keys_are_numbers() -> None:
    digest = read(f"# 소식\n\n1️⃣ 다리 개통 {A}\n2️⃣ 도서관 야간 {B}\n3️⃣ 새 길\n{C}\n")
    assert titles(digest) == ["다리 개통", "도서관 야간", "새 길"]


@pytest.mark.parametrize("sign", ["🔗 Source: ", "🔗 "])
def test_a_sign_before_what_belongs_to_the_text_above_marks_no_list(sign: str) -> None:
    text = "".join(f"## {name}\n\nText of it.\n\n{sign}{url}\n\n" for name, url in
                   (("Bridge", A), ("Museum", B), ("Road", C)))  # fmt: skip
    digest = read("# T\n\n" + text)
    assert titles(digest) == ["Bridge", "Museum", "Road"]
    assert links(digest) == [[A], [B], [C]]


def test_a_drawn_heading_of_waves_opens_no_code() -> None:
    part = "~~~ {} ~~~\n\n* [{} a](" + A + ") x\n* [{} b](" + B + ") y\n\n"
    digest = read("# T\n\n" + "".join(part.format(n, n, n) for n in ("Noticias", "Herramientas")))
    assert [item.category for item in digest.items] == ["Noticias"] * 2 + ["Herramientas"] * 2
    assert (
        read("# T\n\n~~~ python\n# no heading\n~~~\n\n## A\n\nText.\n").items[0].title
        != "no heading"
    )


def test_two_dashes_part_the_text_from_the_signature() -> None:
    digest = read(
        f"# T\n\n## A\n\nText [x]({A}).\n\n## B\n\nText [y]({B}).\n\n--\n\nFrom the desk\n"
    )
    assert digest.items[1].body == f"Text [y]({B})."
    assert [(one.first, one.last) for one in digest.open] == [(13, 13)]


def test_escapes_are_shown_nowhere() -> None:
    digest = read(f"# T\n\n### \\[Dev]\n\n* [Rope]({A}w?a=1\\&t=3) floats\n* [Line]({B}) sinks\n")
    assert digest.items[0].category == "[Dev]"
    assert links(digest)[0] == [f"{A}w?a=1&t=3"]
    assert titles(read(f"# T\n\n## \\[问答\\] 绳\n\n{A}\n\n## 灯\n\n{B}\n"))[0] == "[问答] 绳"


# Where it is from


@pytest.mark.parametrize("first", ["Read more", "阅读原文", "Подробнее", "続きを読む"])
def test_links_below_a_text_of_which_the_first_names_nobody_are_its_sources(first: str) -> None:
    listed = f"- [{first}]({A})\n- [reeds]({B})\n- [reeds.example]({C})\n"
    text = f"## Reeds\n\nA text.\n\nMore of it.\n\n{listed}"
    digest = read(f"# T\n\n{text}\n## Tides\n\nA text.\n\n[{first}]({D})\n")
    assert titles(digest) == ["Reeds", "Tides"]
    assert links(digest) == [[A, B, C], [D]]


@pytest.mark.parametrize("names", [("GitHub", "Docs"), ("文档", "博客"), ("Документация", "Код")])
def test_links_that_are_called_by_their_kind_are_sources_too(names: tuple[str, str]) -> None:
    listed = f"- [{names[0]}]({A})\n- [{names[1]}]({B})\n"
    digest = read(f"# T\n\n## Reeds\n\nA text.\n\n{listed}\n## Tides\n\nText [x]({C}) here.\n")
    assert titles(digest) == ["Reeds", "Tides"]
    assert links(digest)[0] == [A, B]


def test_a_list_of_titles_below_a_text_stays_a_list() -> None:
    digest = read(
        f"# T\n\n## Ropes\n\nAll of them.\n\n- [A rope that floats]({A})\n- [A new line]({B})\n"
    )
    assert titles(digest) == ["A rope that floats", "A new line"]


LABELLED = "## {}\n\n- **Source:** {}\n- **Tags:** `a` `b`\n\nA text about it.\n\n{}\n\n"


def test_a_last_line_of_links_is_the_source_where_labels_name_no_address() -> None:
    text = LABELLED.format(
        "Reeds", "The Gazette · 4,200+ pts · 2h ago", f"[🔗 Gazette]({A}) · [🔗 Post]({B})"
    )
    text += LABELLED.format("Tides", "36Kr, Hacker News", f"[`🔗 36Kr`]({C})")
    digest = read("# T\n\n" + text)
    said = [[(link.label, link.url) for link in item.sources] for item in digest.items]
    assert said[0] == [("The Gazette", ""), ("Gazette", A), ("Post", B)]
    assert said[1] == [("Hacker News", ""), ("36Kr", C)]
    assert digest.items[0].extra["note"] == "4,200+ pts 2h ago"


def test_the_site_s_own_pages_of_tags_are_tags() -> None:
    tags = '<ul>\n  <li>\n    <a href="/tags/water/">Water</a>\n  </li>\n</ul>'
    text = f"## 川\n[{A}]({A})\n{tags}\n\n本文。\n"
    digest = read(f"# T\n\n{text}\n## 海\n[{B}]({B})\n\n本文。\n")
    assert digest.items[0].tags == ("Water",)
    assert digest.items[0].body == "本文。"


def test_code_behind_most_titles_is_a_tag() -> None:
    text = "".join(f"## {n}. ann/{name} `{tag}`\n\nText [x]({A}).\n\n" for n, (name, tag) in
                   enumerate((("reed", "tool"), ("tide", "工具"), ("oar", "tool")), 1))  # fmt: skip
    digest = read("# T\n\n" + text)
    assert titles(digest) == ["ann/reed", "ann/tide", "ann/oar"]
    assert [item.tags for item in digest.items] == [("tool",), ("工具",), ("tool",)]
    named = f"# T\n\n## New: `stddev`\n\nText [x]({A}).\n\n## B\n\nText [y]({B}).\n"
    assert titles(read(named)) == [
        "New: `stddev`", "B",
    ]  # fmt: skip


def test_a_person_s_page_begins_a_sentence() -> None:
    digest = read(
        "# T\n\n## News\n\n"
        f"- [Ann Maria Lee](https://github.com/annlee) wrote about [rivers]({A}) in spring\n"
        f"- [A rope for everybody]({B}), in three colours\n"
    )
    assert titles(digest) == ["Ann Maria Lee wrote about rivers in spring", "A rope for everybody"]
    assert links(digest) == [[A], [B]]


def test_a_dash_and_a_link_at_the_end_say_who_said_it() -> None:
    digest = read(
        f"# T\n\n## Reeds\n\nThey [grow]({B}).\n\nThey bend. — [@ann]({A})\n\n## B\n\nText.\n"
    )
    assert links(digest)[0] == [A]


# Title and day without a mark


@pytest.mark.parametrize("line", ["Boletín del 2 de marzo de 2026", "Przegląd #7: most i muzeum"])
def test_a_first_line_with_the_day_or_number_is_the_title(line: str) -> None:
    digest = parse(f"{line}\n\n- [Puente]({A}) abre\n- [Museo]({B}) crece\n", date=DAY)
    assert digest.title == line
    assert digest.intro == ""


def test_a_first_sentence_is_none() -> None:
    digest = read(
        f"El 2 de marzo de 2026 abre el puente.\n\n- [Puente]({A}) abre\n- [Museo]({B}) x\n"
    )
    assert digest.title == ""


@pytest.mark.parametrize(
    ("text", "first"),
    [("6-10.10.2025", dt.date(2025, 10, 6)), ("Bülten 13-19.10.2025", dt.date(2025, 10, 13)),
     ("06.10-10.10.2025", dt.date(2025, 10, 6))],
)  # fmt: skip
def test_a_span_of_days_with_a_hyphen_is_asked(text: str, first: dt.date) -> None:
    found = read_date(text)
    assert (found.date, found.case, found.readings[0]) == (None, "span", first)


def test_a_whole_date_behind_another_is_not_read_alone() -> None:
    assert read_date("6/10/2025-10/10/2025").date is None


@pytest.mark.parametrize(
    ("heading", "filed"),
    [
        ("Top 10 2026-03-02", "Top 10"),
        ("F1 2026.3.2", "F1"),
        ("v2026.3.2", "v2026.3.2"),
        ("News – 02.03.2026", "News"),
        ("News (2 March 2026)", "News"),
        ("1.5.2026 May Day", "May Day"),
        ("3月2日 头条", "头条"),
        ("国际（2026年3月2日）", "国际"),
        ("소식 3월 2일", "소식"),
        ("2026-03-02", "2026-03-02"),
        ("24/7 support", "24/7 support"),
        ("iOS 18.2.1", "iOS 18.2.1"),
        ("Release 26.10", "Release 26.10"),
        ("2026 elections", "2026 elections"),
        ("Q1/2026", "Q1/2026"),
    ],
)
def test_a_day_beside_a_sections_name_is_none_of_its_category(heading: str, filed: str) -> None:
    assert category_name(heading) == filed


@pytest.mark.parametrize(
    "count",
    ["①②③④", ("1️⃣", "2️⃣", "3️⃣", "4️⃣"), ("#1", "#2", "#3", "#4"),
     ("**#1**", "**#2**", "**#3**", "**#4**"), ("**1.**", "**2.**", "**3.**", "**4.**"),
     ("01", "02", "03", "04"), ("01 |", "02 |", "03 |", "04 |"),
     ("No. 1", "No. 2", "No. 3", "No. 4"), ("第1条", "第2条", "第3条", "第4条")],
)  # fmt: skip
def test_lines_that_count_up_are_a_numbered_list(count: Sequence[str]) -> None:
    lines = [
        f"{one} Pier {place} opens\nIt is long. {link}"
        for place, (one, link) in enumerate(zip(count, (A, B, C, D), strict=True), 1)
    ]
    whole = read("# T 2026-03-02\n\nThis week at the quay.\n\n" + "\n".join(lines) + "\n")
    assert [item.title for item in whole.items] == [f"Pier {place} opens" for place in range(1, 5)]
    assert [item.sources[0].url for item in whole.items] == [A, B, C, D]
    two = "\n".join(lines[:2]) + "\n"
    parts = read(f"# T 2026-03-02\n\n## Town\n\n{two}\n## Sea\n\n{two}\n")
    assert [item.category for item in parts.items] == ["Town", "Town", "Sea", "Sea"]


@pytest.mark.parametrize(
    "lines",
    [
        "01 ferries\n07 cranes\n09 piers\n",  # figures, no count
        "#1 is a good place\n#2 is not\n#3 is none\n",  # nothing to go to
        "**1.** Wake up.\n**2.** Go.\n",
    ],
)
def test_figures_in_front_of_lines_are_no_count(lines: str) -> None:
    assert len(read(f"# T 2026-03-02\n\n## News\n\nText. [Pier]({A})\n\n{lines}").items) == 1


@pytest.mark.parametrize("link", ["The pier opens. {}", "The pier opens ([Port Gazette]({}))"])
@pytest.mark.parametrize("front", ["", "Hello all,\n\n", "Hello all,\n\nThis week in short.\n\n"])
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize(
    "head", ["# Harbour letter 2 March 2026\n\n", "Harbour letter 2 March 2026\n\n"]
)
def test_numbered_sentences_below_a_greeting_are_items(
    link: str, front: str, gap: str, head: str
) -> None:
    entries = gap.join(f"{n}. {link.format(url)}" for n, url in enumerate((A, B, C), 1))
    digest = read(f"{head}{front}{entries}\n")
    assert digest.title == "Harbour letter 2 March 2026"
    assert [item.sources[0].url for item in digest.items] == [A, B, C]


@pytest.mark.parametrize(
    "marks", [("1. ", "2. "), ("1、", "2、"), ("- ", "- "), ("• ", "• "), "①②"]
)
@pytest.mark.parametrize("label", ["Source: [Port Gazette]({})", "来源：[港报]({})", "链接：{}"])
@pytest.mark.parametrize("text", ["", "It is long.\n"])
def test_entries_that_name_each_their_source_are_items(
    marks: Sequence[str], label: str, text: str
) -> None:
    parts = [
        f"## {name}\n\n"
        + "".join(
            f"{one}Pier {letter} opens\n{text}{label.format(url)}\n"
            for one, letter, url in zip(marks, name, urls, strict=False)
        )
        for name, urls in (("Town", (A, B)), ("Sea", (C, D)))
    ]
    digest = read("# T 2026-03-02\n\n" + "\n".join(parts))
    assert [item.category for item in digest.items] == ["Town", "Town", "Sea", "Sea"]
    assert [item.sources[0].url for item in digest.items] == [A, B, C, D]


@pytest.mark.parametrize("mark", ["-", "+", "*", "•", "1."])
def test_points_with_nothing_behind_them(mark: str) -> None:
    """Templates leave them; they are neither items nor questions."""
    digest = parse(
        f"# Harbour - 2026-03-02\n\n## News\n\n- [Boats](https://example.org/1)\n{mark}\n"
        f"- [Ropes](https://example.org/2)\n{mark}\n\n## Empty\n{mark}\n\n## More\n\n{mark}\n"
        "- [Sails](https://example.org/3)\n"
    )
    assert [item.title for item in digest.items] == ["Boats", "Ropes", "Sails"]
    assert not digest.errors


def test_a_mark_above_its_text() -> None:
    digest = parse(
        "# Harbour - 2026-03-02\n\n-\n  [Boats](https://example.org/1)\n-\n"
        "  [Ropes](https://example.org/2)\n"
    )
    assert [item.title for item in digest.items] == ["Boats", "Ropes"]


@pytest.mark.parametrize(
    "line",
    [
        "**状态：预印本｜原始发布日期：2026-06-13｜进入列表**",
        "Status: preprint | Licence: MIT | 2 Aug 2026",
        "**Stato: bozza · Lingua: inglese · 2026-06-13**",
    ],
)
def test_facts_that_say_what_they_are_name_nobody(line: str) -> None:
    digest = parse(
        f"# Harbour - 2026-03-02\n\n## Boats\n\n{line}\n\n**Summary:** They float.\n\n"
        "**Source:** [Gazette](https://example.org/1)\n"
    )
    (item,) = digest.items
    assert [link.label for link in item.sources] == ["Gazette"]
    assert (item.authors, item.body) == ((), f"They float.\n\n{line}")


def test_labels_side_by_side_in_bold() -> None:
    digest = parse(
        "# Harbour - 2026-03-02\n\n## Boats\n\n"
        "**Source: [Gazette](https://example.org/1) | Date: 2026-02-28 | Score: 7**\n\n"
        "They float.\n"
    )
    (item,) = digest.items
    assert [link.label for link in item.sources] == ["Gazette"]
    assert (item.date, item.score, item.body) == (dt.date(2026, 2, 28), 7.0, "They float.")


def test_numbers_below_numbers_are_no_names_of_categories() -> None:
    digest = parse(
        "# Harbour - 2026-03-02\n\n# 1 Week\n\n## 1.1 Articles\n\n- [Boats](https://example.org/1)\n"
        "- [Ropes](https://example.org/2)\n\n## 1.2 Tools\n\n- [Sails](https://example.org/3)\n"
        "- [Masts](https://example.org/4)\n"
    )
    assert [item.category for item in digest.items] == ["Articles", "Articles", "Tools", "Tools"]


def test_numbers_of_one_section_are_no_part_of_its_titles() -> None:
    """Where other sections have none: what counts is written beside them."""
    loose = "".join(f"### {name}\n\nWords.\n\n" for name in ("Knots", "Tides", "Nets", "Gulls"))
    digest = parse(
        f"# Harbour - 2026-03-02\n\n## Top\n\n### 1. [Boats]({A})\n\nThey float.\n\n"
        f"### 2. [Ropes]({B})\n\nThey hold.\n\n## Asked\n\n{loose}"
    )
    assert titles(digest)[:3] == ["Boats", "Ropes", "Knots"]


def test_a_number_that_stands_alone_is_a_name() -> None:
    digest = parse(
        "# Harbour - 2026-03-02\n\n## Sport\n\n### 1. FC Harbour wins\n\n"
        f"It did. [Gazette]({A})\n\n"
        f"## News\n\n### Boats\n\nThey float. [Gazette]({B})\n\n"
        f"### Ropes\n\nThey hold. [Gazette]({C})\n"
    )
    assert titles(digest) == ["1. FC Harbour wins", "Boats", "Ropes"]


@pytest.mark.parametrize(
    "tag", ["[研究]", "**[研究]**", "**【研究】**", "__(study)__", "[a] **[b]**"]
)
@pytest.mark.parametrize("tie", [" — ", "：", " - "])
def test_a_tag_in_brackets_in_front_of_a_link(tag: str, tie: str) -> None:
    digest = parse(
        f"# Harbour - 2026-03-02\n\n- {tag} [Boats](https://example.org/1){tie}They float.\n"
        f"- {tag} [Ropes](https://example.org/2){tie}They hold.\n"
    )
    bare = tag.replace("**", "").replace("__", "")
    assert [(item.title, item.body) for item in digest.items] == [
        (f"{bare} Boats", "They float."),
        (f"{bare} Ropes", "They hold."),
    ]


@pytest.mark.parametrize("mark", ["- ", "1. ", "🔹 ", "① "])
@pytest.mark.parametrize(
    "below",
    [
        "They float and hold.",
        "它们浮在水上。",
        "They float and hold.\nSource: [Gazette]({0})",
        "来源：[海港报]({0})",
        "[→ Read more]({0})",
    ],
)
def test_a_first_line_is_the_title(mark: str, below: str) -> None:
    """Text goes on in a line set in or not; nobody wraps text so early."""
    indent = " " * len(mark) if mark in {"- ", "1. "} else ""
    entries = []
    for number, (name, url) in enumerate((("Boats at sea", A), ("Ropes", B), ("Sails", C)), 1):
        link = "" if "{0}" in below else f" ([Gazette]({url}))"
        lines = below.format(url).split("\n")
        sign = mark.replace("1", str(number)).replace("①", "①②③"[number - 1])
        entries.append("\n".join([f"{sign}{name}{link}", *(indent + line for line in lines)]))
    digest = parse("# Harbour - 2026-03-02\n\n" + "\n".join(entries) + "\n")
    assert titles(digest) == ["Boats at sea", "Ropes", "Sails"]
    assert [item.sources[0].url for item in digest.items] == [A, B, C]


@pytest.mark.parametrize(
    "text",
    [
        "The boats that were built here\nsail again, says the [Gazette]({0}).",
        "Boats, ropes,\nSails and all the rest: [Gazette]({0})",
        "The harbour that everybody had given up as lost for good and all\nOpens. [Gazette]({0})",
    ],
)
def test_text_that_is_wrapped_is_one_sentence(text: str) -> None:
    bullets = "\n".join("- " + text.format(url).replace("\n", "\n  ") for url in (A, B, C))
    digest = parse(f"# Harbour - 2026-03-02\n\n{bullets}\n")
    first, second = text.split("\n")
    assert all(first in item.title and second[:5] in item.title for item in digest.items)


@pytest.mark.parametrize("link", ["[{}]({})", "**[{}]({})**", "{} [Gazette]({})", "{}: {}"])
@pytest.mark.parametrize("tight", [True, False])
def test_two_signs_in_each_section(link: str, tight: bool) -> None:
    """Fewer than three are a list where others of the document have the same sign."""
    one, two, three, four = (
        "👉 " + link.format(name, url)
        for name, url in zip(
            ("Boats at sea", "Ropes on deck", "Sails up", "Masts down"), (A, B, C, D), strict=False
        )
    )
    between = "\n" if tight else "\n\n"
    digest = parse(
        f"# Harbour - 2026-03-02\n\n## Town\n\n{one}{between}{two}\n\n"
        f"## Sea\n\n{three}{between}{four}\n"
    )
    assert [item.sources[0].url for item in digest.items] == [A, B, C, D]
    assert [item.category for item in digest.items] == ["Town", "Town", "Sea", "Sea"]


@pytest.mark.parametrize(
    "paragraph",
    [
        "**{0}** [Gazette]({1}) — They float and hold.",
        "**{0}** ({1}) They float and hold.",
        "**{0}**\nThey float and hold.\nSource: [Gazette]({1})",
        "{0} [Gazette]({1})",
        "{0} {1}",
    ],
)
def test_paragraphs_of_one_link_and_a_title(paragraph: str) -> None:
    named = list(
        zip(("Boats at sea again", "Ropes on deck", "Sails are up"), (A, B, C), strict=True)
    )
    digest = read("# Harbour\n\n" + "\n\n".join(paragraph.format(*one) for one in named) + "\n")
    assert [item.sources[0].url for item in digest.items] == [A, B, C]
    assert all(
        item.title.startswith(name) for item, (name, _url) in zip(digest.items, named, strict=True)
    )


def test_lines_with_links_above_sections_introduce_them() -> None:
    intro = f"We read [one]({A})\n\nAnd then [another]({B})\n\nAt last [a third]({C})"
    digest = parse(
        f"# Harbour - 2026-03-02\n\n{intro}\n\n## Boats\n\n> **Source:** [Gazette]({D})\n\n"
        "**Insight:** They float.\n\n## Ropes\n\n> **Source:** [Gazette](https://e.example.org/)\n\n"
        "**Insight:** They hold.\n"
    )
    assert (titles(digest), digest.intro) == (["Boats", "Ropes"], intro)


def test_two_signs_beside_three() -> None:
    digest = parse(
        f"# Harbour - 2026-03-02\n\n## Town\n\n👉 [Boats at sea]({A})\n\n"
        f"👉 [Ropes on deck]({B})\n\n"
        f"👉 [Sails are up]({C})\n\n## Sea\n\n👉 [Masts are down]({D})\n\nThey fell.\n\n"
        "👉 [Nets are out](https://e.example.org/)\n\nThey hold.\n"
    )
    assert titles(digest) == [
        "Boats at sea", "Ropes on deck", "Sails are up", "Masts are down", "Nets are out"
    ]  # fmt: skip
