"""The document's own title: which heading it is, and one that only says it again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .dates import read
from .front import Front
from .issue_numbers import names_issue, names_number
from .outline import Kind, Line, Section
from .titles import title_text
from .vocabulary import is_one_of, month_numbers


def find_title(sections: Sequence[Section], front: Front) -> Line | None:
    """The document's own heading: an H1 in front of all others, when it is the title.

    Several H1 are sections, unless the first has nothing to be one: no sections below it, and no
    list or link of its own. A second H1 that says the same again belongs to the title. Without an
    H1 it is the heading that all others stand under, when it names the day or the number.
    """
    headings = [section for section in sections if section.heading is not None]
    tops = [section for section in headings if section.level == 1]
    if not tops and headings and all(headings[0] in one.above for one in headings[1:]):
        root = headings[0]
        return root.heading if root.below and names_number(root.title) else None
    if not tops or tops[0] is not headings[0]:
        return None
    if len(tops) == 2 and _only_day(tops[0], headings) and _same_day(tops):
        return tops[1].heading
    first, others = tops[0], [one for one in tops[1:] if not _alike(one.title, tops[0].title)]
    if not others:
        return first.heading
    if front.title and not _alike(first.title, front.title):
        return None
    if names_issue(first.title) and _words(first.title):
        return first.heading
    if first.below or any(line.kind in {Kind.BULLET, Kind.NUMBER} for line in first.content()):
        return None
    return first.heading


def _only_day(section: Section, headings: Sequence[Section]) -> bool:
    """Whether a heading is a day alone, with at most a picture between it and another one."""
    named = [word for word in _words(title_text(section.title)) if not is_one_of("issues", word)]
    alone = all(line.content.startswith(("![", "[![", "<img")) for line in section.content())
    return not named and alone and headings[1].level == section.level


def _same_day(tops: Sequence[Section]) -> bool:
    days = {read(title_text(one.title)).date for one in tops}
    return len(days) == 1 and None not in days


def find_second_title(sections: Sequence[Section], front: Front, first: Line | None) -> Line | None:
    """An H1 right below the title that only says it again: the same day, or no word of its own.

    It is the only other H1: several are sections. It can stand above the title, being only a day.
    """
    headings = [section for section in sections if section.heading is not None]
    tops = [section for section in headings if section.level == 1]
    if first is None or len(tops) != 2 or headings[1] is not tops[1]:
        return None
    if first is tops[1].heading:
        return tops[0].heading
    if not tops[1].below:
        return None
    if any(line.kind in {Kind.BULLET, Kind.NUMBER} for line in tops[0].content()):
        return None
    if any(True for _line in tops[1].content()):
        return None
    title, other = tops[0].title, tops[1].title
    days = {read(title).date, read(front.title).date, front.date} - {None}
    known = {*_words(title), *_words(front.title)}
    new = [word for word in _words(other) if word not in known and not is_one_of("issues", word)]
    day = read(other).date
    return tops[1].heading if not new or (day is not None and day in (days or {day})) else None


def _words(title: str) -> list[str]:
    """The words of a title without figures, marks and months."""
    months = month_numbers()
    return [word for word in re.findall(r"[^\W\d_]+", title.casefold()) if word not in months]


def _alike(one: str, other: str) -> bool:
    """Whether two titles have the same words, whatever their date or number."""
    return bool(_words(one)) and _words(one) == _words(other)
