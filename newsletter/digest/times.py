"""A time or a day in front of a title: when it was said or came in, which is none of the title."""

from __future__ import annotations

import re

from .dates import read
from .dates.words import fold, months_of, weekdays_of

# "**20:00**: [", "(1:02:30) [".
_CLOCK = re.compile(
    r"(?P<mark>\*\*|__|`|[(（\[【])?[*_ ]{0,3}(?P<clock>\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)[*_ ]{0,3}"
    r"(?(mark)(?:\*\*|__|`|[)）\]】](?!\())?)[\s:：|｜·•–—-]{1,4}(?=\S)"
)
# "**2026-03-02** - [", "Mar 2: [", "（3月2日）[".
_TIE = r"(?:\s*[:：|｜·•]|\s+[–—-]{1,2}\s|[–—])\s*"
_DAY = re.compile(
    r"(?P<mark>\*\*|__|`|[(（\[【])?(?P<day>[^\n\[\]()（）【】*_`]{4,24}?)"
    rf"(?(mark)(?:\*\*|__|`|[)）\]】](?!\())(?:{_TIE})?|{_TIE})\s*(?=\S)"
)
_LINK = re.compile(r"[^\w\[<!]{0,12}\[(?!!)")


def time_in_front(text: str) -> tuple[str, int] | None:
    """The time or day a run begins with, and where what follows starts; None without one.

    One in marks may stand in front of any words, a bare one only of a link.
    """
    clock = _CLOCK.match(text)
    if clock is not None and (clock["mark"] or _LINK.match(text, clock.end())):
        return clock["clock"], clock.end()
    day = _DAY.match(text)
    if day is not None and _is_day(day["day"]) and (day["mark"] or _LINK.match(text, day.end())):
        return day["day"].strip(), day.end()
    return None


def _is_day(text: str) -> bool:
    """Whether a run is a day and nothing else."""
    if not any(letter.isdecimal() for letter in text) or read(text) == read(""):
        return False
    words = re.findall(r"[^\W\d_]{3,}", fold(text))
    return all(months_of(word) or weekdays_of(word) for word in words)
