"""The one clock: local times of a publication -> moments, and moments -> words with their zone.

Twice a year a local time is no moment: the hour that is put forward does not exist, the hour that
is put back comes twice. Who writes such a time is asked; a rhythm such as "daily at 2:30" takes the
next time that exists, and the first of two. Every reading and every wording of a time goes through
here: pages, commands, the API, front matter, slots.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

# What becomes of a local time that is no single moment: "ask" raises, "next" takes the next time
# that exists and the first of two.
Policy = Literal["ask", "next"]

_SECOND, _MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)


class Zoned(Protocol):
    """What has a time zone by its IANA name: a publication."""

    time_zone: str


class TimeProblem(ValueError):
    """A time that is no single moment. `choices` are the moments that could be meant instead."""

    choices: tuple[dt.datetime, ...] = ()


class NoTime(TimeProblem):
    """It is not written as a time, or lies outside the calendar."""


class SkippedTime(TimeProblem):
    """The clocks are put forward over it. `choices`: the last minute before, the first after."""

    def __init__(self, local: dt.datetime, choices: tuple[dt.datetime, dt.datetime]) -> None:
        super().__init__(f"{local} does not exist")
        self.local, self.choices = local, choices


class DoubledTime(TimeProblem):
    """The clocks are put back over it. `choices`: the first and the second of the two."""

    def __init__(self, local: dt.datetime, choices: tuple[dt.datetime, dt.datetime]) -> None:
        super().__init__(f"{local} comes twice")
        self.local, self.choices = local, choices


def zone_of(place: Zoned | str | None) -> dt.tzinfo:
    """The time zone of a publication or of an IANA name; UTC if this machine does not know it.

    None stands for what belongs to no publication, and is UTC.
    """
    try:
        return ZoneInfo(_named(place))
    except (KeyError, ValueError, OSError):
        return dt.UTC


def name_of(place: Zoned | str | None) -> str:
    """The name of its zone; "UTC" for one that this machine does not know."""
    name = _named(place)
    return "UTC" if zone_of(place) is dt.UTC or name == "Etc/UTC" else name


def city_of(place: Zoned | str | None) -> str:
    """Its zone as a sentence names it: the city alone, `Berlin`."""
    return name_of(place).rpartition("/")[2].replace("_", " ")


def _named(place: Zoned | str | None) -> str:
    return place if isinstance(place, str) else place.time_zone if place is not None else "UTC"


def resolve(local: dt.datetime, zone: dt.tzinfo, policy: Policy) -> dt.datetime:
    """The moment a local time of that zone is, in UTC; `local` is naive.

    With "ask", raises SkippedTime or DoubledTime where it is no single moment. With "next", a time
    that does not exist becomes the first that does, and of two the first is taken. Raises NoTime
    at the ends of the calendar, where no offset can be added.
    """
    if local.tzinfo is not None:
        raise ValueError("not a local time")
    try:
        # Nearly every day has one offset, and a file of readers has a million times.
        offset = _offset_of(zone, local.year, local.month, local.day)
        if offset is not None:
            return (local - offset).replace(tzinfo=dt.UTC, fold=0)
        first, second = (
            local.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1)
        )
        if first == second:
            return first
        # PEP 495: the two offsets of a skipped time stand the other way round than those of a
        # doubled one, so its moments come in the wrong order and are other local times.
        if first < second:
            if policy == "next":
                return first
            raise DoubledTime(local, (first, second))
        after = _change(second, first, zone)
        if policy == "next":
            return after
        raise SkippedTime(local, (after - _MINUTE, after))
    except OverflowError:
        raise NoTime(str(local)) from None


@lru_cache(maxsize=20_000)
def _offset_of(zone: dt.tzinfo, year: int, month: int, day: int) -> dt.timedelta | None:
    """The zone's offset on a day of its calendar, or None if it changes around then.

    Raises OverflowError at the ends of the calendar.
    """
    midnight = dt.datetime(year, month, day)
    near = [midnight + dt.timedelta(hours=hours) for hours in (-6, 0, 6, 12, 18, 24, 30)]
    offsets = {one.replace(tzinfo=zone, fold=fold).utcoffset() for one in near for fold in (0, 1)}
    return offsets.pop() if len(offsets) == 1 else None


def _change(early: dt.datetime, late: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """The moment between two (both UTC) at which the zone changes its offset."""
    then = late.astimezone(zone).utcoffset()
    while late - early > _SECOND:
        middle = early + (late - early) / 2
        if middle.astimezone(zone).utcoffset() == then:
            late = middle
        else:
            early = middle
    return late.replace(microsecond=0)


def read(text: str, zone: dt.tzinfo) -> dt.datetime:
    """A time that a person or a document wrote, as a moment in UTC.

    ISO 8601 with hours and minutes: without an offset it is the zone's local time, with one
    (`+02:00`, `Z`) it is exact, which also answers which of two is meant. Raises TimeProblem.
    """
    text = text.strip()
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise NoTime(text) from None
    if ":" not in text:  # A day is no time.
        raise NoTime(text)
    if moment.tzinfo is None:
        return resolve(moment, zone, "ask")
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:
        raise NoTime(text) from None


def say_day(of: dt.date) -> str:
    """A day as editors' pages and mails write it: `2027-06-01`, in Chinese `2027年6月1日`."""
    return str(date_format(of, pgettext("date format", "Y-m-d")))


