"""One clock: what a local time is, and how a moment is said. Zones with and without odd hours."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

import newsletter
from subscribers import times
from subscribers.times import DoubledTime, NoTime, SkippedTime

BERLIN = times.zone_of("Europe/Berlin")
KOLKATA = times.zone_of("Asia/Kolkata")
LORD_HOWE = times.zone_of("Australia/Lord_Howe")  # half an hour is put forward and back
BEIRUT = times.zone_of("Asia/Beirut")  # puts midnight forward
SHANGHAI = times.zone_of("Asia/Shanghai")


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("2027-06-01T08:00", BERLIN, "2027-06-01T06:00"),
        ("2027-06-01 08:00", BERLIN, "2027-06-01T06:00"),
        ("2027-01-01T08:00", BERLIN, "2027-01-01T07:00"),
        ("2027-06-01T08:00", KOLKATA, "2027-06-01T02:30"),
        ("2027-06-01T08:00", SHANGHAI, "2027-06-01T00:00"),
        ("2027-01-01T08:00", LORD_HOWE, "2026-12-31T21:00"),
        ("2027-07-01T08:00", LORD_HOWE, "2027-06-30T21:30"),
        ("2027-06-01T08:00", dt.UTC, "2027-06-01T08:00"),
        # The edges of the hours that are skipped and doubled.
        ("2027-03-28T01:59", BERLIN, "2027-03-28T00:59"),
        ("2027-03-28T03:00", BERLIN, "2027-03-28T01:00"),
        ("2027-10-31T01:59", BERLIN, "2027-10-30T23:59"),
        ("2027-10-31T03:00", BERLIN, "2027-10-31T02:00"),
        # With an offset a time is exact, whatever the zone.
        ("2027-06-01T08:00Z", BERLIN, "2027-06-01T08:00"),
        ("2027-06-01T08:00+05:30", BERLIN, "2027-06-01T02:30"),
        ("2027-03-28T02:30+01:00", BERLIN, "2027-03-28T01:30"),
        ("2027-10-31T02:30+02:00", BERLIN, "2027-10-31T00:30"),
        ("2027-10-31T02:30+01:00", BERLIN, "2027-10-31T01:30"),
    ],
)
def test_a_written_time_is_a_moment(text: str, zone: dt.tzinfo, moment: str) -> None:
    assert times.read(text, zone) == utc(moment)


@pytest.mark.parametrize(
    ("local", "zone", "before", "after"),
    [
        ("2027-03-28T02:00", BERLIN, "2027-03-28T00:59", "2027-03-28T01:00"),
        ("2027-03-28T02:30", BERLIN, "2027-03-28T00:59", "2027-03-28T01:00"),
        ("2027-03-28T02:59", BERLIN, "2027-03-28T00:59", "2027-03-28T01:00"),
        ("2027-10-03T02:15", LORD_HOWE, "2027-10-02T15:29", "2027-10-02T15:30"),
        ("2027-03-28T00:30", BEIRUT, "2027-03-27T21:59", "2027-03-27T22:00"),
    ],
)
def test_an_hour_that_does_not_exist(local: str, zone: dt.tzinfo, before: str, after: str) -> None:
    """A person is told the two nearest; a slot takes the next time that exists."""
    with pytest.raises(SkippedTime) as caught:
        times.read(local, zone)
    assert caught.value.choices == (utc(before), utc(after))
    naive = dt.datetime.fromisoformat(local)
    assert times.resolve(naive, zone, "next") == utc(after)


@pytest.mark.parametrize(
    ("local", "zone", "first", "second"),
    [
        ("2027-10-31T02:00", BERLIN, "2027-10-31T00:00", "2027-10-31T01:00"),
        ("2027-10-31T02:30", BERLIN, "2027-10-31T00:30", "2027-10-31T01:30"),
        ("2027-04-04T01:45", LORD_HOWE, "2027-04-03T14:45", "2027-04-03T15:15"),
    ],
)
def test_an_hour_that_comes_twice(local: str, zone: dt.tzinfo, first: str, second: str) -> None:
    """A person is asked which; a slot takes the first."""
    with pytest.raises(DoubledTime) as caught:
        times.read(local, zone)
    assert caught.value.choices == (utc(first), utc(second))
    assert times.resolve(dt.datetime.fromisoformat(local), zone, "next") == utc(first)


def test_zones_without_a_change_are_never_asked() -> None:
    for zone in (KOLKATA, SHANGHAI, dt.UTC):
        moment = dt.datetime(2027, 1, 1)
        while moment < dt.datetime(2028, 1, 1):
            assert times.resolve(moment, zone, "ask") == times.resolve(moment, zone, "next")
            moment += dt.timedelta(hours=7)


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "2027-06-01", "20270601", "08:00", "2027-13-01T08:00", "2027-06-01T25:00",
     "0001-01-01T00:00", "9999-12-31T23:59:59-12:00"],
)  # fmt: skip
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(NoTime):
        times.read(text, SHANGHAI)


def test_a_time_with_a_zone_is_no_local_time() -> None:
    with pytest.raises(ValueError, match="local"):
        times.resolve(utc("2027-06-01T08:00"), BERLIN, "ask")


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Berlin", "2027-06-01 08:00 Europe/Berlin (CEST)"),
        ("Asia/Kolkata", "2027-06-01 11:30 Asia/Kolkata (IST)"),
        ("Australia/Lord_Howe", "2027-06-01 16:30 Australia/Lord_Howe (UTC+10:30)"),
        ("America/Sao_Paulo", "2027-06-01 03:00 America/Sao_Paulo (UTC-03:00)"),
        ("UTC", "2027-06-01 06:00 UTC"),
        ("Nowhere/Atall", "2027-06-01 06:00 UTC"),
        (None, "2027-06-01 06:00 UTC"),
    ],
)
def test_a_time_is_said_with_its_zone(zone: str | None, said: str) -> None:
    assert times.say(utc("2027-06-01T06:00"), zone) == said


def test_a_chinese_page_writes_its_days_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    chinese = {"Y-m-d": "Y年n月j日", "l j F Y": "Y年n月j日 l"}
    monkeypatch.setattr(times, "pgettext", lambda _context, text: chinese.get(text, text))
    at = utc("2026-12-01T00:05:09")
    assert times.say_day(dt.date(2026, 12, 1)) == "2026年12月1日"
    assert times.say(at, "Asia/Shanghai") == "2026年12月1日 08:05 Asia/Shanghai (CST)"
    assert times.say(at, None, seconds=True) == "2026年12月1日 00:05:09 UTC"


def test_no_template_has_a_way_of_its_own() -> None:
    # `2026-12-01` is for programs: attributes and hidden fields.
    folder = Path(newsletter.__file__).parents[1] / "templates" / "admin" / "sudi"
    own = [
        f"{path.name}: {line.strip()}"
        for path in sorted(folder.glob("*.html"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r'date:"(?:Y-m-d|[^"]*H:i)', re.sub(r'\w+="[^"]*\{\{.*?\}\}"', "", line))
    ]
    assert own == []


def test_the_first_moment_of_a_day() -> None:
    assert times.begin(dt.date(2027, 3, 28), BEIRUT) == utc("2027-03-27T22:00")
    assert times.begin(dt.date(2027, 3, 28), BERLIN) == utc("2027-03-27T23:00")


def explained(local: str, zone: str) -> str:
    with pytest.raises(times.TimeProblem) as caught:
        times.read(local, times.zone_of(zone))
    return times.explain(caught.value, zone)


def test_what_a_person_is_told() -> None:
    assert explained("2027-03-28T02:30", "Europe/Berlin") == (
        "2027-03-28 02:30 does not exist: the clocks are put forward then. The nearest times are "
        "2027-03-28 01:59 Europe/Berlin (CET) and 2027-03-28 03:00 Europe/Berlin (CEST)."
    )
    assert explained("2027-10-31T02:30", "Europe/Berlin") == (
        "2027-10-31 02:30 comes twice: the clocks are put back then. Write which one is meant, "
        "2027-10-31T02:30+02:00 or 2027-10-31T02:30+01:00."
    )
    assert explained("soon", "Europe/Berlin") == "Write the time as 2026-03-02T07:30."
