"""The ways a date is written: where one stands in a folded text, and the days it can mean.

Every pattern has bounded repetitions, so that looking takes time linear in the text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from .words import ERA_NAMES, NUMERAL, SIGNS, day, day_of_era, months_of, number_of, weekdays_of

Kind = Literal["day", "week", "month", "year"]


@dataclass(frozen=True, slots=True)
class Writing:
    """One date in a folded text, from `start` to `end`.

    `kind` is "day" where day, month and year are written, "week" and "month" where the day lacks,
    "year" where the year lacks. `readings` are the days that a "day" or a "week" can mean;
    `sure` is False for a year of two digits, which is asked about even if one day is left.
    """

    start: int
    end: int
    kind: Kind
    readings: tuple[dt.date, ...] = ()
    sure: bool = True


_MOST = 20  # dates of one text; more are a list, not a date.
Match = re.Match[str]
Reader = Callable[[Match], Writing | None]
_Y = r"(?P<y>(?:19|20)\d\d)"
ORDINAL = r"(?:(?:st|nd|rd|th|ste|de|er|re|ere|eme|\.?[oae]|-?(?:го|е|ое|й)|-a)(?![^\W\d_])|°)?"
_WORD = r"(?P<n>[^\W\d_]{2,16}(?:\.[^\W\d_]{1,3})?\.?)"
_TIES = r"(?:(?:de|del|do|di|of|den|der|a|em)\s|d')?"
_GAP = r"[\s.,_/-]{0,3}"
_CLOCK = r"(?:\s\d{1,2}:\d\d(?::\d\d)?(?:\s[a-z]{3,4})?)?"
# "Week" as issues are named after it, folded.
_WEEKS = (
    "kw|kalenderwoche|woche|week|wk|semaine|semana|settimana|uge|vecka|uke|viikko|tydzien|tyzden"
    "|tyden|неделя|тиждень|hafta|tuan|minggu(?: ke)?"
)
# No letter and no further number in front of what could be a version: "v2025.10.1".
_NO_VERSION = r"(?<![^\W_])(?<!\d\.)"
_OPEN, _SHUT = r"(?<![^\W_])(?<!\d[./-])", r"(?!\d)(?![./-]\d{1,2}(?!\d))"


def _whole(match: Match, *days: dt.date | None, sure: bool = True) -> Writing | None:
    found = tuple(sorted({one for one in days if one is not None}))
    return Writing(match.start(), match.end(), "day", found, sure) if found else None


def _named(match: Match) -> Writing | None:
    months = months_of(match["n"])
    year, number = int(match["y"]), int(match["d"])
    return _whole(match, *(day(year, month, number) for month in months))


def _named_short_year(match: Match) -> Writing | None:
    months = months_of(match["n"])
    first, last = int(match["d"]), int(match["s"])
    if "'" in match.group():
        return _whole(match, *(day(2000 + last, month, first) for month in months))
    days = [day(2000 + last, month, first) for month in months]
    days += [day(2000 + first, month, last) for month in months]
    return _whole(match, *days, sure=False)


def _numbers(match: Match) -> Writing | None:
    values = [number_of(match[name]) for name in ("y", "m", "d")]
    if None in values:
        return None
    year, month, number = (int(value or 0) for value in values)
    return _whole(match, day(year, month, number))


def _two_orders(match: Match) -> Writing | None:
    """Day and month in front of the year: European and American order."""
    first, second, year = int(match["a"]), int(match["b"]), int(match["y"])
    return _whole(match, day(year, second, first), day(year, first, second))


def _three_short(match: Match) -> Writing | None:
    """Three numbers of two digits: any order of day, month and year may be meant."""
    a, b, c = (int(match[name]) for name in ("a", "b", "c"))
    days = (day(2000 + c, b, a), day(2000 + c, a, b), day(2000 + a, b, c))
    return _whole(match, *days, sure=False)


def _era(match: Match) -> Writing | None:
    values = [number_of(match[name]) for name in ("y", "m", "d")]
    if None in values or match["e"] not in ERA_NAMES:
        return None
    year, month, number = (int(value or 0) for value in values)
    return _whole(match, day_of_era(match["e"], year, month, number))


def _buddhist(match: Match) -> Writing | None:
    months = months_of(match["n"])
    year = int(match["y"]) - 543
    return _whole(match, *(day(year, month, int(match["d"])) for month in months))


def _week(match: Match) -> Writing | None:
    try:
        monday = dt.date.fromisocalendar(int(match["y"]), int(match["w"]), 1)
    except ValueError:
        return None
    days = tuple(monday + dt.timedelta(days=number) for number in range(7))
    if match.groupdict().get("d"):
        return _whole(match, days[int(match["d"]) - 1])
    return Writing(match.start(), match.end(), "week", days)


def _month(match: Match) -> Writing | None:
    named = match.groupdict().get("n")
    months = months_of(named) if named is not None else {number_of(match["m"])}
    known = bool(months & set(range(1, 13)))
    return Writing(match.start(), match.end(), "month") if known else None


def _no_year(match: Match) -> Writing | None:
    number = number_of(match["d"])
    if not number or number > 31:  # Before the names of all months are asked: "Item 0".
        return None
    named = match.groupdict().get("n")
    months = months_of(named) if named is not None else {number_of(match["m"])}
    if any(month and day(2024, month, number) for month in months):
        return Writing(match.start(), match.end(), "year")
    return None


def _patterns(*rows: tuple[str, Reader]) -> tuple[tuple[re.Pattern[str], Reader], ...]:
    return tuple((re.compile(pattern), reader) for pattern, reader in rows)


_YEAR_FIRST = rf"(?P<y>(?:19|20)\d\d|{SIGNS}{{4,8}})"
_CJK_MONTH = rf"\s?(?P<m>{NUMERAL})\s?[月월]\s?"
_CJK_DAY = rf"(?P<d>{NUMERAL})\s?[日号號일]"
# In the order they are asked; a place in the text belongs to the first that reads it.
_WRITINGS = (
    # A whole date.
    _patterns(
        (rf"(?<!\d){_Y}-?w(?P<w>\d\d)-?(?P<d>[1-7])(?!\d)", _week),
        (rf"{_YEAR_FIRST}\s?[年년]{_CJK_MONTH}{_CJK_DAY}", _numbers),
        (rf"{_CJK_MONTH}{_CJK_DAY}[,、 ]\s?{_YEAR_FIRST}\s?[年년]", _numbers),
        (rf"(?P<e>令和|平成|昭和|中華民國|中华民国|民國|民国)\s?(?P<y>{NUMERAL})\s?年"
         rf"{_CJK_MONTH}{_CJK_DAY}", _era),
        (rf"(?:(?P<e>令和|平成|昭和|民國|民国)|{_OPEN}(?P<l>[rhs]))\s?(?P<y>\d{{1,3}})"
         r"(?P<s>[./年-])(?P<m>\d{1,2})(?:(?P=s)|月)(?P<d>\d{1,2})日?(?!\d)", lambda m: _letter(m)),
        (rf"(?<!\d){_Y}\s?(?P<s>[-/_])\s?(?P<m>\d{{1,2}})\s?(?P=s)\s?(?P<d>\d{{1,2}})(?!\d)",
         _numbers),
        (rf"{_NO_VERSION}{_Y}\s?\.\s?(?P<m>\d{{1,2}})\s?\.\s?(?P<d>\d{{1,2}})(?!\d)(?!\.\d)",
         _numbers),
        (rf"{_OPEN}{_Y}\s(?P<m>\d\d)\s(?P<d>\d\d)(?!\w)", _numbers),
        (r"(?<!\d)(?P<y>20\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)(?:[0-2]\d[0-5]\d(?:[0-5]\d)?)?(?!\d)",
         _numbers),
        (rf"(?<!\d)(?<!\d[./])(?:(?<!\d-)|(?<!\d{{4}}-)(?=\d\d?[./]))"  # "6-10.10.2025"
         rf"(?P<a>\d{{1,2}})\s?(?P<s>[-/._])\s?(?P<b>\d{{1,2}})\s?(?P=s)\s?{_Y}"
         rf"{_SHUT}", _two_orders),
        (rf"(?<![\d])(?P<a>\d\d)\s(?P<b>\d\d)\s{_Y}(?!\d)", _two_orders),
        (rf"(?<!\d)(?P<d>\d{{1,2}}){ORDINAL}{_GAP}{_TIES}{_WORD}{_GAP}{_TIES}{_Y}(?!\d)", _named),
        (rf"(?<!\d)(?P<d>\d{{1,2}}) (?:thang|thg) (?P<m>\d{{1,2}}),?(?: nam)? {_Y}(?!\d)",
         _numbers),
        (rf"(?<![^\W\d_]){_WORD}{_GAP}(?:the )?(?P<d>\d{{1,2}}){ORDINAL}{_CLOCK}{_GAP}{_TIES}{_Y}"
         r"(?!\d)", _named),
        (rf"(?<!\d){_Y}{_GAP}(?:m\.?\s)?{_WORD}{_GAP}(?P<d>\d{{1,2}})(?!\d)", _named),
        (rf"(?<!\d){_Y}[.,]?\s?(?:gada|жыл\w{{0,3}}|ж\.?|on) (?P<d>\d{{1,2}})\.? {_WORD}", _named),
        (rf"(?<!\d)(?P<d>\d{{1,2}})\.?\s{_WORD}\s(?:พ\.?ศ\.?\s?)?(?P<y>2[45]\d\d)(?!\d)",
         _buddhist),
    ),
    # A whole date with a year of two digits.
    _patterns(
        (rf"(?<!\d)(?P<d>\d{{1,2}}){ORDINAL}{_GAP}{_TIES}{_WORD}{_GAP}'?(?P<s>\d\d)(?!\d)",
         _named_short_year),
        (rf"(?<![^\W\d_]){_WORD}{_GAP}(?P<d>\d{{1,2}}){ORDINAL},?\s?'(?P<s>\d\d)(?!\d)",
         _named_short_year),
        (r"(?<![\w])(?<!\d[./-])(?P<a>\d{1,2})(?P<s>[-/])(?P<b>\d{1,2})(?P=s)(?P<c>\d\d)"
         r"(?![\w])(?![./-]\d)", _three_short),
        # With dots only in pairs of digits: "5.2.10" is a version.
        (r"(?<![\w])(?<!\d[./-])(?P<a>\d\d)\.(?P<b>\d\d)\.(?P<c>\d\d)(?![\w])(?![./-]\d)",
         _three_short),
    ),
    # A week, a month, a day without its year.
    _patterns(
        (rf"(?<!\d){_Y}-?w(?P<w>\d\d)(?!\d)", _week),
        (rf"(?<!\d){_Y}\s?[年년]\s?(?:度\s?)?第?\s?(?P<w>\d{{1,2}})\s?"
         r"(?:[周週](?!年)|星期|주차)", _week),
        (rf"(?<![^\W\d_])(?:{_WEEKS})[\s.-]{{0,2}}(?P<w>\d{{1,2}})(?:\s?[/,]\s?|\s)"
         rf"(?:of |de |du |von )?{_Y}(?!\d)", _week),
    ),
    _patterns(
        (rf"{_YEAR_FIRST}\s?[年년]{_CJK_MONTH}", _month),
        (rf"{_OPEN}{_Y}\s?[-/._]\s?(?P<m>\d{{1,2}}){_SHUT}", _month),
        (rf"(?<!\d)(?<!\d[./-])(?P<m>\d{{1,2}})[-/.]{_Y}{_SHUT}", _month),
        (rf"(?<![^\W\d_]){_WORD}{_GAP}{_TIES}{_Y}(?!\d)", _month),
        (rf"(?<!\d){_Y}{_GAP}{_WORD}", _month),
    ),
    _patterns(
        (rf"(?P<m>{NUMERAL})\s?[月월]\s?{_CJK_DAY}", _no_year),
        (rf"(?<!\d)(?P<d>\d{{1,2}}){ORDINAL}{_GAP}{_TIES}{_WORD}(?!\w)(?!,?\s\d{{4}})", _no_year),
        (rf"(?<![^\W\d_]){_WORD}{_GAP}(?P<d>\d{{1,2}}){ORDINAL}(?!\w)(?!,?\s\d{{4}})",
         _no_year),
    ),
)  # fmt: skip


def _letter(match: Match) -> Writing | None:
    """令和7.10.10 and R7.10.10."""
    name = match["e"] or match["l"]
    year, month, number = (int(match[group]) for group in ("y", "m", "d"))
    return _whole(match, day_of_era(name, year, month, number))


def find_writings(text: str) -> list[Writing]:
    """The dates in a folded text, in their order; none overlaps another.

    Only the most complete are returned: a month without a day is none beside a whole date.
    """
    for group in _WRITINGS:
        found: list[Writing] = []
        for pattern, reader in group:
            start = 0
            while len(found) < _MOST and (match := pattern.search(text, start)):
                writing = reader(match)
                if writing is None or any(_overlap(writing, other) for other in found):
                    start = match.start() + 1
                else:
                    found.append(writing)
                    start = match.end()
        if found:
            return sorted(found, key=lambda writing: writing.start)
    return []


def _overlap(one: Writing, other: Writing) -> bool:
    return one.start < other.end and other.start < one.end


def weekdays_beside(text: str, writing: Writing) -> Iterator[frozenset[int]]:
    """The weekdays written right in front of a date or right behind it.

    A word of one or two letters counts only in brackets or with a comma or a dot: "So" and "Do"
    are days in German, and words elsewhere.
    """
    front = text[max(0, writing.start - 24) : writing.start]
    before = re.search(r"([(\[]?)([^\W\d_]{1,14})(\.?,?[)\]]?\s?(?:de[rnm]\s|,\s)?)$", front)
    two = re.search(r"(?<![^\W\d_])([^\W\d_]{2,8} [^\W\d_]{1,8})\.?,?\s?$", front)  # "Thứ Hai"
    if two is not None and (days := weekdays_of(two[1])):
        yield days
        return
    after = re.match(r"(\s?,?\s?[(\[]?)([^\W\d_]{1,14})([.,)\]]?)",
                     text[writing.end : writing.end + 24])  # fmt: skip
    for match, marks in ((before, ".,)]"), (after, "([")):
        if match is None:
            continue
        word = match[2]
        framed = any(mark in match[1] + match[3] for mark in marks)
        days = weekdays_of(word)
        if days and (framed or len(word) > (1 if word >= "\u3000" else 2)):
            yield days
