"""What cannot be a pair, handed in over HTTP: answered at its line, and nothing is stored."""

from __future__ import annotations

import pytest

from newsletter.models import Issue
from subscribers.models import Publication
from tests import builders

from .programs import DIGEST, Program

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("original", "date", "sentence"),
    [
        ("2026-03-02", "2026-03-02", "cannot be a translation of itself"),
        ("2026-03-01-de", "2026-03-01", "is a translation itself"),
        ("2026-03-01", "2026-03-02", "They are of two dates: 2026-03-02 and 2026-03-01"),
        ("2026-02-30", "2026-03-02", "There is no issue “2026-02-30”"),
        ("other/2026-03-01", "2026-03-01", "There is no issue “other/2026-03-01”"),
        ("other/2026-03-02", "2026-03-02", "There is no issue “other/2026-03-02”"),
    ],
)
def test_a_translation_that_cannot_be_is_answered_at_its_line(
    original: str, date: str, sentence: str
) -> None:
    daily = builders.publication("desk")
    builders.issue(builders.publication("other"), "2026-03-02")
    first = builders.issue(daily, "2026-03-01")
    builders.issue(daily, "2026-03-01", slug="2026-03-01-de", language="de", original=first)
    before = list(Issue.objects.order_by("pk").values())
    program = Program(Publication.objects.get(pk=daily.pk))
    head = f"---\ndate: {date}\nlanguage: zh-Hans\ntranslation_of: {original}\n---\n"
    answer = program.put(head + DIGEST.replace("2026-03-02", date))
    assert answer.status == 422
    (found,) = [one for one in answer.json["problems"] if one["level"] == "error"]
    assert (found["line"], sentence in found["message"]) == (4, True), found
    assert list(Issue.objects.order_by("pk").values()) == before
    assert not daily.categories.exists()


def test_so_is_a_language_the_site_has_not() -> None:
    daily = builders.publication("desk")
    program = Program(daily)
    answer = program.put(f"---\nlang: fr-CA\n---\n{DIGEST}")
    assert answer.status == 201
    found = [one for one in answer.json["problems"] if one["code"] == "language-unknown"]
    assert [(one["line"], one["level"]) for one in found] == [(2, "warning")]
