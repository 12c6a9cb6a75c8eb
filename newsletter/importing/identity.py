"""Which issue a document is: the same file again, or a name and a date that are as good."""

from __future__ import annotations

import re

from newsletter.digest import Digest
from newsletter.digest.dates import find_date
from newsletter.models import Issue
from subscribers.models import Publication

from .matching import pair

# File stems that say nothing by themselves: with the date they do.
_OWN_NAME = re.compile(r"[^\W\d_]+.*\d")


def origin_of(digest: Digest, name: str) -> str:
    """What makes two files the same issue: an id in front matter, else the file's stem.

    A stem that says nothing by itself (`10`, `index`, `weekly`) is joined with the date.
    """
    for key in ("id", "guid", "slug", "permalink"):
        value = digest.extra.get(key)
        if isinstance(value, str | int) and str(value).strip():
            return str(value).strip()[:200]
    stem = re.sub(r"\.[A-Za-z]{1,10}$", "", re.split(r"[/\\]", name)[-1]).strip()
    if stem and (find_date(stem) or _OWN_NAME.fullmatch(stem)):
        return stem[-200:]
    date = digest.date.isoformat() if digest.date else ""
    return f"{date}/{stem}"[:200] if stem else date


def find_issue(publication: Publication, digest: Digest, name: str) -> tuple[Issue | None, str]:
    """The issue this file is, if it is here, and its origin.

    A date and a name like `10` or `index` are a weak identity: two newsletters of one day
    share it. There the language and the title or an item must be the same, too.
    """
    origin = origin_of(digest, name)
    day = digest.date.isoformat() if digest.date else ""
    if not origin:
        return None, ""
    # Locked: nobody may release it between the look at its state and the last write.
    drafts = publication.issues.select_for_update()
    if origin != day and not origin.startswith(f"{day}/"):
        return drafts.filter(origin=origin).first(), origin
    candidates = [origin, *(f"{origin} ({n})" for n in range(2, 100))]
    found = {issue.origin: issue for issue in drafts.filter(origin__in=candidates)}
    for candidate in candidates:
        issue = found.get(candidate)
        if issue is None:
            return None, candidate
        if issue.language != (digest.language or publication.language):
            continue  # A translation.
        rows = list(issue.items.prefetch_related("links"))
        if issue.title == digest.title or any(
            row is not None for _parsed, row in pair(digest.items, rows)
        ):
            return issue, candidate
    return None, ""
