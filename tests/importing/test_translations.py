"""A document says what it is the translation of, or its date does in a sister publication."""

from __future__ import annotations

import datetime as dt
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from newsletter import importing
from newsletter.models import Issue
from subscribers.models import Publication
from tests import builders

pytestmark = pytest.mark.django_db

TEXT = """---
title: {title}
date: {date}
language: {language}
{more}---

## {item}
Category: {category}
Source: [Paper](https://example.org/1)

What it means.
"""


def text(language: str, more: str = "", date: str = "2026-03-02") -> bytes:
    words = {
        "en": ("Harbour", "A ship came in", "Ships"),
        "zh": ("港口", "一艘船进港", "船舶"),
    }[language[:2]]
    return TEXT.format(
        title=words[0], item=words[1], category=words[2], language=language, date=date, more=more
    ).encode()


def run(publication: Publication, data: bytes, name: str, **extra: Any) -> importing.Report:
    return importing.import_digest(publication, data, name, create_categories=True, **extra)


@pytest.fixture
def harbour() -> Publication:
    return builders.publication()


@pytest.fixture
def gang(harbour: Publication) -> Publication:
    return builders.publication("gang", name="港口日报", language="zh-Hans", sister_of=harbour)


def of(report: importing.Report) -> Issue:
    assert report.issue is not None
    return Issue.objects.get(pk=report.issue.pk)


def refusal(error: importing.NotImported) -> list[tuple[int, str, str]]:
    found = error.report.problems
    return [(p.line, p.code, p.message) for p in found if p.level == "error"]


@pytest.mark.parametrize(
    "said",
    ["2026-03-02", "harbour-en-1", "harbour-en-1.md", "../en/harbour-en-1.md", "daily/2026-03-02",
     "https://news.example.org/daily/2026-03-02/"],
)  # fmt: skip
def test_front_matter_names_the_original(harbour: Publication, said: str) -> None:
    original = of(run(harbour, text("en"), "harbour-en-1.md"))
    report = run(harbour, text("zh", f"translation_of: {said}\n"), "harbour-zh-1.md")
    assert of(report).original == original
    assert [p.message for p in report.problems if p.code == "translation"] == [
        "It is linked with daily/2026-03-02 (en): each reader gets the one in their language."
    ]
    # The same file again is the same pair.
    again = run(harbour, text("zh", f"translation_of: {said}\n"), "harbour-zh-1.md")
    assert of(again).original == original and not again.created


@pytest.mark.parametrize(
    ("named", "date", "code", "message"),
    [
        ("2026-01-01", "2026-03-02", "translation-unknown", "There is no issue “2026-01-01”"),
        ("harbour-zh-1", "2026-03-02", "translation-refused", "cannot be a translation of itself"),
        ("harbour-en-1", "2026-03-03", "translation-refused", "of two dates"),
    ],
)
def test_what_cannot_be_is_an_error_at_its_line_and_nothing_is_stored(
    harbour: Publication, named: str, date: str, code: str, message: str
) -> None:
    run(harbour, text("en"), "harbour-en-1.md")
    with pytest.raises(importing.NotImported) as raised:
        run(harbour, text("zh", f"translation_of: {named}\n", date), "harbour-zh-1.md")
    (found,) = refusal(raised.value)
    assert found[:2] == (5, code) and message in found[2]
    assert Issue.objects.count() == 1


def test_a_document_of_another_date_is_another_issue_and_leaves_the_pair(
    harbour: Publication,
) -> None:
    english = of(run(harbour, text("en"), "harbour-en-1.md"))
    chinese = of(run(harbour, text("zh", "translation_of: harbour-en-1\n"), "harbour-zh-1.md"))
    later = of(run(harbour, text("en", date="2026-03-05"), "harbour-en-1.md"))
    english.refresh_from_db()
    chinese.refresh_from_db()
    assert (english.date, chinese.original) == (dt.date(2026, 3, 2), english)
    assert (later.date, later.original) == (dt.date(2026, 3, 5), None)


def test_the_date_pairs_sisters_whoever_comes_first(
    harbour: Publication, gang: Publication
) -> None:
    english = of(run(harbour, text("en"), "one.md"))
    chinese = of(run(gang, text("zh"), "two.md"))
    assert chinese.original == english
    early = of(run(gang, text("zh", date="2026-03-03"), "three.md"))
    assert early.original is None
    late = of(run(harbour, text("en", date="2026-03-03"), "four.md"))
    early.refresh_from_db()
    assert early.original == late


def test_where_a_day_has_two_issues_a_person_must_say_which(
    harbour: Publication, gang: Publication
) -> None:
    run(harbour, text("en"), "morning-1.md")
    run(harbour, text("en", "edition: Evening\n"), "evening-2.md")
    assert of(run(gang, text("zh"), "two.md")).original is None


def test_publications_that_are_no_sisters_are_left_alone(harbour: Publication) -> None:
    run(harbour, text("en"), "one.md")
    other = builders.publication("other", language="zh-Hans")
    assert of(run(other, text("zh"), "two.md")).original is None


def test_the_command_says_it_as_well(harbour: Publication, tmp_path: Path) -> None:
    for name, language in (("en-1.md", "en"), ("zh-1.md", "zh")):
        (tmp_path / name).write_bytes(text(language))
    out = StringIO()
    paths = [str(tmp_path / "en-1.md")]
    call_command("import_digest", *paths, publication="daily", create_categories=True, stdout=out)
    call_command(
        "import_digest",
        str(tmp_path / "zh-1.md"),
        publication="daily",
        create_categories=True,
        translation_of="2026-03-02",
        json=True,
        stdout=(said := StringIO()),
    )
    assert "translation" in [one["code"] for one in json.loads(said.getvalue())["problems"]]
    chinese = Issue.objects.get(origin="zh-1")
    assert chinese.original is not None and chinese.original.origin == "en-1"
