"""The hours in which a publication sends."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.sending import hours


@pytest.mark.parametrize(
    ("now", "start", "end", "is_open"),
    [
        # 09:00 UTC is 17:00 in Shanghai.
        ("09:00", "08:00", "18:00", True),
        ("10:00", "08:00", "18:00", False),
        ("00:00", "08:00", "18:00", True),
        ("23:59", "08:00", "18:00", False),
        # Over midnight, from 22:00 to 06:00 there.
        ("14:00", "22:00", "06:00", True),
        ("21:59", "22:00", "06:00", True),
        ("22:00", "22:00", "06:00", False),
        ("13:59", "22:00", "06:00", False),
        # No hours, or none that differ: always.
        ("03:00", "08:00", "08:00", True),
        ("03:00", None, "08:00", True),
        ("03:00", "08:00", None, True),
    ],
)
def test_from_the_first_hour_until_before_the_last(
    now: str, start: str | None, end: str | None, is_open: bool
) -> None:
    at = dt.datetime.combine(dt.date(2026, 3, 2), dt.time.fromisoformat(now), tzinfo=dt.UTC)
    between = [None if one is None else dt.time.fromisoformat(one) for one in (start, end)]
    assert hours.is_open(at, "Asia/Shanghai", *between) is is_open


def test_an_unknown_time_zone_is_taken_for_utc() -> None:
    at = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
    assert hours.is_open(at, "Nowhere/Else", dt.time(8), dt.time(10))
    assert not hours.is_open(at, "Nowhere/Else", dt.time(10), dt.time(12))