def say(moment: dt.datetime, place: Zoned | str | None, *, seconds: bool = False) -> str:
    """A moment in a publication's zone, with the zone: `2027-06-01 08:00 Europe/Berlin (CEST)`.

    The day is written as `say_day` does. A zone without letters of its own gets its offset:
    `Australia/Lord_Howe (UTC+11:00)`.
    """
    zone = zone_of(place)
    local = moment.astimezone(zone)
    written = _local(local) + (f"{local::%S}" if seconds else "")
    name = name_of(place)
    if name == "UTC":
        return f"{written} UTC"
    letters = local.tzname() or ""
    return f"{written} {name} ({letters if letters.isalpha() else 'UTC' + _offset(local)})"


def _local(at: dt.datetime) -> str:
    return f"{say_day(at)} {at:%H:%M}"


def in_words(moment: dt.datetime, place: Zoned | str | None, now: dt.datetime) -> str:
    """A moment as a sentence says it, seen from `now`: `tomorrow at 08:00 (Berlin)`.

    The year is named where it is another than that of `now`, and the zone's letters (or its offset)
    where the clocks are put back over the time, so that it comes twice.
    """
    zone = zone_of(place)
    local, today = moment.astimezone(zone), now.astimezone(zone)
    where = city_of(place)
    if local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset():
        letters = local.tzname() or ""
        where += f", {letters if letters.isalpha() else 'UTC' + _offset(local)}"
    words = {"time": f"{local:%H:%M}", "city": where}
    days = (local.date() - today.date()).days
    if days == 0:
        return pgettext("in a sentence", "today at %(time)s (%(city)s)") % words
    if days == 1:
        return pgettext("in a sentence", "tomorrow at %(time)s (%(city)s)") % words
    if local.year == today.year:
        words["day"] = date_format(local, pgettext("date format", "l j F"))
    else:
        words["day"] = date_format(local, pgettext("date format", "l j F Y"))
    return pgettext("in a sentence", "on %(day)s at %(time)s (%(city)s)") % words


def _offset(local: dt.datetime) -> str:
    """Hours and minutes ahead of UTC: `+05:30`."""
    minutes = round((local.utcoffset() or dt.timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"


def day(moment: dt.datetime, place: Zoned | str | None) -> dt.date:
    """The day of a moment in a publication's zone."""
    return moment.astimezone(zone_of(place)).date()


def begin(of: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """The first moment of a day, in UTC; where the clocks skip midnight, the first that exists."""
    return resolve(dt.datetime.combine(of, dt.time()), zone, "next")


def answers(problem: TimeProblem, place: Zoned | str | None) -> list[str]:
    """The moments that could be meant, written so that `read` takes each as the exact one."""
    local = (choice.astimezone(zone_of(place)) for choice in problem.choices)
    return [f"{choice:%Y-%m-%dT%H:%M}{_offset(choice)}" for choice in local]


def explain(problem: TimeProblem, place: Zoned | str | None) -> str:
    """What is wrong with a time and what to write instead, in the active language."""
    if isinstance(problem, SkippedTime):
        before, after = (say(choice, place) for choice in problem.choices)
        return _(
            "%(time)s does not exist: the clocks are put forward then. The nearest times are "
            "%(before)s and %(after)s."
        ) % {"time": _local(problem.local), "before": before, "after": after}
    if isinstance(problem, DoubledTime):
        first, second = answers(problem, place)
        return _(
            "%(time)s comes twice: the clocks are put back then. Write which one is meant, "
            "%(first)s or %(second)s."
        ) % {"time": _local(problem.local), "first": first, "second": second}
    return _("Write the time as 2026-03-02T07:30.")
