"""A digest written out as JSON or Markdown comes back in every field, and the same octets again."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.digest import Bullet, Digest, Item, Link
from newsletter.digest.json_form import read_json, schema, write_json
from newsletter.digest.markdown import clean
from newsletter.digest.written import is_written, read_markdown, write_markdown

EXAMPLES = int(os.environ.get("EXAMPLES", "60"))
DAY = dt.date(2026, 3, 2)
FULL = Digest(
    shape="labelled",
    title="Harbour Daily",
    date=DAY,
    language="en",
    intro="Good morning.\n\nTwo paragraphs.",
    items=(
        Item(
            title="Night ferry",
            line=0,
            category="Travel",
            sources=(Link("The Paper", "https://example.org/ferry"), Link("The Pier")),
            date=DAY,
            insight="It is late.",
            bullets=(Bullet("When", "nine"), Bullet("", "also", (Bullet("", "dogs"),))),
            body="## A heading\n\n> **Category:** no field\n\n**Text:** no mark",
            score=8.5,
            extra={"note": "seen", "Category": "odd", "two\nlines": "x"},
            hidden=True,
        ),
        Item(title="Bare", line=0),
    ),
    tail_title="More",
    tail_links=(Link("First", "https://example.org/1"), Link("Named only")),
    extra={"edition": "Evening", "mail_subject": "Ferries", "build": 7},
)
MARKDOWN = """---
format: sudi-1
date: 2026-03-02
language: en
edition: "Evening"
mail_subject: "Ferries"
front: {"build": 7}
---

# Harbour Daily

Good morning.

Two paragraphs.

## Night ferry

