"""What preflight finds and one click mends: only what has one right answer."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from newsletter.editions import family, pairing
from newsletter.models import Issue
from newsletter.rendering import neutral

from . import beginning, text_findings

# Code of a finding -> what its button says.
BUTTONS = {
    "not-today": gettext_lazy("Date it the day it goes out"),
    "title-date": gettext_lazy("Put the issue’s date into the title"),
    "title-count": gettext_lazy("Put the right number into the title"),
    "invisible": gettext_lazy("Take these characters out"),
}


def offered(issue: Issue, code: str) -> str:
    """What the button for a finding of a draft says; "" where there is none."""
    # A pair has one date, and the other one may be another person's.
    if code == "not-today" and family.rows(issue).count() > 1:
        return ""
    return str(BUTTONS.get(code, ""))


def mend(issue: Issue, code: str, on: dt.date) -> str:
    """Mend what the finding `code` is about, and say what was done; "" where nothing was to do.

    `on` is the day the issue would go out on. Call it in a transaction that holds the draft.
    """
    return _MENDS[code](issue, on)


def _date(issue: Issue, on: dt.date) -> str:
    if issue.date == on or pairing.other_day(issue, on):
        return ""
    beginning.move_to_day(issue, on)
    return _("date")


def _title_date(issue: Issue, _on: dt.date) -> str:
    def right(match: re.Match[str]) -> str:
        numbers = (issue.date.year, issue.date.month, issue.date.day)
        text, shift = match.group(), 0
        for place, number in enumerate(numbers, 1):
            first, last = (end - match.start() + shift for end in match.span(place))
            # As wide as it was written: 03 stays two digits, 3 one.
            new = str(number).zfill(len(match.group(place)) if match.group(place)[0] == "0" else 1)
            if len(match.group(place)) == 2 and number < 10:
                new = new.zfill(2)
            text, shift = text[:first] + new + text[last:], shift + len(new) - (last - first)
        return text

    title = issue.title
    for pattern in text_findings.DATES:
        title = pattern.sub(right, title)
    return _store_title(issue, title)


def _title_count(issue: Issue, _on: dt.date) -> str:
    count = issue.items.filter(hidden=False).count()

    def right(match: re.Match[str]) -> str:
        first, last = (end - match.start() for end in match.span(1))
        return f"{match.group()[:first]}{count}{match.group()[last:]}"

    return _store_title(issue, text_findings.COUNT.sub(right, issue.title))


def _store_title(issue: Issue, title: str) -> str:
    if title == issue.title:
        return ""
    issue.title = title[:300]
    issue.save(update_fields=["title"])
    return _("title and introduction")


def _invisible(issue: Issue, _on: dt.date) -> str:
    mended = 0
    for item in issue.items.all():
        now = {
            "title": neutral.text(item.title),
            "insight": neutral.text(item.insight),
            "body": neutral.text(item.body),
            "bullets": _bullets(item.bullets),
        }
        changed = [name for name, value in now.items() if value != getattr(item, name)]
        for name in changed:
            setattr(item, name, now[name])
        if changed:
            item.save(update_fields=changed)
            mended += 1
    return _("invisible characters") if mended else ""


def _bullets(stored: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            **bullet,
            "lead": neutral.text(str(bullet.get("lead", ""))),
            "text": neutral.text(str(bullet.get("text", ""))),
            "children": _bullets(bullet.get("children", ())),
        }
        for bullet in stored
    ]


_MENDS: dict[str, Callable[[Issue, dt.date], str]] = {
    "not-today": _date,
    "title-date": _title_date,
    "title-count": _title_count,
    "invisible": _invisible,
}
