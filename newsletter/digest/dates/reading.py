"""What one text says of a date: one day, or the question that is left."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from .spans import Days, find_spans
from .words import fold, months_of
from .writings import Writing, find_writings, weekdays_beside

# What a span of days means: asked, or its last day.
Span = Literal["ask", "last"]
# Why a date is asked for: several orders are possible, a span of days, a week, a month without a
# day, a day without a year, dates that differ.
Case = Literal["", "order", "span", "week", "month", "year", "several"]

_LONGEST = 1_000  # characters that are looked at; a title has at most 300.
# Days of another calendar, which no number of ours names.
_LUNAR = re.compile("农历|農曆|阴历|陰曆|旧历|舊曆|旧暦|陰暦|음력")

# A month by both of its Arabic names: "آذار/مارس".
_TWO_NAMES = re.compile(r"([^\W\d_]{3,12})\s?/\s?([^\W\d_]{3,12})")


@dataclass(frozen=True, slots=True)
class Found:
    """What a text says: a `date`, or the `case` in which it has to be asked for.

    `readings` are the days that it can mean, in order; empty when they are too many to offer. With
    a `date` they are the first and the last day of the span it ends.
    `weekday` is True when a weekday beside the date is another than the date's.
    """

    date: dt.date | None = None
    case: Case = ""
    readings: tuple[dt.date, ...] = ()
    weekday: bool = False


_NOTHING = Found()


@lru_cache(maxsize=2048)
def read(text: str, span: Span = "ask") -> Found:
    """What is said of a date in `text`; the empty Found when nothing is."""
    folded = fold(text[:_LONGEST])
    if not folded or not any(sign.isdigit() or sign in "月元" for sign in folded):
        return _NOTHING
    if _LUNAR.search(folded):
        return _NOTHING
    if "/" in folded:
        folded = _TWO_NAMES.sub(_one_name, folded)
    writings = find_writings(folded)
    spans = find_spans(folded, writings)
    outside = [one for one in writings if not any(s.start <= one.start < s.end for s in spans)]
    return _judge(folded, outside, spans, span)


def _one_name(match: re.Match[str]) -> str:
    return match[1] if months_of(match[1]) & months_of(match[2]) else match[0]


def _judge(text: str, writings: list[Writing], spans: list[Days], span: Span) -> Found:
    days: dict[dt.date, bool] = {}
    unclear: list[Writing] = []
    for one in writings:
        if one.kind != "day":
            continue
        settled, mismatch = _by_weekday(text, one)
        if settled is None:
            unclear.append(one)
        else:
            days[settled] = days.get(settled, False) or mismatch
    if len(days) == 1:
        ((date, mismatch),) = days.items()
        return Found(date, weekday=mismatch)
    if days:
        return Found(case="several", readings=tuple(sorted(days)))
    if unclear:
        return Found(case="order", readings=unclear[0].readings)
    weeks = [one for one in writings if one.kind == "week"]
    ends = {(one.first, one.last) for one in spans} | {
        (one.readings[0], one.readings[-1]) for one in weeks
    }
    if len(ends) == 1:
        ((first, last),) = ends
        if span == "last":
            return Found(last, readings=(first, last))
        return (
            Found(case="week", readings=weeks[0].readings)
            if weeks and not spans
            else Found(case="span", readings=(first, last))
        )
    if ends:
        return Found(case="several", readings=tuple(sorted({day for pair in ends for day in pair})))
    for case in ("month", "year"):
        if any(one.kind == case for one in writings):
            return Found(case=case)
    return _NOTHING


def _by_weekday(text: str, one: Writing) -> tuple[dt.date | None, bool]:
    """The day that is meant, and whether the weekday beside it is another.

    A weekday decides between two orders: "Friday, 03/10/2025" can only be the third of October.
    """
    beside = list(weekdays_beside(text, one))
    fits = [
        reading
        for reading in one.readings
        if all(reading.weekday() in weekdays for weekdays in beside)
    ]
    if len(one.readings) == 1 and one.sure:
        return one.readings[0], not fits
    if beside and len(fits) == 1 and one.sure:
        return fits[0], False
    return None, False


def find_date(text: str) -> dt.date | None:
    """The one date that `text` names, or None: there is none, or it would have to be guessed."""
    return read(text).date


def read_name(name: str, span: Span = "ask") -> Found:
    """What a file's name says, else the end of its path (`2025/10/10.md`)."""
    parts = re.sub(r"\.[A-Za-z]{1,10}$", "", name.replace("\\", "/")).split("/")
    of_name = read(parts[-1], span)
    if of_name.date is not None:
        return of_name
    path = parts[-5:]
    for count in range(2, len(path) + 1):  # The shortest end of the path that says a date.
        joined = "-".join(re.sub(r"[-_./年月]+", "-", part).strip("-") for part in path[-count:])
        if (of_path := read(joined, span)).date is not None:
            return of_path
    return of_name


# POSIX time in seconds or milliseconds, from 2001 to 2033; as ten figures they are no compact date.
_TICKS = re.compile(r"(1\d{9})(\d{3})?")


def day_of_ticks(text: str) -> str:
    """A count of seconds or milliseconds since 1970, as its day in UTC; other text as it is."""
    ticks = _TICKS.fullmatch(text.strip())
    if ticks is None:
        return text
    return dt.datetime.fromtimestamp(int(ticks[1]), dt.UTC).date().isoformat()
