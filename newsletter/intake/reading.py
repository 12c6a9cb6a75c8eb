"""What a program reads: issues, one issue, its plan and ledger, categories, counts of readers.

Plain values for JSON. The keys of an issue's content are those of the JSON in which a digest is
handed in, so what was read can be changed and put again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.urls import URLResolver, get_resolver, get_script_prefix, get_urlconf, reverse

from newsletter import conf, sending
from newsletter.issues import approvals
from newsletter.models import Issue
from subscribers.models import Publication, Subscription

MOST_ISSUES = 100


def issues_of(publication: Publication) -> QuerySet[Issue]:
    """Without rehearsals and "what you missed": the latter are one reader's each."""
    return publication.issues.filter(rehearses__isnull=True, roundup__subscription__isnull=True)


def issue_page(
    publication: Publication, *, state: str, before: tuple[dt.date, int] | None, limit: int
) -> tuple[list[Issue], str]:
    """Issues, the newest day first, and the cursor of the next page or ""."""
    rows = issues_of(publication)
    if state:
        rows = rows.filter(state=state)
    if before is not None:
        day, pk = before
        rows = rows.filter(Q(date__lt=day) | Q(date=day, pk__lt=pk))
    found = list(rows.order_by("-date", "-pk")[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return found, f"{found[-1].date}.{found[-1].pk}" if more else ""


def read_cursor(text: str) -> tuple[dt.date, int]:
    """What `issue_page` gave. Raises ValueError for anything else."""
    day, _point, number = text.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise ValueError(text)
    return dt.date.fromisoformat(day), int(number)


def headline(issue: Issue, publication: Publication) -> dict[str, Any]:
    """An issue as lists show it."""
    public = issue.published_at is not None
    return {
        "issue": issue.slug,
        "title": issue.title,
        "date": issue.date.isoformat(),
        "edition": issue.edition,
        "language": issue.language,
        "kind": issue.kind,
        "state": issue.state,
        "channels": issue.channels,
        "send_at": moment(issue.send_at),
        "published_at": moment(issue.published_at),
        "url": address(publication.slug, issue.slug) if public else None,
        "edit_url": edit_address(issue.pk),
    }


def address(publication: str, issue: str) -> str:
    """Where an issue that is public can be read."""
    return f"{conf.base_url()}/{publication}/{issue}/"


def edit_address(pk: int) -> str:
    """Where an editor works on an issue."""
    before, behind = _edit_around(get_resolver(get_urlconf()), get_script_prefix(), conf.base_url())
    return f"{before}/{pk}/{behind}"


@lru_cache(maxsize=8)
def _edit_around(_addresses: URLResolver, _mount: str, _base: str) -> tuple[str, str]:
    """What stands around the number of an issue; to make it takes as long as two queries."""
    path = reverse("admin:newsletter_issue_change", args=[0])
    before, _zero, behind = conf.absolute(path).rpartition("/0/")
    return before, behind


def moment(value: dt.datetime | None) -> str | None:
    """A time in UTC (RFC 3339), or None."""
    return value.isoformat().replace("+00:00", "Z") if value is not None else None


def plan_json(issue: Issue, plan: sending.Plan) -> dict[str, Any]:
    """A send plan as `plan_issue --json` prints it, and what a second person's yes lacks."""
    return {
        "publication": issue.publication.slug,
        "issue": issue.slug,
        "recipients": plan.recipients,
        "editions": [
            {
                key: value
                for key, value in dataclasses.asdict(edition).items()
                if key not in ("selection", "start")
            }
            for edition in plan.editions
        ],
        "readers": {"full": plan.full, "partial": plan.partial, "none": sum(plan.none.values())},
        "none_because": dict(plan.none),
        "blockers": list(plan.blockers),
        "warnings": list(plan.warnings),
        "approval_lacks": approvals.lacking(issue),
    }


def categories(publication: Publication) -> list[dict[str, Any]]:
    """The categories an item may be filed under, in their order."""
    rows = publication.categories.filter(retired_at__isnull=True).order_by("position", "id")
    return [
        {
            "slug": one.slug,
            "name": one.name,
            "description": one.description,
            "other_names": list(one.aliases),
            "visibility": one.visibility,
        }
        for one in rows
    ]


def readers(publication: Publication) -> dict[str, Any]:
    """How many readers there are, by state, and how many active ones chose each category.

    One pass over the publication's subscriptions: as dear as a plan, and counted as one.
    """
    rows = list(publication.categories.filter(retired_at__isnull=True, bit__isnull=False))
    sums = ", ".join(
        f"sum(CASE WHEN state = 'active' AND (choice & {1 << int(bit)}) <> 0 THEN 1 ELSE 0 END)"
        for bit in (one.bit or 0 for one in rows)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT state, count(*){', ' if sums else ''}{sums} FROM subscribers_subscription"
            " WHERE publication_id = %s GROUP BY state",
            [publication.pk],
        )
        found = {state: [int(number or 0) for number in counts] for state, *counts in cursor}
    active = found.get(Subscription.State.ACTIVE, [0] * (len(rows) + 1))
    return {
        **{str(state): found.get(state, [0])[0] for state in Subscription.State.values},
        "categories": {one.slug: active[1 + number] for number, one in enumerate(rows)},
    }
