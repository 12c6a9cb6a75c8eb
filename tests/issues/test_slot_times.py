"""When a slot is, whatever the clocks do; and what an open one asks for."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest

from newsletter.issues.slot_times import Step, occasions, step
from newsletter.models import Slot
from subscribers import times

DAILY = 127
UTC = dt.UTC
NOW = dt.datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("zone", "day", "at", "utc"),
    [
        ("Europe/Berlin", "2026-03-28", "02:30", "2026-03-28T01:30"),
        # Put forward at 02:00: 02:00 to 02:59 do not exist, and the next that does is 03:00.
        ("Europe/Berlin", "2026-03-29", "01:59", "2026-03-29T00:59"),
        ("Europe/Berlin", "2026-03-29", "02:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29", "02:59", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29", "03:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29", "03:01", "2026-03-29T01:01"),
        # Put back at 03:00: 02:30 is there twice, and the first is meant.
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30"),
        ("Europe/Berlin", "2026-10-25", "03:00", "2026-10-25T02:00"),
        ("America/New_York", "2026-03-08", "02:15", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30"),
        # Half an hour, at midnight, never, and a whole day that was left out.
        ("Australia/Lord_Howe", "2026-10-04", "02:10", "2026-10-03T15:30"),
        ("America/Santiago", "2026-09-06", "00:20", "2026-09-06T04:00"),
        ("Asia/Shanghai", "2026-03-29", "02:30", "2026-03-28T18:30"),
        ("Asia/Kathmandu", "2026-03-29", "07:30", "2026-03-29T01:45"),
        ("Pacific/Apia", "2011-12-30", "07:30", "2011-12-30T10:00"),
        ("Australia/Lord_Howe", "2027-04-04", "01:45", "2027-04-03T14:45"),
        ("Africa/Cairo", "2027-04-30", "00:30", "2027-04-29T22:00"),
        ("Africa/Cairo", "2026-10-29", "23:30", "2026-10-29T20:30"),
        ("America/Santiago", "2027-04-03", "23:15", "2027-04-04T02:15"),
        ("Africa/Casablanca", "2027-02-07", "02:30", "2027-02-07T01:30"),
        ("Africa/Casablanca", "2027-03-14", "02:30", "2027-03-14T02:00"),
        ("Antarctica/Troll", "2027-03-28", "02:15", "2027-03-28T01:00"),
        ("Pacific/Chatham", "2027-09-26", "03:00", "2027-09-25T14:00"),
        ("Europe/Dublin", "2027-10-31", "01:30", "2027-10-31T00:30"),
    ],
)
def test_a_local_time_is_one_moment(zone: str, day: str, at: str, utc: str) -> None:
    local = dt.datetime.combine(dt.date.fromisoformat(day), dt.time.fromisoformat(at))
    found = times.resolve(local, zoneinfo.ZoneInfo(zone), "next")
    assert found == dt.datetime.fromisoformat(utc).replace(tzinfo=UTC)


def slot(at: str, weekdays: int = DAILY, edition: str = "") -> Slot:
    made = dt.datetime(2026, 1, 1, tzinfo=UTC)
    return Slot(
        pk=int(at[:2]), at=dt.time.fromisoformat(at), weekdays=weekdays, edition=edition,
        created_at=made,
    )  # fmt: skip


def listed(*slots: Slot, since: str, until: str, zone: str, off: tuple[str, ...] = ()) -> list[str]:
    where = zoneinfo.ZoneInfo(zone)
    found = occasions(
        slots,
        {dt.date.fromisoformat(day) for day in off},
        where,
        dt.datetime.fromisoformat(since).replace(tzinfo=UTC),
        dt.datetime.fromisoformat(until).replace(tzinfo=UTC),
    )
    return [f"{one.day} {one.at.astimezone(where):%a %H:%M}" for one in found]


def test_weekdays_days_left_out_and_several_a_day() -> None:
    working = 31
    span = {"since": "2026-03-05T00:00", "until": "2026-03-10T12:00", "zone": "Asia/Shanghai"}
    assert listed(slot("07:30", working), slot("18:00", 1 << 5), off=("2026-03-09",), **span) == [
        "2026-03-06 Fri 07:30", "2026-03-07 Sat 18:00", "2026-03-10 Tue 07:30",
    ]  # fmt: skip


def test_each_day_once_over_both_changes_of_the_clocks() -> None:
    for since, until in (
        ("2026-03-27T12:00", "2026-03-31T12:00"),
        ("2026-10-23T12:00", "2026-10-27T12:00"),
    ):
        found = listed(slot("02:30"), since=since, until=until, zone="Europe/Berlin")
        assert [one[:10] for one in found] == sorted({one[:10] for one in found})
        assert len(found) == 4


def test_a_slot_at_the_end_of_a_day_whose_end_is_skipped_is_not_forgotten() -> None:
    """In Nuuk midnight follows 23:00 on that Saturday: the slot is the first moment of Sunday."""
    for since in ("2027-03-27T12:00", "2027-03-28T01:00"):
        found = listed(slot("23:20"), since=since, until="2027-03-28T02:00", zone="America/Nuuk")
        assert found == ["2027-03-27 Sun 00:00"]
    # It counts as that Saturday's.
    span = {"since": "2027-03-27T12:00", "until": "2027-03-28T02:00", "zone": "America/Nuuk"}
    assert listed(slot("23:20"), off=("2027-03-27",), **span) == []
    assert listed(slot("23:20", 1 << 6), **span) == []


def test_a_slot_counts_from_when_it_was_made() -> None:
    late = slot("07:30")
    late.created_at = dt.datetime(2026, 3, 6, 7, 31, tzinfo=UTC)
    span = {"since": "2026-03-05T00:00", "until": "2026-03-09T00:00", "zone": "UTC"}
    assert listed(late, **span) == ["2026-03-07 Sat 07:30", "2026-03-08 Sun 07:30"]


@pytest.mark.parametrize(
    ("minutes", "ready", "warned", "asked"),
    [
        (-31, False, False, Step.WAIT),
        (-30, False, False, Step.WARN),
        (-30, False, True, Step.WAIT),
        (-30, True, False, Step.WAIT),
        (-4, True, False, Step.WAIT),
        (-3, True, False, Step.TAKE),
        (-3, False, False, Step.WARN),
        (0, True, True, Step.TAKE),
        (0, False, True, Step.EMPTY),
        (0, False, False, Step.EMPTY),
        (60, True, False, Step.TAKE),
        (60, False, False, Step.EMPTY),
        (61, True, False, Step.MISSED),
        (61, False, False, Step.MISSED),
    ],
)
def test_what_an_occasion_asks_for(minutes: int, ready: bool, warned: bool, asked: Step) -> None:
    found = step(
        NOW + minutes * MINUTE, NOW, ready=ready, warned=warned, undo=3 * MINUTE,
        notice=30 * MINUTE, late=60 * MINUTE,
    )  # fmt: skip
    assert found is asked


def test_without_a_notice_nobody_is_warned() -> None:
    none = dt.timedelta(0)
    found = step(NOW - MINUTE, NOW, ready=False, warned=False, undo=none, notice=none, late=none)
    assert found is Step.WAIT
    # A sweep is never exactly on time.
    late = step(NOW + MINUTE / 2, NOW, ready=True, warned=False, undo=none, notice=none, late=none)
    assert late is Step.TAKE
