"""A document's language: which one it says, and what is told of one that is not here."""

from __future__ import annotations

from typing import Any

import pytest

from newsletter import importing
from newsletter.importing.answers import Answers
from newsletter.models import Issue
from subscribers.models import Publication
from tests import builders

pytestmark = pytest.mark.django_db

ITEMS = """
## A ship came in
Category: Ships
Source: [Paper](https://example.org/1)

It came in.

## Corn is up
Category: Ships
Source: [Paper](https://example.org/2)

It is dear.
"""
GERMAN = ITEMS.replace("A ship came in", "Ein Schiff ist da").replace("Corn is up", "Korn steigt")


@pytest.fixture
def daily() -> Publication:
    return builders.publication()


def run(
    daily: Publication, language: str, body: str = ITEMS, name: str = "one.md", **extra: Any
) -> importing.Report:
    head = f"---\ntitle: Harbour\ndate: 2026-03-02\n{language}\n---\n"
    return importing.import_digest(
        daily, (head + body).encode(), name, create_categories=True, **extra
    )


def told(report: importing.Report) -> list[tuple[int, str]]:
    return [(p.line, p.code) for p in report.problems if p.code.startswith("language-")]


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("language: en", "en"), ("lang: en_GB.UTF-8", "en"), ("locale: ENG", "en"),
        ("language: English", "en"), ("language: zh-CN", "zh-Hans"), ("lang: zho", "zh-Hans"),
        ("language: 简体中文", "zh-Hans"), ("language: Chinese", "zh-Hans"),
        ("language: und", "en"), ("locale: C", "en"), ("nothing: here", "en"),
    ],
)  # fmt: skip
def test_a_language_we_have_is_known_however_it_is_written(
    daily: Publication, said: str, language: str
) -> None:
    report = run(daily, said)
    assert report.issue is not None and report.issue.language == language
    assert "language-unknown" not in [code for _line, code in told(report)]


@pytest.mark.parametrize(
    "said", ["language: de", "lang: pt-BR", "locale: ja_JP.UTF-8", "language: Deutsch",
             "language: gsw-CH", "language: enx", "lang: yue-Hant-HK", "'language': fr"],
)  # fmt: skip
def test_one_we_have_not_is_told_at_its_line_with_what_to_write(
    daily: Publication, said: str
) -> None:
    report = run(daily, said)
    assert report.issue is not None and report.issue.language == "en"
    assert told(report) == [(4, "language-unknown")]


def test_the_words_of_the_warning(daily: Publication) -> None:
    (found,) = [p for p in run(daily, "language: de").problems if p.code == "language-unknown"]
    assert found.level == "warning"
    assert found.message == (
        "The document says that it is in “de”. The site has no such language and takes it as the"
        " publication’s (en). Write one of these as its language: en, zh-Hans."
    )


def test_so_is_the_language_of_a_file_name_and_of_json(daily: Publication) -> None:
    assert told(run(daily, "by: Uma", name="2026-03-02-de.md")) == [(0, "language-unknown")]
    data = (
        b'{"title": "Harbour", "date": "2026-03-03",\n "language": "fr", "items": ['
        b'{"title": "A ship", "category": "Ships", "source": {"name": "Paper", "url": "https://example.org/3"}}]}'
    )
    report = importing.import_digest(daily, data, "", form="json", create_categories=True)
    assert told(report) == [(2, "language-unknown")]


def test_a_document_in_one_we_have_not_overwrites_no_other(daily: Publication) -> None:
    english = run(daily, "by: Uma").issue
    assert english is not None
    with pytest.raises(importing.NotImported) as raised:
        run(daily, "language: de", GERMAN, "zwei.md")
    report = raised.value.report
    assert [p.code for p in report.problems if p.level == "error"] == ["other-issue"]
    assert told(report) == [(4, "language-unknown")]
    assert [(q.code, q.option) for q in report.questions] == [
        ("other-issue", "--edition"), ("other-issue", "--confirm"),
    ]  # fmt: skip
    titles = list(english.items.order_by("number").values_list("title", flat=True))
    assert titles == ["A ship came in", "Corn is up"]
    # A name of its own makes it another issue, and the same file again is that one.
    made = run(daily, "language: de", GERMAN, "zwei.md", edition="Deutsch")
    again = run(daily, "language: de", GERMAN, "zwei.md", edition="Deutsch")
    assert made.created and not again.created and made.issue == again.issue
    # Or somebody says that it is meant.
    sure = Answers(confirmed=frozenset({"other-issue"}))
    assert run(daily, "language: de", GERMAN, "zwei.md", answers=sure).issue == english


def test_a_translation_in_one_we_have_not_says_so_beside_the_refusal(daily: Publication) -> None:
    run(daily, "by: Uma")
    with pytest.raises(importing.NotImported) as raised:
        run(daily, "language: de\ntranslation_of: 2026-03-02", GERMAN, "zwei.md", edition="D")
    codes = [p.code for p in raised.value.report.problems if p.level != "note"]
    assert "language-unknown" in codes and "translation-refused" in codes
    assert Issue.objects.count() == 1


def test_one_the_publication_has_not_is_told_until_it_is_its_own(daily: Publication) -> None:
    assert told(run(daily, "language: zh-CN")) == [(4, "language-other")]
    # Linked with its original, it goes to who reads it.
    run(daily, "by: Uma", name="harbour-en-2.md")
    linked = run(daily, "language: zh-CN\ntranslation_of: harbour-en-2", name="one.md")
    assert linked.issue is not None and linked.issue.original is not None and told(linked) == []
    # A publication whose issues appear in two languages has both.
    builders.issue(daily, "2026-02-01", language="zh-Hans", state="archived")
    head = "---\ntitle: Harbour\ndate: 2026-03-09\nlanguage: zh\n---\n"
    later = importing.import_digest(daily, (head + ITEMS).encode(), "x.md", create_categories=True)
    assert told(later) == []
