"""A shape that was given is remembered, whichever way it was given, shown, and taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from newsletter.digest.keys import EVERY, ONE_PIECE
from newsletter.importing import read_answers
from newsletter.models import ImportRule
from subscribers.models import Publication
from tests import builders
from tests.intake.programs import Program

from .test_import import run

pytestmark = pytest.mark.django_db

CHAPTERS = """# Harbour Weekly 12, 2 March 2026

## The ferry sails at night

It sails from the old pier, and nobody complained about the noise of it for once.

## A yard opens

It is large, and builds boats of wood for those who want to row to the island.
"""
# By the evidence the links of the list are items; a person may want one text.
LISTS = """# Harbour Daily - 2026-03-02

## Yard

- [New yard](https://example.org/2), which is large
- [Old yard](https://example.org/3), which is small

## Ferry

It is late, [says the harbour](https://example.org/1).
"""


@pytest.fixture
def paper() -> Publication:
    publication = builders.publication(slug="harbour")
    builders.category(publication, "News")
    return publication


def command(text: str, path: Path, **more: Any) -> None:
    file = path / "issue.md"
    file.write_text(text, encoding="utf-8")
    call_command("import_digest", str(file), publication="harbour", map=["*=News"], **more)


def rules(paper: Publication) -> list[tuple[str, str]]:
    found = paper.import_rules.filter(kind=ImportRule.Kind.SHAPE)
    return list(found.values_list("key", "value"))


def test_a_given_shape_answers_the_next_document(paper: Publication, tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        command(CHAPTERS, tmp_path)
    command(CHAPTERS, tmp_path, shape="headlines")
    assert rules(paper) == [(ONE_PIECE, "headlines")]
    later = run(paper, CHAPTERS.replace("12, 2", "13, 9").replace("ferry", "boat"), "w.md")
    assert [item.title for item in later.digest.items] == [
        "The boat sails at night",
        "A yard opens",
    ]


def test_another_shape_is_that_of_every_document(paper: Publication, tmp_path: Path) -> None:
    command(LISTS, tmp_path, shape="document", confirm=["one-item"])
    assert rules(paper) == [(EVERY, "document")]
    later = LISTS.replace("03-02", "03-03")
    right = read_answers(confirm=["one-item"])
    report = run(paper, later, "w.md", answers=right)
    assert len(report.digest.items) == 1
    assert EVERY in [rule.key for rule in report.remembered]
    command(later.replace("03-03", "03-04"), tmp_path, shape="auto")
    assert paper.issues.latest("date").items.count() == 3
    paper.import_rules.filter(key=EVERY).delete()
    assert len(run(paper, later.replace("03-03", "03-05"), "w.md").digest.items) == 3


def test_what_changes_nothing_is_no_answer(paper: Publication, tmp_path: Path) -> None:
    text = "# Harbour Daily - 2026-03-02\n\n## Yards\n\n- [New](https://example.org/2), large\n"
    command(text + "- [Old yard](https://example.org/3), which is small\n", tmp_path, shape="links")
    assert rules(paper) == []


def test_by_the_interface(paper: Publication) -> None:
    program = Program(paper)
    query = "map=*%3DNews"
    assert program.post(f"/issues/?{query}", CHAPTERS).status == 422
    assert program.post(f"/issues/?{query}&shape=headlines", CHAPTERS).status == 201
    assert rules(paper) == [(ONE_PIECE, "headlines")]
    later = CHAPTERS.replace("12, 2", "13, 9").replace("ferry", "boat")
    assert program.post("/issues/", later).json["items"] == 2
