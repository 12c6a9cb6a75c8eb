"""What preflight finds and one click mends: only what has one right answer."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from newsletter.editions import family, pairing
from newsletter.models import Issue, Link
from newsletter.rendering import neutral

from . import beginning, residue, source_findings, text_findings, typos

# Code of a finding -> what its button says.
BUTTONS = {
    "not-today": gettext_lazy("Date it the day it goes out"),
    "title-date": gettext_lazy("Put the issue’s date into the title"),
    "title-count": gettext_lazy("Put the right number into the title"),
    "invisible": gettext_lazy("Take these characters out"),
    "word-twice": pgettext_lazy("preflight", "Say the words once"),
    "stop-twice": pgettext_lazy("preflight", "Leave one stop"),
    "spaces": pgettext_lazy("preflight", "Put the spaces right"),
    "typing": pgettext_lazy("preflight", "Take out what is too many"),
    "link-tracked": pgettext_lazy("preflight", "Take the trackers out"),
    "tail-tracked": pgettext_lazy("preflight", "Take the trackers out"),
    "point-empty": pgettext_lazy("preflight", "Take the empty points out"),
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
    return _("invisible characters") if _in_items(issue, neutral.text) else ""


def _typing(issue: Issue, _on: dt.date) -> str:
    done = _in_items(issue, typos.mended)
    return pgettext("preflight", "typing") if _in_head(issue, typos.mended) or done else ""


def _trackers(issue: Issue, _on: dt.date) -> str:
    """Out of sources, further links and the links in texts, which are one address each."""
    done = _in_items(issue, source_findings.texts_without_trackers)
    for link in issue.links.all():
        if (url := source_findings.without_trackers(link.url)) != link.url:
            Link.objects.filter(pk=link.pk).update(url=url)
            done = True
    return pgettext("preflight", "trackers in links") if done else ""


def _empty_points(issue: Issue, _on: dt.date) -> str:
    done = _in_items(issue, residue.without_empty_points)
    for item in issue.items.all():
        if (bullets := _with_words(item.bullets)) != item.bullets:
            item.bullets = bullets
            item.save(update_fields=["bullets"])
            done = True
    return pgettext("preflight", "empty points") if done else ""


def _with_words(stored: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    rows = [{**bullet, "children": _with_words(bullet.get("children", ()))} for bullet in stored]
    return [
        {name: value for name, value in row.items() if name != "children" or value}
        for row in rows
        if row["children"] or str(row.get("lead", "")).strip() or str(row.get("text", "")).strip()
    ]


def _in_head(issue: Issue, right: Callable[[str], str]) -> bool:
    """Change title, subject, preheader and introduction; whether anything was different."""
    names = ("title", "subject", "preheader", "intro")
    changed = [name for name in names if right(getattr(issue, name)) != getattr(issue, name)]
    for name in changed:
        setattr(issue, name, right(getattr(issue, name)))
    if changed:
        issue.save(update_fields=changed)
    return bool(changed)


def _in_items(issue: Issue, right: Callable[[str], str]) -> bool:
    """Change every text of every item; whether anything was different."""
    mended = False
    for item in issue.items.all():
        now = {
            "title": right(item.title),
            "insight": right(item.insight),
            "body": right(item.body),
            "bullets": _bullets(item.bullets, right),
        }
        changed = [name for name, value in now.items() if value != getattr(item, name)]
        for name in changed:
            setattr(item, name, now[name])
        if changed:
            item.save(update_fields=changed)
            mended = True
    return mended


def _bullets(
    stored: Iterable[Mapping[str, Any]], right: Callable[[str], str]
) -> list[dict[str, Any]]:
    """Points with their texts changed; what was not there is not put there."""
    found = []
    for bullet in stored:
        row = dict(bullet)
        for name in ("lead", "text"):
            if name in row:
                row[name] = right(str(row[name]))
        if row.get("children"):
            row["children"] = _bullets(row["children"], right)
        found.append(row)
    return found


_MENDS: dict[str, Callable[[Issue, dt.date], str]] = {
    "not-today": _date,
    "title-date": _title_date,
    "title-count": _title_count,
    "invisible": _invisible,
    "word-twice": _typing,
    "stop-twice": _typing,
    "spaces": _typing,
    "typing": _typing,
    "link-tracked": _trackers,
    "tail-tracked": _trackers,
    "point-empty": _empty_points,
}
