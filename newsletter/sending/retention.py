"""How long is kept what is only needed for a while, and what a shorter time would delete now.

    outcomes   who was sent what, and what their mail server said: folded into the sums
    bodies     the finished mails of an issue, when its outcomes are gone
    audit      who did what in the admin

The issue itself, its page and its sums stay in any case. A period is set by an administrator, who
is shown first what it deletes (`touched`); housekeeping deletes, a batch at a time.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Min, QuerySet, Sum
from django.utils import timezone

from newsletter.models import Edition, EditionRevision, Issue, RetentionPeriod
from subscribers.models import AuditEntry

from .engine.timing import FOLD_DAYS

Kind = RetentionPeriod.Kind
# Days when nobody has said anything; None: for ever.
USUAL: dict[str, int | None] = {Kind.OUTCOMES: FOLD_DAYS, Kind.BODIES: None, Kind.AUDIT: None}
# A round-up of a month asks what reached its readers; late reports come within weeks.
LEAST: dict[str, int] = {Kind.OUTCOMES: 40, Kind.BODIES: 40, Kind.AUDIT: 90}
MOST = 3650
_BATCH = 2000
# Counted exactly up to here: a page must not cost more as the table grows.
COUNTED = 10_000


class BadPeriod(ValueError):
    """No period: not within LEAST and MOST, or outcomes for ever."""


@dataclass(frozen=True, slots=True)
class Touched:
    """What a period would delete now: how many rows (COUNTED: or more), and from when to when."""

    rows: int
    oldest: dt.datetime | None = None
    newest: dt.datetime | None = None


def period(kind: str) -> int | None:
    """The days a kind is kept; None: for ever."""
    row = RetentionPeriod.objects.filter(kind=kind).values_list("days", flat=True)[:1]
    return row[0] if row else USUAL[kind]


def outcome_days() -> int:
    """The days outcomes are kept: never for ever."""
    return period(Kind.OUTCOMES) or FOLD_DAYS


def check(kind: str, days: int | None) -> None:
    """Raise BadPeriod if a kind cannot be kept so long."""
    if days is None:
        # At a million readers an issue the database would fill the disk.
        if kind == Kind.OUTCOMES:
            raise BadPeriod(kind)
    elif not LEAST[kind] <= days <= MOST:
        raise BadPeriod(kind)


def set_period(kind: str, days: int | None, by: str) -> None:
    """Keep a kind so long from now on, on record. Raises BadPeriod."""
    check(kind, days)
    before = period(kind)
    if before == days:
        return
    RetentionPeriod.objects.update_or_create(kind=kind, defaults={"days": days})
    AuditEntry.objects.create(
        actor=by[:150],
        action="retention changed",
        target=f"retention:{kind}",
        detail={"from": before, "to": days},
    )


def touched(kind: str, days: int | None, now: dt.datetime | None = None) -> Touched:
    """What would be deleted now if a kind were kept for `days`; nothing is changed."""
    if days is None:
        return Touched(0)
    before = (now or timezone.now()) - dt.timedelta(days=days)
    if kind == Kind.AUDIT:
        ids = list(_oldest_audit(before, COUNTED))
        rows = AuditEntry.objects.filter(pk__in=[*ids[:1], *ids[-1:]])
        span = rows.aggregate(first=Min("at"), last=Max("at"))
        return Touched(len(ids), span["first"], span["last"])
    # Sums on the rows of the issues: deliveries themselves are not counted.
    issues = _folding(before) if kind == Kind.OUTCOMES else _with_bodies(before)
    total: dict[str, Any] = issues.aggregate(
        first=Min("finished_at"), last=Max("finished_at"), readers=Sum("recipients")
    )
    rows_ = total["readers"] or 0 if kind == Kind.OUTCOMES else issues.count()
    return Touched(rows_, total["first"], total["last"])


def sweep() -> int:
    """Delete a batch of what is over its time; outcomes are the sweeper's to fold."""
    now, done = timezone.now(), 0
    if (days := period(Kind.BODIES)) is not None:
        for issue in _with_bodies(now - dt.timedelta(days=days)).order_by("pk")[:20]:
            done += issue.editions.exclude(html=b"").update(html=b"", text=b"")
            EditionRevision.objects.filter(edition__issue=issue).update(html=b"", text=b"")
    if (days := period(Kind.AUDIT)) is not None:
        old = list(_oldest_audit(now - dt.timedelta(days=days), _BATCH))
        done += AuditEntry.objects.filter(pk__in=old).delete()[0]
    return done


def _oldest_audit(before: dt.datetime, most: int) -> list[int]:
    """The oldest entries, in their order, that are older; read from the beginning of the table."""
    first = AuditEntry.objects.order_by("pk").values_list("pk", "at")[:most]
    return [pk for pk, at in first if at < before]


def _folding(before: dt.datetime) -> QuerySet[Issue]:
    return Issue.objects.filter(
        state__in=[Issue.State.SENT, Issue.State.CANCELLED],
        folded_at__isnull=True,
        finished_at__lt=before,
    )


def _with_bodies(before: dt.datetime) -> QuerySet[Issue]:
    """Issues whose readers cannot be mailed again, with finished mails left."""
    bodies = Edition.objects.exclude(html=b"")
    old = Issue.objects.filter(folded_at__isnull=False, finished_at__lt=before)
    return old.filter(pk__in=bodies.filter(issue__in=old).values("issue"))
