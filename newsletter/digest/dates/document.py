"""The date of a document, from all the places that can say it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ..problems import Problems
from .reading import Found, Span, read, read_name

_MOST_READINGS = 12  # that are offered; two dates in each of several places are few.


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
        _ask(said, problems, line)
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


def _ask(said: Sequence[tuple[Place, Found]], problems: Problems, line: int) -> None:
    """The error that asks: for the date, or which of the readings is meant.

    `readings` are the possible days in ISO 8601, joined by ", "; empty when only a person can say.
    """
    for place, found in said:
        if found.case:
            readings = ", ".join(day.isoformat() for day in found.readings[:_MOST_READINGS])
            params = {
                "case": found.case,
                "text": " ".join(place.text.split())[:80],
                "readings": readings,
            }
            problems.error("date-ambiguous", params, place.line)
            return
    problems.error("date-missing", line=line)
