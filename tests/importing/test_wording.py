"""Every problem of the digest in words: the text that leads to it, and the whole sentence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation import override

from newsletter.digest import Problem, decode, from_json, parse, to_json
from newsletter.importing.wording import SENTENCES, DocumentProblem, in_words, sentence
from newsletter.importing.written_sentences import WRITTEN
from tests.conftest import ROOT

HEAD = "# T - 2026-03-02\n\n"
SOURCE = "**来源：** [The Paper](https://example.org/1)\n\n"
ITEM = f"## A\n\n{SOURCE}Text.\n\n"
OTHER = ITEM.replace("/1)", "/2)").replace("## A", "## B")
WHOLE = "## {}\n\n**来源：** [P](https://e.org/{})\n\n**洞察：** Why.\n\n**摘要：**\n\n- a\n\n"

CASES: list[tuple[str, str, str]] = [
    ("comment-dropped", HEAD + ITEM + "<!-- no -->", "A comment was left out."),
    ("control-character/binary", HEAD + "a\x07b" * 40,
     "There are 40 characters that are no text; this is the first (U+0007). Is this a text file?"),
    ("control-character/dropped", HEAD + ITEM + "a\x07b",
     "A character that is no text was left out here (U+0007)."),
    ("comment-dropped", HEAD + ITEM + "<!-- no --> a\n\n<!-- no --> b",
     "2 comments were left out; this is the first."),
    ("date-ambiguous/month", "# T, October 2025\n\n" + ITEM,
     "“T, October 2025” names a month but no day. Say which day the issue has."),
    ("date-ambiguous/order", "# T 03/04/2026\n\n" + ITEM,
     "“T 03/04/2026” can be read as 2026-03-04, 2026-04-03. Say which day is meant."),
    ("date-ambiguous/several", "# 1 May 2026, 2 May 2026\n\n" + ITEM,
     "“1 May 2026, 2 May 2026” names several dates: 2026-05-01, 2026-05-02. Say which one is the "
     "issue's."),
    ("date-ambiguous/span", "# T, 6–10 October 2025\n\n" + ITEM,
     "“T, 6–10 October 2025” is a span of days: 2025-10-06, 2025-10-10. Say which day is the "
     "issue's."),
    ("date-ambiguous/week", "# T 2025-W41\n\n" + ITEM,
     "“T 2025-W41” is a week: 2025-10-06, 2025-10-07, 2025-10-08, 2025-10-09, 2025-10-10, "
     "2025-10-11, 2025-10-12. Say which day is the issue's."),
    ("date-ambiguous/year", "# T, 10 October\n\n" + ITEM,
     "“T, 10 October” names a day but no year. Write the year, too."),
    ("date-weekday", "# T, Monday, 10 October 2025\n\n" + ITEM,
     "2025-10-10 is a Friday, but another weekday stands beside it. Check the date."),
    ("date-differs", "---\ndate: 2026-03-01\n---\n" + HEAD + ITEM,
     "The issue is dated 2026-03-01, but the title says 2026-03-02."),
    ("date-impossible", "# T - 2126-03-02\n\n" + ITEM,
     "An issue cannot be of 2126-03-02. Write a year from 1900 to 2099."),
    ("date-missing", "# T\n\n" + ITEM,
     "No date was found in the title, the header or the file's name. Add one: "
     "“# Title - 2025-10-10”."),
    ("date-unreadable", HEAD + ITEM.replace("Text", "日期：昨天\n\nText"),
     "“昨天” is no date. Write it like 2025-10-10."),
    ("dialect-dropped", HEAD + ITEM + "{% include x %}",
     "A template tag ({% name %}) was left out: mail has nothing like it."),
    ("dialect-dropped", HEAD + ITEM + ":material-star: a\n\n:material-star: b",
     "The code of an icon (:material-star:) was left out in 2 places, of which this is the first: "
     "mail has nothing like it."),
    ("empty", HEAD, "The file holds no text below its header and headings."),
    ("few-sources", HEAD + "## A\n\n[x](https://e.org)\n\n## B\n\nText.\n\n## C\n\nText.\n",
     "2 of 3 items have no link, although the document has links. If that is right, confirm it; "
     "otherwise look where their links are."),
    ("field-twice", HEAD + ITEM.replace("Text", "分类：一\n分类：二\n\nText"),
     "“分类” stands twice in this item; the second was kept in the text."),
    ("field-unknown", HEAD + ITEM.replace("Text", "> **心情：** calm\n\nText"),
     "“心情” is no field we know; it was kept beside the item. Its name can be added to the "
     "publication's labels."),
    ("field-unknown", HEAD + (ITEM + OTHER).replace("Text", "> **心情：** calm\n\nText"),
     "“心情” (2 times) is no field we know; it was kept beside the items. Its name can be added "
     "to the publication's labels."),
    ("front-matter/keys", '---\n"a: b"\n---\n' + HEAD + ITEM,
     "The front matter must be lines of the form “key: value”."),
    ("front-matter/size", "---\na: " + "[ " * 500 + "\n---\n" + HEAD + ITEM,
     "The front matter is too long or too deeply nested. Shorten it."),
    ("front-matter/syntax", "+++\ntitle = x y\n+++\n" + HEAD + ITEM,
     "The front matter cannot be read: Invalid value (at line 1, column 9). Mend it or take it "
     "out."),
    ("index-left-out", HEAD + "## Index\n\n- Alpha\n- Beta\n- Gamma\n\n" + "".join(
        f"## {name}\n\n[{name}](https://example.org/{name})\n\n" for name in
        ("Alpha", "Beta", "Gamma")),
     "The list of titles here was left out: the items follow."),
    ("item-empty/heading", HEAD + ITEM + "## Empty\n",
     "This heading has nothing below it. Write the item or take the heading out."),
    ("item-empty/item", HEAD + ITEM.replace("Text.", ""),
     "This item has neither insight nor text. Was the file cut off?"),
    ("item-incomplete",
     HEAD + "".join(WHOLE.format(n, n) for n in (1, 2, 3)) + WHOLE.format(4, 4)[:-5],
     "This item has no bullets, as the others have. Was the file cut off?"),
    ("item-incomplete/alone", HEAD + WHOLE.format(1, 1)[:-5],
     "This item has an insight and no bullets. Was the file cut off?"),
    ("json", '{"content": "# T"}',
     "The file is JSON, not Markdown. Save the text inside it as a file of its own."),
    ("line-too-long", "a" * 100_001, "This line has 100001 characters; the most is 100000."),
    ("merge-undecided", HEAD + ITEM + "<<<<<<< HEAD\nOne.\n=======\nTwo.\n>>>>>>> theirs\n",
     "Two versions stand here, down to line 13, between the marks of a merge. Keep one, and take "
     "the marks (<<<<<<<, =======, >>>>>>>) away."),
    ("link-twice", HEAD + ITEM + ITEM.replace("## A", "## B"),
     "The item in line 3 has the same source link."),
    ("link-unsafe", HEAD + ITEM.replace("https://", "javascript:"),
     "This link leads nowhere a reader could go. Write an address with https://."),
    ("nesting/line", HEAD + ">" * 50 + " x", "This line is nested too deeply."),
    ("nesting/paragraph", HEAD + "[a] " * 2_001,
     "There are too many brackets or tags in one paragraph."),
    ("no-items/said", HEAD + "## Papers\n\nNo papers today.\n",
     "The document says that there is nothing today, and it holds no item. There is nothing to "
     "import."),
    ("number-differs", HEAD + ITEM.replace("## A", "## 涉案7405万元").replace("Text", "共7504万元"),
     "The title says 7405万, the text 7504万."),
    ("one-item", HEAD + ITEM + "".join(
        f"### On [b](https://e.org/{n}) again\n\nText.\n\n" for n in (1, 2)),
     "The whole document would be one item, although 2 of its headings are links. If that is "
     "right, confirm it; otherwise choose how to read it."),
    ("one-item/parts", "# T - 2026-03-02\n\n" + "".join(f"## {n}\n\nText.\n\n" for n in "ABC"),
     "The whole document would be one item, although 3 of its headings have text or links of "
     "their own below them. If that is right, confirm it; otherwise choose how to read it."),
    ("one-item/links", "# T - 2026-03-02\n\n## W\n\n" + ("Words to all of them. " * 4 + "\n\n") * 3
     + "".join(f"[Piece {n}](https://e.org/{n})\n\n" for n in range(3))
     + "![](https://e.org/picture)\n",
     "The whole document would be one item, although 3 of its lines are nothing but a link, as "
     "titles are. If that is right, confirm it; otherwise choose how to read it."),
    ("one-item/ends", "# T - 2026-03-02\n\n" + "".join(
        f"Part {n}. It is new. https://e.org/{n}\n\n" for n in range(3)) + "Bye.\n\nAnn\n",
     "The whole document would be one item, although 3 of its paragraphs end with a link of their "
     "own, as the entries of a list do. If that is right, confirm it; otherwise give each entry a "
     "heading, or make a list of them."),
    ("one-item/times", "# T - 2026-03-02\n\n" + "".join(
        f"0{n}:10 Part {n}, at https://e.org/{n} too\n\n" for n in range(3)),
     "The whole document would be one item, although 3 of its lines begin with a time, as the "
     "parts of a recording do. If that is right, confirm it; otherwise give each part a heading, "
     "or make a list of them."),
    ("reference-missing", HEAD + ITEM + "See [the fees][topic fees].\n",
     "This link has no address in the document; its words are kept as text."),
    ("reference-missing", HEAD + ITEM + "See [the fees][topic fees] and [their paper][].\n",
     "2 links have no address in the document; their words are kept as text. This is the first."),
    ("reference-unused", HEAD + ITEM + "[a]: https://example.org/a\n",
     "This link definition is used nowhere."),
    ("reference-unused",
     HEAD + ITEM + "[a]: https://example.org/a\n[b]: https://example.org/b\n",
     "2 link definitions are used nowhere; this is the first."),
    ("short", HEAD + "hello",
     "The whole text has fewer than 40 characters. Is this a test?"),
    ("source-missing", HEAD + ITEM.replace(SOURCE, "**分类：** 一\n\n"),
     "This item names no source. Add a line “来源：[name](address)” or “Source: …”."),
    ("source-placeholder", HEAD + ITEM.replace("The Paper", "Read more"),
     "“Read more” says nothing about who published it. Write the source's name."),
    ("source-unlinked", HEAD + ITEM.replace("[The Paper](https://example.org/1)", "The Paper"),
     "The source has no link. Write it as [name](address)."),
    ("title-empty", HEAD + ITEM.replace("## A", "##"),
     "This heading has no text. Write the item's title behind the number signs."),
    ("title-json", HEAD + ITEM.replace("## A", '## {"title": "A'),
     "The title looks like program data (JSON). Write it as words."),
    ("title-missing", ITEM,
     "The file has no title. Write one in its first line: “# Title - 2025-10-10”."),
    ("title-twice", HEAD + ITEM + ITEM.replace("/1)", "/2)"),
     "The item in line 3 has the same title."),
    ("too-large/characters", "word " * 800_001,
     "The text has 4000005 characters; the most is 4000000. Divide it."),
    ("too-large/lines", "a\n" * 100_001, "The file has more than 100000 lines. Divide it."),
    ("too-many-items", HEAD + "".join(f"- [a](https://e.org/{n})\n" for n in range(2001)),
     "The file has 2001 items; the most is 2000. Divide it."),
    ("unclaimed/line", HEAD + ITEM + OTHER + "---\n\nThe end.\n",
     "Line 17 belongs to no item. Say what it is: an item, part of the item above, introduction, "
     "tail, or left out."),
    ("unclaimed/lines", HEAD + ITEM + OTHER + "---\n\nThe end.\n\nBye.\n",
     "Lines 17 to 19 belong to no item. Say what they are: an item, part of the item above, "
     "introduction, tail, or left out."),
    ("yaml-alias", "---\na: &x [1]\nb: *x\n---\n" + HEAD + ITEM,
     "The front matter uses a YAML alias (*name). Write the value out instead."),
]  # fmt: skip
BYTES: list[tuple[str, bytes, str]] = [
    ("encoding/broken-utf-16", b"\xff\xfe\x00",
     "The file starts like UTF-16 but is broken. Save it as UTF-8."),
    ("encoding/guessed", "港口，一句话。".encode("gb18030"),
     "The file is not UTF-8; it was read as GB18030. Check that the text is right."),
    ("encoding/unknown", b"caf\xe9",
     "The file is no text in UTF-8, UTF-16 or GB18030: it breaks off at this line. Save it as "
     "UTF-8."),
    ("too-large/bytes", b"a\n" * 2_200_000, "The file has more than 4 MB. Divide it."),
]  # fmt: skip


def key_of(problem: Problem) -> str:
    case = problem.params.get("case")
    return problem.code if case is None else f"{problem.code}/{case}"


@pytest.mark.parametrize(("key", "text", "words"), CASES, ids=[case[0] for case in CASES])
def test_the_sentence(key: str, text: str, words: str) -> None:
    said = {sentence(problem) for problem in parse(text).problems if key_of(problem) == key}
    assert words in said


@pytest.mark.parametrize(("key", "data", "words"), BYTES, ids=[case[0] for case in BYTES])
def test_the_sentence_about_bytes(key: str, data: bytes, words: str) -> None:
    assert [(key_of(one), sentence(one)) for one in decode(data).problems] == [(key, words)]


def test_a_shape_that_was_asked_for_may_find_nothing() -> None:
    said = [sentence(problem) for problem in parse(HEAD + "Text.", shape="labelled").errors]
    assert said == ["No item was found. An item is a heading with text below it."]


def test_every_sentence_is_tried_and_every_code_has_one() -> None:
    elsewhere = {"no-items", "date-span", *WRITTEN}  # In test_span and test_json.
    tried = {key for key, _text, _words in [*CASES, *BYTES]} | elsewhere
    assert tried == set(SENTENCES)
    raised = set()
    for path in (ROOT / "newsletter" / "digest").rglob("*.py"):
        raised |= set(codes_in(path))
    assert raised == {key.split("/")[0] for key in SENTENCES}


def codes_in(path: Path) -> Iterator[str]:
    """The codes of the problems a file raises: the first text in such a call."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in ("error", "warn", "note", "_warn"):
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            yield from (text for text in texts[:1] if isinstance(text, str))


def test_the_language_of_the_moment_decides() -> None:
    (problem,) = parse(HEAD + "hello").problems
    with override("zh-hans"):
        assert sentence(problem) == "全文不到 40 个字符。这是测试文件吗？"
    params = {"date": "2026-03-01", "where": "file-name", "other": "2026-03-02"}
    differs = Problem(1, 1, "warning", "date-differs", params)
    assert sentence(differs) == (
        "The issue is dated 2026-03-01, but the file's name says 2026-03-02."
    )


def test_in_words() -> None:
    assert in_words(parse(HEAD + "hello").problems) == [
        DocumentProblem(
            1, 1, "warning", "short",
            "The whole text has fewer than 40 characters. Is this a test?",
        )
    ]  # fmt: skip


def test_what_was_stored_is_said_again() -> None:
    digest = parse(HEAD + "hello")
    assert from_json(to_json(digest)) == digest
    stored = to_json(digest)
    stored["problems"] = [
        {"line": 1, "column": 1, "level": "warning", "code": "short", "message": "Said by 0.1.0."}
    ]
    assert [sentence(one) for one in from_json(stored).problems] == ["Said by 0.1.0."]
