"""Every problem has its line, level and code; nothing is dropped unsaid."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.digest import decode, parse
from newsletter.importing.wording import sentence

HEAD = "# T - 2026-03-02\n\n"


def item(title: str = "A", n: int = 1, body: str = "Text.") -> str:
    return f"## {title}\n\n**来源：** [The Paper](https://example.org/{n})\n\n{body}\n\n"


def said(text: str, **extra: object) -> list[tuple[int, str, str]]:
    digest = parse(text, **extra)  # type: ignore[arg-type]
    return [(problem.line, problem.level, problem.code) for problem in digest.problems]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", [(0, "error", "empty")]),
        ("\n\n---\n", [(0, "error", "empty")]),
        ("# test", [(0, "error", "empty")]),
        (HEAD + "## A\n\n## B\n", [(0, "error", "empty")]),
        ("---\ntitle: T\ndate: 2026-03-02\n---\n", [(0, "error", "empty")]),
        (
            "hello",
            [
                (1, "error", "date-missing"),
                (1, "error", "title-missing"),
                (1, "warning", "short"),
            ],
        ),
        (HEAD + "hello", [(1, "warning", "short")]),
        ('{"content": "# T - 2026-03-02"}', [(1, "error", "json")]),
        (HEAD + "a\x07b", [(1, "warning", "short"), (3, "warning", "control-character")]),
        (HEAD + "a\ud800b", [(1, "warning", "short"), (3, "warning", "control-character")]),
        (HEAD + "a\x00b" * 40, [(3, "error", "control-character")]),
        (HEAD + item(body="")[:-2], [(3, "warning", "item-empty")]),
        (HEAD + item() + item("B", 1), [(9, "warning", "link-twice")]),
        (HEAD + item() + item("A", 2), [(9, "warning", "title-twice")]),
        (HEAD + item('{"title": "A'), [(3, "warning", "title-json")]),
        (HEAD + item().replace("The Paper", "Source 2"), [(3, "warning", "source-placeholder")]),
        (HEAD + item().replace("https://", "javascript:"), [(5, "warning", "link-unsafe")]),
        (HEAD + item(body="日期：昨天\n\nText."), [(7, "warning", "date-unreadable")]),
        (HEAD + item(body="> **心情：** calm\n\nText."), [(7, "note", "field-unknown")]),
        (
            HEAD + item(body="分类：一\n分类：二\n\nText."),
            [(8, "warning", "field-twice")],
        ),
        (HEAD + item(body="Text.<!-- no -->"), [(7, "warning", "comment-dropped")]),
        (HEAD + item(body="Text. {% include x %}"), [(7, "warning", "dialect-dropped")]),
        (HEAD + item() + "## Empty\n", [(9, "warning", "item-empty")]),
    ],
)
def test_what_is_said(text: str, problems: list[tuple[int, str, str]]) -> None:
    assert said(text) == problems


@pytest.mark.parametrize(
    ("title", "body", "told"),
    [
        ("骗局涉案7405万元", "共计7504万元。", "The title says 7405万, the text 7504万."),
        ("融资3.52亿", "融资3.25亿。", "The title says 3.52亿, the text 3.25亿."),
        ("融资3.5亿", "约合3.6亿。", ""),
        ("Sales of $740 million", "It made $750 million.",
         "The title says 740million, the text 750million."),
        ("骗局涉案7504万元", "共计7504万元，另有7405万元。", ""),
        ("涉案7,504万元", "共计7504万元。", ""),
        ("24小时营业", "开到25点。", ""),
        ("增长18%", "增长19%。", ""),
        ("售价899元", "涉及899人，起价998人。", ""),
    ],
)  # fmt: skip
def test_a_number_the_body_contradicts(title: str, body: str, told: str) -> None:
    digest = parse(HEAD + item(title, body=body))
    assert [sentence(p) for p in digest.problems if p.code == "number-differs"] == (
        [told] if told else []
    )


@pytest.mark.parametrize(
    ("text", "name", "date", "codes"),
    [
        ("# T - 2026年3月2日\n\n", "x.md", "2026-03-02", []),
        ("# T - March 2nd, 2026\n\n", "x.md", "2026-03-02", []),
        ("# T, 2 March 2026\n\n", "x.md", "2026-03-02", []),
        ("# T\n\n> 2026-03-02\n\n", "x.md", "2026-03-02", []),
        ("# T\n\n", "2026-03-02-update.md", "2026-03-02", []),
        ("# T\n\n", "ai/2026/03/02.md", "2026-03-02", []),
        ("# T\n\n", "027-2026-mar-2.md", "2026-03-02", []),
        ("# T\n\n", "digest-20260302.md", "2026-03-02", []),
        ("---\ndate: 2026-03-02T08:00:00+08:00\n---\n# T\n\n", "x.md", "2026-03-02", []),
        ("# T\n\n", "x.md", None, ["date-missing"]),
        ("# T 2026-02-30\n\n", "x.md", None, ["date-unreadable"]),
        ("# T - 2026-03-02\n\n", "2026-03-03.md", "2026-03-02", ["date-differs"]),
        ("---\ndate: 2026-03-01\n---\n# T - 2026-03-02\n\n", "x.md", "2026-03-01",
         ["date-differs"]),
    ],
)  # fmt: skip
def test_dates(text: str, name: str, date: str | None, codes: list[str]) -> None:
    digest = parse(text + item(), name=name)
    assert digest.date == (dt.date.fromisoformat(date) if date else None)
    assert [problem.code for problem in digest.problems] == codes


@pytest.mark.parametrize(
    ("front", "title", "extra"),
    [
        ("---\ntitle: 'Y'\nnumber: 7\nTags: [a, b]\n---\n", "Y", {"number": 7, "tags": ["a", "b"]}),
        ('+++\ntitle = "Y"\n[extra]\nweek = 9\n+++\n', "Y", {"extra": {"week": 9}}),
        ("Title: Y\nNumber: 7\nSlug: y\n\n", "Y", {"number": "7", "slug": "y"}),
        ('---\ntitle: "a\\0b"\n---\n', "ab", {}),
        ("---\n\nA rule above and below.\n\n---\n", "", {}),
        ("Note: this is prose.\n\n", "", {}),
    ],
)
def test_front_matter(front: str, title: str, extra: dict[str, object]) -> None:
    digest = parse(front + item(), date=dt.date(2026, 3, 2))
    assert digest.title == title
    assert {key: value for key, value in digest.extra.items() if key != "title"} == extra


@pytest.mark.parametrize(
    ("front", "line", "column", "code"),
    [
        ("---\na: &x [1]\nb: *x\n---\n", 3, 4, "yaml-alias"),
        ("---\ntitle: [unclosed\n---\n", 2, 17, "front-matter"),
        ("---\ntitle: T\n  bad: 1\n---\n", 3, 6, "front-matter"),
        ("+++\ntitle = x y\n+++\n", 2, 1, "front-matter"),
        ("---\na: " + "[ " * 500 + "\n---\n", 1, 1, "front-matter"),
        ("---\na: !!python/object:os.system x\n---\n", 2, 4, "front-matter"),
    ],
)
def test_unreadable_front_matter(front: str, line: int, column: int, code: str) -> None:
    digest = parse(front + HEAD + item())
    assert [(p.line, p.column, p.code) for p in digest.errors] == [(line, column, code)]


@pytest.mark.parametrize(
    ("encoding", "seen", "codes"),
    [
        ("utf-8", "UTF-8", []),
        ("utf-8-sig", "UTF-8", []),
        ("utf-16", "UTF-16", []),
        ("utf-16-le", "UTF-16", ["encoding"]),
        ("utf-16-be", "UTF-16", ["encoding"]),
        ("gb18030", "GB18030", ["encoding"]),
        ("gbk", "GB18030", ["encoding"]),
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\u2028"])
def test_decoding(encoding: str, seen: str, codes: list[str], ending: str) -> None:
    if ending == "\u2028" and encoding == "gbk":
        ending = "\n"
    text = "# 港口 - 2026年03月02日\n\n正文，一句话。\n"
    decoded = decode(text.replace("\n", ending).encode(encoding))
    assert (decoded.text, decoded.encoding) == (text, seen)
    assert [problem.code for problem in decoded.problems] == codes


@pytest.mark.parametrize(
    "data", [b"\xff\xfe\x00", b"caf\xe9", bytes(range(256)), b"\x89PNG\r\n\x1a\n\x00\x00" * 9]
)
def test_what_is_no_text(data: bytes) -> None:
    decoded = decode(data)
    refused = decoded.problems or parse(decoded.text).errors
    assert refused and refused[0].level == "error"


def test_ascii_in_utf_16_without_a_mark_is_seen() -> None:
    assert decode("# Title\n\ntext\n".encode("utf-16-le")).text == "# Title\n\ntext\n"


def test_more_than_four_megabytes() -> None:
    decoded = decode(b"a\n" * 2_200_000)
    assert (decoded.text, [p.code for p in decoded.problems]) == ("", ["too-large"])


HOSTILE = {
    "brackets": "[" * 100_000,
    "closed brackets": "[" * 50_000 + "]" * 50_000,
    "images": "![a" * 30_000,
    "quotes": ">" * 10_000 + " x",
    "lists": "- " * 10_000 + "x",
    "numbers": "1. " * 10_000 + "x",
    "parentheses": "[a]" + "(" * 10_000,
    "tags": "<div>" * 10_000,
    "deep indentation": " " * 300 + "- x",
    "long line": "a" * 1_000_000,
    "many lines": "a\n" * 100_001,
    "long text": "word " * 900_000,
    "control characters": "a\x00b\udfff" * 40,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_refused(name: str) -> None:
    assert parse(HEAD + HOSTILE[name]).errors


ONE, TWO, END = "<<<<<<< HEAD\na\n", "=======\nb\n", ">>>>>>> other\n"


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        (ONE + TWO + END, True),
        (ONE + "||||||| base\nc\n" + TWO + END, True),  # As diff3 writes it.
        ("<<<<<<<\na\n" + TWO + ">>>>>>>\n", True),
        ("Title\n=======\n\n" + ONE + "Other\n=======\n\nb\n" + END, True),
        (ONE + TWO, False),
        ("Title\n=======\n\nText\n", False),
        ("<<<<<<<< eight\na\n" + TWO + ">>>>>>>> eight\n", False),
        ("> " + ONE + TWO + END, False),
        ("```\n" + ONE + TWO + END + "```\n", False),
        ("~~~~diff\n```\n" + ONE + TWO + END + "~~~~\n", False),
        ("```\na\n```\n" + ONE + TWO + END, True),
    ],
)
def test_a_merge_that_nobody_decided_is_refused(text: str, refused: bool) -> None:
    """Also in the form that Sudi writes, which is kept in git."""
    document = f"# T - 2026-03-02\n\n## A\n\nText.\n\n{text}"
    for head in ("", "---\nformat: sudi-1\n---\n"):
        found = {one.code for one in parse(head + document).errors}
        assert ("merge-undecided" in found) is refused


SLOW_FOR_MANY = {
    "unmatched tags": "{% a " * 15_000,
    "unmatched braces": "{{" * 20_000,
    "unmatched comments": "<!--" * 15_000,
    "open comments": "<!--\n" * 15_000,
    "backticks": "".join("`" * n + "a" for n in range(1, 300)),
    "stars": "*a " * 20_000,
    "nested list": "\n".join("  " * n + "- x" for n in range(90)),
    "labels": "**分类：**x · " * 4_000,
    "headings": "## a\n" * 15_000,
    "empty items": "## a\nx\n\n" * 6_000,
    "figures": "## " + " ".join(f"{n}万" for n in range(1000, 9000)) + "\n\n**来源：** [x](https://e.org)\n\n"
    + " ".join(f"{n}万" for n in range(9000, 20000)),
    "references": "\n".join(f"[r{n}]: https://example.org/{n}\n\n[r{n}]" for n in range(4_000)),
}  # fmt: skip


@pytest.mark.parametrize("name", SLOW_FOR_MANY)
def test_what_is_quadratic_for_others_is_read(name: str) -> None:
    """Each of these took minutes in some parser; here the suite would hang."""
    parse(HEAD + SLOW_FOR_MANY[name])
