"""Every public item of a publication, whatever its category, in whole issues.

By way of the issues: items know no publication, and an index over the newest issues is there. So
a category made tomorrow is in it, and so is what has none.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from newsletter.models import Issue, Item
from subscribers.models import Category, Publication
from subscribers.times import zone_of

from . import published
from .months import Month
from .published import Piece, Window

# Of so many issues the items are named one by one to those who collect addresses.
_ISSUES = 1000
_PRIVATE = Q(category__visibility=Category.Visibility.PRIVATE)


def newest(publication: Publication, most: int = published.PAGE_ITEMS) -> Window:
    """The items of the newest issues, until there are `most`; at least one issue, never a part."""
    found = list(published.single_issues(publication)[: published.PAGE_ISSUES + 1])
    by_issue: dict[int, list[Item]] = {}
    for row in _of(found[: published.PAGE_ISSUES]):
        by_issue.setdefault(row.issue_id, []).append(row)
    taken: list[Item] = []
    for number, issue in enumerate(found[: published.PAGE_ISSUES], 1):
        rows = by_issue.get(issue.pk, [])
        if taken and len(taken) + len(rows) > most:
            return Window(published.pieces(publication, taken), True)
        taken += rows
        if len(taken) >= most:
            return Window(published.pieces(publication, taken), number < len(found))
    return Window(published.pieces(publication, taken), len(found) > published.PAGE_ISSUES)


def of_month(publication: Publication, month: Month) -> tuple[Piece, ...]:
    """Those of the issues published in that month."""
    start, end = month.bounds(zone_of(publication))
    found = published.single_issues(publication)
    rows = _of(list(found.filter(published_at__gte=start, published_at__lt=end)))
    return published.pieces(publication, rows)


Address = tuple[str, str, dt.datetime | None, dt.datetime | None]


def addresses(publication: Publication, most: int) -> list[Address]:
    """(issue's slug, anchor, when it appeared, when it was corrected) of the newest, at most
    `most`."""
    issues = list(published.single_issues(publication).values_list("pk", flat=True)[:_ISSUES])
    rows = (
        Item.objects.filter(
            issue__in=issues, hidden=False, copied_from__isnull=True, published_at__isnull=False
        )
        .exclude(_PRIVATE)
        .order_by("-issue__published_at", "-issue_id", "number")
        .values_list("issue__slug", "anchor", "published_at", "corrected_at")
    )
    return [
        (slug, anchor, at, corrected)
        for slug, anchor, at, corrected in rows[: max(most, 0)]
        if at is not None
    ]


def _of(issues: list[Issue]) -> list[Item]:
    rows = Item.objects.filter(
        issue__in=issues, hidden=False, copied_from__isnull=True, published_at__isnull=False
    ).exclude(_PRIVATE)
    return sorted(
        rows.select_related("category", "issue"),
        key=lambda row: (-_moment(row.issue), -row.issue_id, row.number),
    )


def _moment(issue: Issue) -> float:
    assert issue.published_at is not None
    return issue.published_at.timestamp()
