"""The document's own title: which heading it is, and one that only says it again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .dates import read
from .front import Front
from .greetings import greets
from .issue_numbers import names_issue, names_number
from .label_lines import fields_of
from .labels import Labels
from .outline import EMPTY, Kind, Line, Section
from .sources import link_line
from .titles import title_text
from .vocabulary import is_one_of, month_numbers

_LISTED = frozenset({Kind.BULLET, Kind.NUMBER})
_LONGEST = 120  # characters of a title without a mark


def find_title(sections: Sequence[Section], front: Front, labels: Labels) -> Line | None:
    """The document's own heading: an H1 in front of all others, when it is the title.

    Several H1 are sections, unless the first has nothing to be one: no sections below it, and no
    list, link or source of its own as the others have. A second H1 that says the same again
    belongs to the title. Without an H1 it is the heading that all others stand under, when it names
    the day or the number.
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
        listed = all(any(line.kind in _LISTED for line in one.content()) for one in tops)
        return None if listed and len(tops) > 1 else first.heading  # Days, each with its list.
    if front.title and not _alike(first.title, front.title):
        return None
    if names_issue(first.title) and _words(first.title):
        return first.heading
    if first.below or any(line.kind in {Kind.BULLET, Kind.NUMBER} for line in first.content()):
        return None
    alike = sum(_says_source(one, labels) for one in others)
    if alike * 2 >= len(others) and _says_source(first, labels):
        return None  # A piece as the others are.
    return first.heading


def promote_title(lines: Sequence[Line], front: Front) -> None:
    """Make a heading of a first line that names the day or the number of the issue, where nothing
    else is the title: mail and chats have no headings."""
    content = [line for line in lines if line.kind not in EMPTY]
    headed = any(line.kind is Kind.HEADING and line.level == 1 for line in content)
    if front.title or len(content) < 2 or headed:
        return
    first = content[0]
    text = first.content
    goes_on = content[1].kind is Kind.TEXT and content[1].number == first.number + 1
    if first.kind is not Kind.TEXT or goes_on:
        return
    if (
        len(text) > _LONGEST
        or not _words(title_text(text))
        or re.search(r"[.。:：;；]$|://|\]\(|^[|<!*_]", text)
    ):
        return
    if greets(text):
        return  # "Good morning, here is the news of 2 March" is no title.
    if names_number(text) or read(text) != read(""):
        first.kind, first.level = Kind.HEADING, 1


def _says_source(section: Section, labels: Labels) -> bool:
    """Whether a section says where its text is from: by a label, or a line that is only a link."""
    if fields_of(section, labels) & {"source", "link"}:
        return True
    return any(link_line(line.content) for line in section.content() if line.kind is Kind.TEXT)


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
