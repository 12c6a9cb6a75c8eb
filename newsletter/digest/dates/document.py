"""The date of a document, from all the places that can say it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..problems import Problems
from .reading import Found, Span, read, read_name
from .words import day

_MOST_READINGS = 12  # that are offered; two dates in each of several places are few.
_YEAR = re.compile(r"(?<!\d)[0-9]{4}(?!\d)")
_ISO = re.compile(r"(?<![\d./-])([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?![\d./-])")
_MOST_LETTERS = 500
_LEAP = "2000"  # In a leap year every day of the calendar is one.


@dataclass(frozen=True, slots=True)
class Place:
    """A text that may say the date: `where` it stands (as `date-differs` names it), its line."""

    where: str
    text: str
    line: int

    def read(self, span: Span) -> Found:
        """What it says."""
        return (read_name if self.where == "file-name" else read)(self.text, span)


def date_of_document(
    places: Sequence[Place],
    problems: Problems,
    *,
    otherwise: Sequence[Place] = (),
    span: Span = "ask",
    line: int = 1,
) -> dt.date | None:
    """The date that the first clear place says; None with an error that asks for it.

    A place that leaves several days open is settled by a later one that says one of them: the
    file's name may tell which order the title means. `otherwise` are places that count only when
    none of the others says anything, such as the day a file was made. Warns of places that say
    another date and of a weekday that is none of the date's. `line` is where a missing date is
    told.
    """
    said = [(place, place.read(span)) for place in places if place.text]
    if not any(found.date or found.case for _place, found in said):
        said = [(place, place.read(span)) for place in otherwise]
    clear = [(place, found.date) for place, found in said if found.date is not None]
    if not clear or not _fits(clear[0][1], said):
        _ask(places, said, problems, line)
        return None
    date = clear[0][1]
    told = {date}
    for place, other in clear[1:]:
        if other not in told and place.where in {"title", "file-name"}:
            told.add(other)
            params = {"date": date.isoformat(), "where": place.where, "other": other.isoformat()}
            problems.warn("date-differs", params, line)
    for place, found in said:
        if found.date == date:
            if found.readings:
                first, last = (day.isoformat() for day in found.readings)
                problems.note("date-span", {"first": first, "last": last}, place.line)
            break
    for place, found in said:
        if found.date == date and found.weekday:
            params = {"date": date.isoformat(), "weekday": str(date.weekday())}
            problems.warn("date-weekday", params, place.line)
            break
    return date


def _fits(date: dt.date, said: Sequence[tuple[Place, Found]]) -> bool:
    """Whether the places in front of the first clear one leave `date` open."""
    for _place, found in said:
        if found.date is not None:
            return True
        if found.case in {"span", "week"}:
            if not found.readings[0] <= date <= found.readings[-1]:
                return False
        elif found.readings and date not in found.readings:
            return False
    return True


def _ask(
    places: Sequence[Place],
    said: Sequence[tuple[Place, Found]],
    problems: Problems,
    line: int,
) -> None:
    """The error that asks: for the date, or which of the readings is meant.

    `readings` are the possible days in ISO 8601, joined by ", "; empty when only a person can say.
    """
    for place, found in said:
        if found.case == "year" and _tell_impossible(place, problems):
            return
        if found.case:
            readings = ", ".join(day.isoformat() for day in found.readings[:_MOST_READINGS])
            params = {
                "case": found.case,
                "text": " ".join(place.text.split())[:80],
                "readings": readings,
            }
            problems.error("date-ambiguous", params, place.line)
            return
    if any(_tell_impossible(place, problems) for place in places):
        return
    problems.error("date-missing", line=line)


def _tell_impossible(place: Place, problems: Problems) -> bool:
    """The error for a date that is written and cannot be an issue's: a year that no document is
    read for, however it is written, or a day that no calendar has. False if there is none."""
    text = place.text[:_MOST_LETTERS]
    for match in _YEAR.finditer(text):
        if day(int(match[0]), 1, 1) is None:
            other = f"{text[: match.start()]}{_LEAP}{text[match.end() :]}"
            found = replace(place, text=other).read("ask")
            if (date := found.date or next(iter(found.readings), None)) and date.year == int(_LEAP):
                problems.error("date-impossible", {"date": f"{match[0]}{date:-%m-%d}"}, place.line)
                return True
    if (written := _ISO.search(text)) is not None:
        problems.error("date-unreadable", {"value": written[0]}, place.line)
        return True
    return False
