"""The day that an issue's title says in words, "Tuesday 1 December", against the issue's own."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from django.utils.translation import pgettext

from newsletter.digest.dates import read
from newsletter.digest.dates.words import fold
from newsletter.digest.dates.writings import find_writings, weekdays_beside
from subscribers import times

from .findings import ABOUT, Finding, warning

# Days from the within which a whole date in its title is meant to be its own; others are
# what it is about ("What 9 November 1989 changed").
_NEAR = 400
# A day without a year is the issue's own beside a weekday, or where nothing but a stop follows.
_ENDS = re.compile(r"\s*(?:$|[-–—:：|·,，、()（）\[\]【】])")


# The day of a span, mostly of its end: an issue of the week is dated a day or some after it.
_OF_A_SPAN = re.compile(
    r"(?i)\bweek\s+(?:end(?:ing|ed|s)|of|to|from|beginning|commencing)\b|\bw/[ce]\b"
    r"|\bwoche\s+(?:vom|bis|ab|zum|ab\s+dem)\b|\bsemaine\s+(?:du|au|se\s+terminant)\b"
    r"|\bsemana\s+(?:del?|do|al|hasta|até)\b|\bsettimana\s+(?:del|dal|al)\b|\bweek\s+van\b"
    r"|\bнедел[яию]\s+(?:с|до|по)\b|\btydzień\s+(?:od|do)\b|\bhaftası\b"
    r"|截至|截止|(?:日|号)(?:当周|那周|这一周|的?一周)|の週|週間|주간"
)
_WEEK = 7
# Issues whose titles say how far their own days are from them.
_FEWEST = 2


def is_of_another(title: str, date: dt.date, past: Sequence[tuple[str, dt.date]]) -> bool:
    """Whether the day in a title is meant to be another than the issue's: one of a week that it
    names, or as far from it as those in the last titles were from theirs."""
    found = read(title)
    if found.case == "span":
        late = dt.timedelta(days=_WEEK - 1)
        return min(found.readings) <= date <= max(found.readings) + late
    said = found.date
    if said is None or said == date:
        return False
    if _OF_A_SPAN.search(title) and abs((said - date).days) < _WEEK:
        return True
    usual = [(day - own).days for one, own in past if (day := read(one).date) is not None]
    return len(usual) >= _FEWEST and 0 not in usual and (said - date).days in usual


def of_title(title: str, date: dt.date) -> Iterator[Finding]:
    """Another day than the issue's, or its day with the name of another weekday."""
    said = read(title)
    if said.date is not None:
        if said.date != date and abs((said.date - date).days) <= _NEAR:
            yield _another(times.say_day(said.date), date)
        elif said.date == date and said.weekday:
            yield _weekday(date)
    elif said.case == "order" and date not in said.readings:
        yield _another(times.say_day(said.readings[0]), date)
    elif said.case == "year":
        yield from _without_year(fold(title), date)


def _without_year(title: str, date: dt.date) -> Iterator[Finding]:
    for one in find_writings(title):
        beside = list(weekdays_beside(title, one))
        if one.kind != "year" or not (beside or _ENDS.match(title[one.end :])):
            continue
        written = title[one.start : one.end]
        # The nearest of the three: on the first of January the last of December may be meant.
        days = [
            day
            for year in (date.year - 1, date.year, date.year + 1)
            for form in ("%(day)s %(year)d", "%(year)d年%(day)s")
            if (day := read(form % {"day": written, "year": year}).date) is not None
        ]
        day = min(days, key=lambda found: abs((found - date).days), default=date)
        if day != date:
            yield _another(written, date)
        elif any(date.weekday() not in weekdays for weekdays in beside):
            yield _weekday(date)


def _another(said: str, date: dt.date) -> Finding:
    text = pgettext("preflight", "The title says %(said)s, but the issue is dated %(date)s.")
    return warning("title-day", text % {"said": said, "date": times.say_day(date)}, place=ABOUT)


def _weekday(date: dt.date) -> Finding:
    text = pgettext("preflight", "The title names another weekday than that of %(date)s.")
    return warning("title-day", text % {"date": times.say_day(date)}, place=ABOUT)
