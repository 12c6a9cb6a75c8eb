"""A date that is a year off the last issue is worth a look."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.importing import import_digest
from newsletter.importing.plausible import implausible

from .. import builders

LAST = dt.date(2025, 12, 29)


@pytest.mark.parametrize(
    ("date", "odd"),
    [
        (dt.date(2026, 1, 5), False),
        (dt.date(2025, 1, 5), True),  # last year's number in January
        (dt.date(2026, 12, 29), True),
        (dt.date(2025, 12, 29), False),
        (dt.date(2026, 6, 1), False),  # a publication that rested for half a year
        (dt.date(2205, 12, 30), True),
    ],
)
def test_a_year_off_the_last_issue(date: dt.date, odd: bool) -> None:
    assert implausible(date, LAST) is odd


@pytest.mark.django_db
def test_an_import_says_so() -> None:
    publication = builders.publication()
    builders.category(publication, "Tides")
    builders.issue(publication, "2026-02-23")
    document = b"# T - 2025-03-02\n\n## A\n\n[P](https://example.org/1)\n\nText of the item.\n"
    for _again in range(2):  # Its own earlier import is not the last issue.
        report = import_digest(publication, document, "t.md", create_categories=True)
        assert [one.message for one in report.problems if one.code == "date-implausible"] == [
            "The last issue is of 2026-02-23, this one of 2025-03-02. Is the year right?"
        ]
    right = document.replace(b"2025", b"2026")
    report = import_digest(publication, right, "u.md", create_categories=True)
    assert "date-implausible" not in {one.code for one in report.problems}


def test_a_new_publication_has_nothing_to_compare_with() -> None:
    assert not implausible(dt.date(1999, 1, 1), None)
