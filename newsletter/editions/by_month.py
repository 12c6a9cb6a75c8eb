"""The public issues of a publication by the month of their date: which months, and what is in one.

By the date an issue bears, as lists head them, not by the moment it appeared.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q
from django.db.models.functions import ExtractMonth, ExtractYear

from newsletter.models import Issue
from subscribers.models import Publication

from . import published
from .months import Month


@dataclass(frozen=True, slots=True)
class Page:
    """Issues of a month, newest first; `more` says whether the month goes on, `older` and `newer`
    are the next months that have any."""

    issues: list[Issue]
    more: bool
    older: Month | None
    newer: Month | None


def months(publication: Publication) -> list[tuple[Month, int]]:
    """The months that have issues, newest first, and how many. One query."""
    rows = (
        published.issues(publication)
        .order_by()
        .annotate(year=ExtractYear("date"), month=ExtractMonth("date"))
        .values_list("year", "month")
        .annotate(Count("pk"))
        .order_by("-year", "-month")
    )
    return [(Month(year, month), count) for year, month, count in rows]


def page(publication: Publication, month: Month, before: Issue | None = None) -> Page:
    """What a month has, below the issue `before` if one is given."""
    start, end = (moment.date() for moment in month.bounds(dt.UTC))
    listed = published.issues(publication)
    rows = listed.filter(date__gte=start, date__lt=end)
    if before is not None:
        rows = rows.filter(
            Q(date__lt=before.date)
            | Q(date=before.date, published_at__lt=before.published_at)
            | Q(date=before.date, published_at=before.published_at, pk__lt=before.pk)
        )
    found = list(rows.order_by("-date", "-published_at", "-pk")[: published.PAGE_ISSUES + 1])
    return Page(
        found[: published.PAGE_ISSUES],
        len(found) > published.PAGE_ISSUES,
        _month(listed.filter(date__lt=start).order_by("-date").first()),
        _month(listed.filter(date__gte=end).order_by("date").first()),
    )


def _month(issue: Issue | None) -> Month | None:
    return None if issue is None else Month(issue.date.year, issue.date.month)