> **Category:** Travel
> **Source:** [The Paper](https://example.org/ferry)
> **Source:** The Pier
> **Date:** 2026-03-02
> **Score:** 8.5
> **Hidden:** yes
> **note:** seen
> **Other:** ["Category", "odd"]
> **Other:** ["two\\nlines", "x"]

**Insight:**

It is late.

**Bullets:**

- **When:** nine
- also
  - dogs

**Text:**

\\## A heading

> **Category:** no field

\\**Text:** no mark

## Bare

**Further links:** More

- [First](https://example.org/1)
- Named only
"""
FORMS = [(write_json, read_json), (write_markdown, read_markdown)]


def same(digest: Digest) -> Digest:
    """Without what is about the document and not about the issue."""
    items = tuple(replace(item, line=0, last_line=0, lines={}) for item in digest.items)
    return replace(digest, shape="", items=items, problems=())


def test_the_markdown_that_is_written() -> None:
    assert write_markdown(FULL) == MARKDOWN and is_written(MARKDOWN)
    assert same(read_markdown(MARKDOWN)) == same(FULL)


def test_the_json_that_is_written() -> None:
    found = json.loads(write_json(FULL))
    assert found["items"][0] == {
        "title": "Night ferry",
        "category": "Travel",
        "sources": [
            {"name": "The Paper", "url": "https://example.org/ferry"},
            {"name": "The Pier"},
        ],
        "date": "2026-03-02",
        "insight": "It is late.",
        "summary": [
            {"lead": "When", "text": "nine"},
            {"text": "also", "children": ["dogs"]},
        ],
        "body": "## A heading\n\n> **Category:** no field\n\n**Text:** no mark",
        "extra": {"note": "seen", "Category": "odd", "two\nlines": "x"},
        "score": 8.5,
        "hidden": True,
    }
    assert (found["edition"], found["subject"], found["front"]) == (
        "Evening",
        "Ferries",
        {"build": 7},
    )
    assert same(read_json(write_json(FULL))) == same(FULL)


# ---- properties

NASTY = st.sampled_from(
    ["## x", "\\## x", "**Text:**", "\\\\**Insight:** y", "---", "> **Category:** z", "- a",
     "  - b", "# t", '"q', '["a","b"]', "[a](b)", "[a](https://x.example/)", "**a:** b", "a  b",
     "\u00a0x", "\u3000", "\u2028", "港口：第一", "| a |", "```\n## c\n```", "**Further links:** x",
     "**Quoted:** 1", "~/", "<b>x</b>", "a\n\n\n\nb", "\n", " lead", "trail ", "*:** x", "é\u0301",
     "+++", "===", "format: sudi-1", "[^1]: note", "[a]: https://x.example/", "\ufeff", "\u200b",
     "\u202eabc", "\x85", "\x0b", "&amp;", "&#35; x", "<!-- x", "{{ x }}", "1. a", "* a", "\ta",
     "> > q", ":::", "~~~", "![p](x.png)", "    code", "a\\", "`a", "$x$", "#", "-", ">", "|-|"]
)  # fmt: skip
ANY = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


def cleaned(text: str) -> str:
    return clean(text.replace("\r\n", "\n").replace("\r", "\n"))


TEXTS = st.lists(st.one_of(NASTY, ANY), max_size=4).map("\n".join).map(cleaned)
LINES = st.lists(st.one_of(NASTY, ANY), max_size=3).map(" ".join)
LINES = LINES.map(lambda text: cleaned(text).replace("\n", " ").strip(" \t"))
LABELS = LINES.filter(bool)
URLS = st.sampled_from(
    ["", "https://example.org/a_(b)", "http://例え.example/?q=[x]&y=%20", "https://x"]
)
LINKS = st.builds(Link, LABELS, URLS)
BULLETS = st.recursive(
    st.builds(Bullet, LINES, TEXTS),
    lambda inner: st.builds(Bullet, LINES, TEXTS, st.lists(inner, max_size=2).map(tuple)),
    max_leaves=4,
)
ITEMS = st.builds(
    Item,
    title=LABELS,
    line=st.just(0),
    category=LINES,
    sources=st.lists(LINKS, max_size=2).map(tuple),
    date=st.sampled_from([None, DAY]),
    insight=TEXTS,
    bullets=st.lists(BULLETS, max_size=3).map(tuple),
    body=TEXTS,
    score=st.sampled_from([None, 0.0, 7.25, -1e-7, 1e20]),
    extra=st.dictionaries(LABELS, TEXTS, max_size=2),
    tags=st.lists(LABELS, max_size=2).map(tuple),
    authors=st.lists(LABELS, max_size=2).map(tuple),
    section=LINES,
    hidden=st.booleans(),
    picture=st.sampled_from(["", "https://example.org/a_(b).png", "0123456789abcdef-640x480.webp"]),
    picture_alt=LINES,
).map(lambda item: item if item.picture else replace(item, picture_alt=""))
DIGESTS = st.builds(
    Digest,
    shape=st.just(""),
    title=LABELS,
    date=st.just(DAY),
    items=st.lists(ITEMS, min_size=1, max_size=3).map(tuple),
    intro=TEXTS,
    tail_title=LINES,
    tail_links=st.lists(LINKS, max_size=2).map(tuple),
    language=st.sampled_from(["", "en", "zh-Hans"]),
    extra=st.dictionaries(LABELS, st.one_of(TEXTS, st.integers(), st.lists(TEXTS)), max_size=2),
)


@pytest.mark.parametrize(("write", "read"), FORMS)
@given(digest=DIGESTS)
@settings(max_examples=EXAMPLES, deadline=None)
def test_any_digest_comes_back(digest: Digest, write: Any, read: Any) -> None:
    written = write(digest)
    found = read(written)
    assert found.errors == []
    assert same(found) == same(digest)
    assert write(found) == written


@pytest.mark.parametrize(("write", "read"), FORMS)
@given(text=st.text(max_size=200))
@settings(max_examples=EXAMPLES, deadline=None)
def test_whatever_comes_is_answered(text: str, write: Any, read: Any) -> None:
    for one in (text, MARKDOWN.replace("> **Score:** 8.5", text), MARKDOWN[: len(text)] + text):
        assert isinstance(read(one), Digest)


# ---- what is wrong is said at its place


def told(text: str) -> list[tuple[str, str, int, int]]:
    return [
        (problem.code, str(problem.params.get("pointer", "")), problem.line, problem.column)
        for problem in read_json(text).problems
        if problem.level != "note"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("json-syntax", "", 1, 1)),
        ('{"title": "T",\n "items" [', ("json-syntax", "", 2, 10)),
        ("[" * 100, ("json-syntax", "", 1, 62)),
        ('{"title": "T"} x', ("json-syntax", "", 1, 16)),
        ("[]", ("json-type", "", 1, 1)),
        ('{"title": ' + "9" * 6000 + "}", ("json-syntax", "", 1, 11)),
        ('{"title": 0.' + "9" * 60 + "}", ("json-syntax", "", 1, 11)),
        ('{"items": [{"title": "A"}]}', ("json-missing", "", 1, 1)),
        ('{"title": "T",\n"date": "2026-02-30",\n"items": [{"title": "A"}]}',
         ("json-date", "/date", 2, 9)),
        ('{"title": "T",\n"items": [{"title": "A"},\n {"title": 7}]}',
         ("json-type", "/items/1/title", 3, 12)),
        ('{"title": "T", "items": []}', ("json-empty", "/items", 1, 25)),
        ('{"title": "T", "items": [{"title": "A", "a/b": 1}]}',
         ("json-unknown", "/items/0/a~1b", 1, 48)),
        ('{"title": "T", "date": "2026-03-02", "items": [{"title": "A",'
         '"source": {"url": "javascript:x"}}]}', ("address", "/items/0", 1, 48)),
        (json.dumps({"title": "T" * 301, "items": [{"title": "A"}]}),
         ("json-too-long", "/title", 1, 11)),
    ],
)  # fmt: skip
def test_problems_name_the_place(text: str, expected: tuple[str, str, int, int]) -> None:
    assert expected in told(text)


def test_what_design_names_is_taken() -> None:
    digest = read_json(
        json.dumps(
            {
                "title": "T",
                "date": "2026-03-02",
                "language": "en",
                "introduction": "Hello.",
                "items": [
                    {
                        "title": "A",
                        "category": "C",
                        "source": {"name": "S", "url": "https://example.org/"},
                        "insight": "I",
                        "summary": ["one", {"lead": "L", "text": "two"}],
                        "body": "B",
                    },
                    {"title": "B", "source": "Named", "summary": None},
                ],
                "tail": [{"title": "M", "url": "https://example.org/m"}],
            }
        )
    )
    assert digest.errors == []
    first, second = digest.items
    assert first.sources == (Link("S", "https://example.org/"),)
    assert first.bullets == (Bullet("", "one"), Bullet("L", "two"))
    assert second.sources == (Link("Named"),)
    assert digest.tail_links == (Link("M", "https://example.org/m"),)


def test_the_schema_is_a_schema() -> None:
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert set(schema()["$defs"]) == {"item", "source", "tail_link", "bullet", "picture"}


def test_a_written_document_that_was_broken() -> None:
    broken = MARKDOWN.replace("**Insight:**\n\nIt is late.\n\n**Bullets:**", "It is late.")
    (problem,) = read_markdown(broken).errors
    assert (problem.code, problem.line) == ("written-line", 28)
