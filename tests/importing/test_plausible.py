"""A date that is a year off the last issue is worth a look."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.importing.plausible import implausible

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


def test_a_new_publication_has_nothing_to_compare_with() -> None:
    assert not implausible(dt.date(1999, 1, 1), None)
