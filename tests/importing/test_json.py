"""Documents in the JSON form, and those that Sudi wrote: imported, and their problems in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from newsletter.digest import parse
from newsletter.digest.json_form import read_json
from newsletter.importing import NotImported, import_digest
from newsletter.importing.reporting import as_json
from newsletter.importing.wording import sentence
from newsletter.importing.written_sentences import WRITTEN

from .test_import import paper

__all__ = ["paper"]  # The fixture.

DOCUMENT: dict[str, Any] = {
    "title": "Harbour Daily",
    "date": "2026-03-02",
    "items": [
        {"title": "Night ferry", "category": "Travel", "insight": "It is late.",
         "source": {"name": "The Paper", "url": "https://example.org/ferry"}},
        {"title": "New yard", "category": "Shipz", "summary": ["two docks"],
         "source": {"name": "The Mill", "url": "https://example.org/yard"}},
    ],
    "tail": [{"title": "More", "url": "https://example.org/more"}],
}  # fmt: skip


def bare(**values: Any) -> str:
    return json.dumps({**DOCUMENT, **values}, indent=1)


ONE = '{"title": "T", "date": "2026-03-02", "items": [{"title": "A"}]'
CASES = [
    ("json-date", ONE.replace("03-02", "02-30") + "}",
     "“2026-02-30” at /date is no date like 2026-03-02."),
    ("json-empty", '{"title": "T", "items": []}',
     "/items holds nothing. A digest has at least one item."),
    ("json-missing", '{"items": [{"title": "A"}]}', "“title” is missing at /."),
    ("json-syntax/colon", '{"a" 1}', "This is no JSON: a colon is missing here."),
    ("json-syntax/comma", '{"a": 1 "b": 2}',
     "This is no JSON: a comma or a closing bracket is missing here."),
    ("json-syntax/deep", "[" * 100, "The JSON is nested too deeply."),
    ("json-syntax/more", "{} x", "This is no JSON: something stands behind the end of it."),
    ("json-syntax/name", "{a: 1}", "This is no JSON: a name in quotation marks is missing here."),
    ("json-syntax/number", ONE.replace('"A"', '"A", "score": 1e999') + "}",
     "This number is too large. Write a smaller one."),
    ("json-syntax/twice", '{"title": "A", "items": [], "title": "B"}',
     "This name stands twice in one object. Keep the one that is meant."),
    ("json-syntax/string", '{"a',
     "This is no JSON: a text does not end, or holds a bad escape."),
    ("json-syntax/value", '{"a": nothing}', "This is no JSON: a value is missing here."),
    ("json-too-long", json.dumps({"title": "T" * 301, "items": [{"title": "A"}]}),
     "/title has 301 characters; the most is 300. Shorten it."),
    ("json-type", '{"title": 7, "items": [{"title": "A"}]}', "/title must be of the type string."),
    ("json-unknown", ONE + ', "mood": 1}',
     "“mood” at /mood is no field of a digest and was left out."),
    ("address", ONE.replace('"A"', '"A", "source": {"url": "javascript:x"}') + "}",
     "“javascript:x” is no address that readers can be sent to: it begins with https:// or "
     "http://, and holds no space, quotation mark, < or >."),
]  # fmt: skip


@pytest.mark.parametrize(("key", "text", "words"), CASES, ids=[case[0] for case in CASES])
def test_the_sentence(key: str, text: str, words: str) -> None:
    code = key.split("/")[0]
    assert words in {sentence(one) for one in read_json(text).problems if one.code == code}


def test_a_day_of_the_calendar_that_no_issue_is_of() -> None:
    [problem] = read_json(ONE.replace("2026-03-02", "2126-03-02") + "}").errors
    assert (problem.code, problem.params["pointer"]) == ("date-impossible", "/date")
    assert sentence(problem) == "An issue cannot be of 2126-03-02. Write a year from 1900 to 2099."


def test_every_sentence_is_tried() -> None:
    assert {case[0] for case in CASES} | {"written-line"} == set(WRITTEN)
    (problem,) = parse("---\nformat: sudi-1\ndate: 2026-03-02\n---\n\n# T\n\n## A\n\nx y\n").errors
    assert (problem.line, sentence(problem)) == (
        10,
        "This line does not fit the form in which Sudi writes issues (near “x y”). Restore it, or "
        "take the line “format: sudi-1” out, so that the document is read like any other.",
    )


@pytest.mark.django_db
def test_a_json_document_is_imported(paper: Any) -> None:
    text = bare().replace("Shipz", "Ships")
    for name, form in (("2026-03-02.json", ""), ("", "json"), ("", ""), ("x.md", "json")):
        report = import_digest(paper, text.encode(), name, form=form)
    assert report.issue is not None and not report.created and report.changes == []
    ferry, yard = report.issue.items.order_by("number")
    assert (ferry.title, ferry.insight, ferry.category.name) == (
        "Night ferry", "It is late.", "Travel",
    )  # fmt: skip
    assert yard.bullets == [{"lead": "", "text": "two docks", "children": []}]
    assert report.issue.links.filter(kind="tail").get().url == "https://example.org/more"


@pytest.mark.django_db
def test_its_problems_have_line_column_and_pointer(paper: Any) -> None:
    with pytest.raises(NotImported) as caught:
        import_digest(paper, bare(mood="x").encode(), "2026-03-02.json")
    found = as_json(caught.value.report, "2026-03-02.json")["problems"]
    assert [(p["code"], p["line"], p["column"], p.get("pointer")) for p in found] == [
        ("category-unknown", 16, 17, "/items/1"),
        ("json-unknown", 32, 10, "/mood"),
    ]


@pytest.mark.django_db
def test_the_command_takes_a_json_file(paper: Any, tmp_path: Any) -> None:
    from .test_import import TestCommand

    path = tmp_path / "digest.json"
    path.write_text(bare(edition="Evening").replace("Shipz", "Ships"))
    out, _ = TestCommand().call(str(path), "--publication", "daily", "--json")
    found = json.loads(out)
    assert (found["created"], found["issue"], found["edition"], found["shape"]) == (
        True, "2026-03-02-evening", "Evening", "json",
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("data", [b"{", b"[]", b"{}", b'{"title": null, "items": [null]}', b"\xff"])
def test_what_is_none_is_refused(paper: Any, data: bytes) -> None:
    with pytest.raises(NotImported):
        import_digest(paper, data, "x.json")


@pytest.mark.django_db
def test_letters_that_end_a_line_elsewhere_are_letters_here(paper: Any) -> None:
    text = json.dumps(
        {**DOCUMENT, "items": [{"title": "A", "category": "Ships", "body": "a\u2028b\x85c"}]},
        ensure_ascii=False,
    )
    report = import_digest(paper, f"\ufeff{text}".encode(), "")
    assert report.issue is not None and report.issue.items.get().body == "a\u2028bc"
