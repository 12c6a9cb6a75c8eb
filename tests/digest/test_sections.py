"""Section by section: one issue may hold every shape, and each line of it has an owner."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.digest import Digest, Layout, Role, parse

DAY = dt.date(2026, 3, 2)


def link(name: str) -> str:
    return f"https://{name}.example.org/"


def read(text: str, **extra: object) -> Digest:
    return parse(text, date=DAY, **extra)  # type: ignore[arg-type]


def rows(digest: Digest) -> list[tuple[str, str, str]]:
    return [
        (item.title, item.sources[0].url if item.sources else "", item.section)
        for item in digest.items
    ]


MIXED = f"""# Harbour weekly 12

Good morning, three things.

## Lead

**[The pier opens]({link("pier")})**

It opens on Monday.

---

- [Ferries]({link("ferry")}) - a new timetable
- [Lamps]({link("lamp")})

## Articles

### [A quiet engine]({link("engine")})

Half the noise.

### Knots

A book about knots.

Quelle: [Seilerei]({link("rope")})

## Tools (2)

1. [Tide table]({link("tide")})
2. [Wind map]({link("wind")})

## Prices

| Thing | Where |
|---|---|
| Oars | [shop]({link("oar")}) |
| Sails | [shop]({link("sail")}) |
"""


def test_one_issue_of_every_shape() -> None:
    digest = read(MIXED)
    assert rows(digest) == [
        ("The pier opens", link("pier"), "Lead"),
        ("Ferries", link("ferry"), "Lead"),
        ("Lamps", link("lamp"), "Lead"),
        ("A quiet engine", link("engine"), "Articles"),
        ("Knots", link("rope"), "Articles"),
        ("Tide table", link("tide"), "Tools"),
        ("Wind map", link("wind"), "Tools"),
        ("Oars", link("oar"), "Prices"),
        ("Sails", link("sail"), "Prices"),
    ]
    assert digest.intro == "Good morning, three things."
    assert (digest.open, digest.errors) == ((), [])
    assert [(one.title, one.shape, one.items) for one in digest.sections] == [
        ("Harbour weekly 12", "", 0),
        ("Lead", "stories", 3),
        (f"[A quiet engine]({link('engine')})", "headlines", 1),
        ("Knots", "labelled", 1),
        ("Tools (2)", "numbered", 2),
        ("Prices", "tables", 2),
    ]


@pytest.mark.parametrize(
    ("headings", "title", "sections"),
    [
        ("# 1 Puzzles\n\n{}\n\n# 2 Essays\n\n{}", "", ["Puzzles", "Essays"]),
        ("# Weekly 12\n\n# News\n\n{}\n\n# Tools\n\n{}", "Weekly 12", ["News", "Tools"]),
        ("# Daily 3 March 2026\n\n> 12 items\n\n# Daily 2026-03-03\n\n## A\n\n{}\n\n## B\n\n{}",
         "Daily 3 March 2026", ["A", "B"]),
        ("# 🚢 周刊 第 3 期\n\n## 一、要闻\n\n{}\n\n## 二、工具\n\n{}", "🚢 周刊 第 3 期",
         ["要闻", "工具"]),
        ("<h1>Notes 7</h1>\n\n<h2 id='n'>News</h2>\n\n{}\n\n<h2>Tools</h2>\n\n{}", "Notes 7",
         ["News", "Tools"]),
        ("# Notes 7\n\n**News**\n\n{}\n\n**Tools:**\n\n{}", "Notes 7", ["News", "Tools"]),
    ],
)  # fmt: skip
def test_titles_and_sections(headings: str, title: str, sections: list[str]) -> None:
    lists = [f"- [{n}]({link(n)}) one\n- [{n}{n}]({link(n + n)}) two" for n in ("a", "b")]
    digest = read(headings.format(*lists))
    assert digest.title == title
    assert [section for _title, _link, section in rows(digest)] == [
        section for section in sections for _twice in (1, 2)
    ]


@pytest.mark.parametrize(
    ("text", "title", "host"),
    [
        (f"## [Rope]({link('x')}) ⭐️ 8.0/10\n\nIt floats.\n", "Rope", "x"),
        (f"## 3. [Rope]({link('x')}) (9/10)\n\nIt floats.\n", "Rope", "x"),
        (f"## Rope\n\n{link('x')}\n\nIt floats.\n", "Rope", "x"),
        (f"## Rope\n\n<{link('x')}>\n\nIt floats.\n", "Rope", "x"),
        (f"## Rope\n\nIt floats.\n\n[Read more →]({link('x')})\n", "Rope", "x"),
        (f"## Rope\n\nIt floats. (via [The Paper]({link('x')}))\n", "Rope", "x"),
        (f"## Rope\n\nElle flotte. Fonte : [Il Giornale]({link('x')})\n", "Rope", "x"),
        (f"## 绳\n\n它会浮。来源：[河岸日报]({link('x')})\n", "绳", "x"),
        (f"## 縄\n\n浮きます。\n\n出典：[新聞]({link('x')})\n", "縄", "x"),
        (f"## Канат\n\nОн не тонет.\n\nИсточник: [Газета]({link('x')})\n", "Канат", "x"),
    ],
)  # fmt: skip
def test_where_the_link_is(text: str, title: str, host: str) -> None:
    digest = read(f"# T\n\n{text}\n{text.replace('x.example', 'y.example')}")
    assert [(item.title, [s.url for s in item.sources]) for item in digest.items] == [
        (title, [link(host)]), (title, [link("y")]),
    ]  # fmt: skip
    assert digest.open == ()


def test_reference_links_lead_where_they_are_defined() -> None:
    digest = read(
        "# T\n\n## Rope\n\nAs [the book][1] says.\n\nQuelle: [Blatt][2]\n\n"
        f"[1]: {link('b')}\n[2]: {link('x')}\n"
    )
    assert digest.items[0].sources[0].url == link("x")
    assert f"[the book]({link('b')})" in digest.items[0].body
    assert digest.open == ()


def test_facts_under_a_heading_are_fields() -> None:
    one = (
        f"## Engine\n\n- Source: [Blog]({link('e')})\n- Author: Ann Lee and Bo\n- Score: 8.5\n"
        "- Tags: `#quiet`, `#sea`\n- Posted: 2026-03-01\n\nHalf the noise.\n\n"
    )
    (item, _other) = read("# T\n\n" + one + one.replace("Engine", "Oar")).items
    assert (item.authors, item.score, item.tags) == (("Ann Lee", "Bo"), 8.5, ("quiet", "sea"))
    assert (item.date, item.body, item.bullets) == (dt.date(2026, 3, 1), "Half the noise.", ())
    assert item.lines == {"source": 5, "author": 6, "score": 7, "tags": 8, "date": 9}


GENERATED = """---
title: "Summary 2026-03-02"
---

