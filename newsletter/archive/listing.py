"""Issues in a list: under what words each stands there.

Most digests are titled by their name and date, which stand beside the row and above the list
already. Such a title says nothing there, so the row is headed by the issue's first story.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import translation
from django.utils.dates import MONTHS_3, WEEKDAYS_ABBR

from newsletter.editions import IssueView
from newsletter.editions.published import Line
from newsletter.models import Issue
from newsletter.rendering import words
from subscribers import languages
from subscribers.models import Publication

_LETTERS = re.compile(r"[^\W\d_]+")
_NUMBERS = re.compile(r"\d{1,9}")
_ORDINALS = frozenset(("st", "nd", "rd", "th"))


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list. `title` heads it, `headlines` stand below; both are Markdown."""

    issue: Issue
    items: int
    title: str
    headlines: tuple[str, ...]


def rows(lines: Iterable[Line], name: str) -> list[Row]:
    """The lines as a page shows them; `name` is the publication's in the language of the page."""
    return [_row(line, name) for line in lines]


def _row(line: Line, name: str) -> Row:
    issue, headlines = line.issue, line.headlines
    if not headlines or says_more(issue.title, name, issue.date):
        return Row(issue, line.items, issue.title, headlines)
    return Row(issue, line.items, headlines[0], headlines[1:])


def issue_name(issue: Issue | IssueView, publication: Publication) -> str:
    """What an issue is called under its publication's name: its title (Markdown), or where that is
    but name and date the date, written as all others of the page. In the issue's language."""
    language, day = words.language_code(issue.language), issue.date
    numbers = {int(number) for number in _NUMBERS.findall(issue.title)}
    with translation.override(language):
        name = languages.words(publication, language).name
        if says_more(issue.title, name, day) or numbers - {day.year, day.month, day.day}:
            return issue.title  # "Harbour Daily #128" says which.
        return words.date(day)


def day_beside(issue: Issue | IssueView, publication: Publication) -> str:
    """The date to stand beside that name, in the active language; empty where the name says it."""
    name = issue_name(issue, publication)
    return "" if words.names_day(name, issue.date) else words.date(issue.date)


def says_more(title: str, name: str, day: dt.date) -> bool:
    """Whether a title has words besides the publication's name and the day, in any spelling."""
    short = f"{MONTHS_3[day.month]} {WEEKDAYS_ABBR[day.weekday()]}"
    known = _words(name) | _words(words.date(day)) | _words(short) | _ORDINALS
    return not _words(words.plain(title)) <= known


def _words(text: str) -> frozenset[str]:
    return frozenset(_LETTERS.findall(text.casefold()))