> 2 of 31 items were chosen.

---

1. [Engine](#item-1) ⭐️ 9.0/10
2. [Oar](#item-2) ⭐️ 8.0/10

---

<a id="item-1"></a>
## [Engine](https://e.example.org/) ⭐️ 9.0/10

It is quiet.

blog · ann · Mar 1, 08:30 · [Discussion](https://d.example.org/1)

<details><summary>References</summary>
<ul>
<li><a href="https://r.example.org/1">Paper</a></li>
</ul>
</details>

**Tags**: `#quiet`, `#sea`

---

<a id="item-2"></a>
## [Oar](https://o.example.org/) ⭐️ 8.0/10

It is long.

**Tags**: `#wood`

---

*Made by a program.*
"""


def test_a_generated_daily() -> None:
    digest = read(GENERATED, name="2026-03-02-summary-en.md")
    assert digest.language == "en"
    engine, oar = digest.items
    assert (engine.title, engine.score, engine.tags) == ("Engine", 9.0, ("quiet", "sea"))
    assert [source.label for source in engine.sources] == ["Engine", "blog", "Discussion"]
    assert engine.authors == ("ann",)
    assert "**References**\n- [Paper](https://r.example.org/1)" in engine.body
    assert "<" not in engine.body
    assert (oar.title, oar.tags, oar.body) == ("Oar", ("wood",), "It is long.")
    assert digest.intro == "> 2 of 31 items were chosen."
    assert [(one.first, one.key, one.kind) for one in digest.open] == [
        (40, "h2|paragraph|after", "paragraph")
    ]


WITH_REMARKS = f"""# T

## News

- [a]({link("a")})
- [b]({link("b")})

Our club meets on Monday.

## Tools

- [c]({link("c")})
- [d]({link("d")})
"""
KEY = "news|paragraph|after"


@pytest.mark.parametrize("role", list(Role))
def test_an_answer_is_remembered_by_structure(role: Role) -> None:
    first = read(WITH_REMARKS)
    assert [(one.first, one.last, one.key) for one in first.open] == [(8, 8, KEY)]
    assert [(one.line, one.code, one.level) for one in first.problems] == [
        (8, "unclaimed", "error")
    ]
    week = WITH_REMARKS.replace("Our club meets on Monday", "No meeting").replace("## N", "## 🗞 N")
    digest = read(week, layout=Layout({KEY: role}))
    assert digest.open == () and digest.errors == []
    assert [(one.key, answer) for one, answer in digest.decided] == [(KEY, role)]
    said = "No meeting."
    assert (said in digest.intro) == (role is Role.INTRODUCTION)
    assert (said in digest.items[1].body) == (role is Role.ABOVE)
    assert (said in str(digest.tail_links)) == (role is Role.TAIL)
    assert (said in [item.title for item in digest.items]) == (role is Role.ITEM)


def test_the_shape_of_a_section_can_be_decided() -> None:
    rest = f"## Piece\n\n- [a]({link('a')})\n- [b]({link('b')})\n"
    text = f"# T\n\n## More\n\n- [c]({link('c')})\n\n{rest}"
    assert len(read(text).items) == 3
    digest = read(text, layout=Layout(shapes={"piece": "headlines"}))
    assert [item.title for item in digest.items] == ["c", "Piece"]


def test_a_long_introduction_is_a_question() -> None:
    words = "Some words about ropes and what they were used for. " * 8
    items = f"## News\n\n- [a]({link('a')})\n- [b]({link('b')})\n"
    assert read(f"# T\n\n{words}\n\n{items}").intro == words.strip()
    long = "\n\n".join([words] * 9)
    digest = read(f"# T\n\n{long}\n\n{items}")
    assert digest.intro == ""
    assert [one.key for one in digest.open] == ["|paragraph|start"]


@pytest.mark.parametrize("code", ["few-sources", "one-item"])
def test_a_doubt_is_settled_by_confirming_it(code: str) -> None:
    text = {
        "few-sources": f"# T\n\n## A\n\n[x]({link('x')})\n\n## B\n\nText.\n\n## C\n\nText.\n",
        "one-item": f"# T\n\n## A\n\nSource: [p]({link('p')})\n\n"
        + "".join(f"### On [b]({link(n)}) again\n\nText.\n\n" for n in ("m", "n")),
    }[code]
    assert [one.code for one in read(text).errors] == [code]
    assert read(text, confirmed=frozenset({code})).errors == []


def test_the_insight_ends_with_its_paragraph() -> None:
    head = f"# T\n\n## A\n\nSource: [p]({link('p')})\n\n"
    text = head + "**Insight:** Why.\nAnd how.\n\nThe text.\n\nMore.\n"
    (item,) = read(text).items
    assert (item.insight, item.body) == ("Why.\nAnd how.", "The text.\n\nMore.")
    (item,) = read(text + "\n**Summary:**\n\n- x\n").items
    assert item.insight == "Why.\nAnd how.\n\nThe text.\n\nMore."


def test_bodies_have_unix_line_ends() -> None:
    digest = read(MIXED.replace("\n", "\r\n"))
    assert all("\r" not in item.body for item in digest.items)
    assert digest.items == read(MIXED).items
