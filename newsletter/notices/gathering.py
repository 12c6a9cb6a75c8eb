"""What happened since we last looked, read from the rows that the acts themselves write.

An issue's acts stand in the audit log and its revisions, a reader's in `Event`, each written in
the transaction of the act: so nothing is told that did not happen, and nothing that happened is
lost. A cursor says how far each was read; what is read twice has the same source, and is one row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import QuerySet

from newsletter.models import EventCursor, Issue, OutboxEvent, Revision, Webhook
from subscribers.models import AuditEntry, Event, Publication, Subscription
from subscribers.roles import Act, holders

from . import telling

# Rows read by one statement, and statements of one call.
_BATCH, _BATCHES = 1000, 50
# On PostgreSQL a transaction may commit a lower id than one already read; none takes so long.
_LATE = dt.timedelta(minutes=1)

_AUDIT = {
    "release": "issue.scheduled",
    "pause": "issue.paused",
    "finish": "issue.finished",
    "issue corrected": "issue.corrected",
    "ready": "issue.approval_wanted",
    "approval asked": "issue.approval_wanted",
    "correction proposed": "issue.approval_wanted",
    "sent back": "issue.sent_back",
    "release proposed": "issue.release_proposed",
}
_READERS: dict[str, str] = {
    Event.Kind.CONFIRMED: "subscriber.joined",
    Event.Kind.ENTERED: "subscriber.joined",
    Event.Kind.RETURNED: "subscriber.joined",
    Event.Kind.CHANGED: "subscriber.changed",
    Event.Kind.PAUSED: "subscriber.changed",
    Event.Kind.RESUMED: "subscriber.changed",
    Event.Kind.MOVED: "subscriber.changed",
    Event.Kind.LEFT: "subscriber.left",
    Event.Kind.ERASED: "subscriber.left",
}


def gather(now: dt.datetime) -> int:
    """Write an event for each thing that happened; how many rows were read."""
    revisions = Revision.objects.only("issue", "number", "kind", "at", "problems")
    return (
        _follow("notices:revisions", revisions, _revisions, now)
        + _follow("notices:audit", AuditEntry.objects.all(), _acts, now)
        + _follow("notices:readers", Event.objects.all(), _readers, now)
    )


def _follow(
    name: str,
    rows: QuerySet[Any],
    events: Callable[[Sequence[Any]], list[OutboxEvent]],
    now: dt.datetime,
) -> int:
    """Read on from a cursor, store the events, move the cursor past what can no longer change."""
    cursor, _new = EventCursor.objects.get_or_create(name=name)
    settled = now - _LATE if connection.vendor == "postgresql" else now
    seen = done = cursor.event
    number, certain = 0, True
    for _turn in range(_BATCHES):
        batch = list(rows.filter(pk__gt=seen).order_by("pk")[:_BATCH])
        if batch:
            OutboxEvent.objects.bulk_create(events(batch), ignore_conflicts=True)
        for row in batch:
            seen = row.pk
            certain = certain and row.at <= settled
            if certain:
                done = row.pk
        number += len(batch)
        if len(batch) < _BATCH:
            break
    if done > cursor.event:
        EventCursor.objects.filter(name=name, event__lt=done).update(event=done)
    return number


# ---- issues


def _issues(numbers: set[int]) -> dict[int, Issue]:
    """Those that are told of: no rehearsal, and no "what you missed" of one reader."""
    found = Issue.objects.select_related("publication").filter(
        pk__in=numbers, rehearses__isnull=True, roundup__subscription__isnull=True
    )
    return {issue.pk: issue for issue in found}


def _event(type_: str, issue: Issue, at: dt.datetime, source: str, **more: Any) -> OutboxEvent:
    return OutboxEvent(
        type=type_,
        publication_id=issue.publication_id,
        at=at,
        source=source,
        data={**telling.of_issue(issue), **more},
    )


def _revisions(rows: Sequence[Revision]) -> list[OutboxEvent]:
    rows = [row for row in rows if row.kind in (Revision.Kind.IMPORT, Revision.Kind.RELEASE)]
    # What was told of a row was true then: read again, it says nothing of how things are now.
    told = set(
        OutboxEvent.objects.filter(source__in=[f"revision:{row.pk}" for row in rows]).values_list(
            "source", flat=True
        )
    )
    rows = [row for row in rows if f"revision:{row.pk}" not in told]
    issues = _issues({row.issue_id for row in rows})
    made = []
    for row in rows:
        issue = issues.get(row.issue_id)
        if issue is None or issue.state == Issue.State.ARCHIVED:
            continue
        source = f"revision:{row.pk}"
        if row.kind == Revision.Kind.RELEASE:
            made.append(
                _event("issue.released", issue, row.at, source, recipients=issue.recipients)
            )
            continue
        problems = telling.problems(issue, row.problems)
        made.append(_event("issue.drafted", issue, row.at, source, revision=row.number))
        if problems:
            made.append(
                _event("issue.problems", issue, row.at, f"{source}:problems", problems=problems)
            )
        elif _unapproved(issue):
            made.append(_event("issue.approval_wanted", issue, row.at, f"{source}:approval"))
    return made


def _unapproved(issue: Issue) -> bool:
    return issue.publication.needs_approval and issue.approved_by_id is None


def _acts(rows: Sequence[AuditEntry]) -> list[OutboxEvent]:
    rows = [row for row in rows if row.action in _AUDIT]
    targets = {row.pk: row.target.partition(":")[2] for row in rows if row.target[:6] == "issue:"}
    numbers = {pk: int(text) for pk, text in targets.items() if text.isdecimal()}
    issues = _issues(set(numbers.values()))
    made = []
    for row in rows:
        issue = issues.get(numbers.get(row.pk, 0))
        if issue is None or (row.action == "ready" and not _unapproved(issue)):
            continue
        more: dict[str, Any] = {"by": row.actor}
        for name in ("send_at", "channels", "reason", "item", "fields"):
            if row.detail.get(name) not in (None, "", []):
                more[name] = row.detail[name]
        if row.action == "correction proposed":
            more["proposal"] = True
        if to := _to(row, issue):
            more["to"] = to
        if row.action == "finish":
            more["figures"] = telling.figures(issue)
        made.append(_event(_AUDIT[row.action], issue, row.at, f"audit:{row.pk}", **more))
    return made


def _to(row: AuditEntry, issue: Issue) -> list[str]:
    """The accounts that are told whatever they chose, since a person waits for them: who is asked
    for a yes, by name or because they may give it; who wrote or asked for what is sent back."""
    if row.action == "approval asked":
        asked = [str(key) for key in row.detail.get("asked", ())]
        may_approve = holders(Act.APPROVE, issue.publication)
        return asked or [str(o.pk) for o in may_approve if o.get_username() != row.actor]
    if row.action == "sent back":
        wrote = issue.revisions.filter(by__isnull=False).order_by("by").values_list("by", flat=True)
        asked_by = AuditEntry.objects.filter(
            target=row.target, action="approval asked", pk__lt=row.pk
        ).values_list("actor", flat=True)
        model = get_user_model()
        askers = model.objects.filter(**{f"{model.USERNAME_FIELD}__in": list(asked_by)})
        found = {str(key) for key in (*wrote.distinct(), *askers.values_list("pk", flat=True))}
        sender = model.objects.filter(**{model.USERNAME_FIELD: row.actor}).first()
        return sorted(found - ({str(sender.pk)} if sender is not None else set()))
    return []


# ---- readers


def _readers(rows: Sequence[Event]) -> list[OutboxEvent]:
    """Only what some webhook asked for: a file of readers is a hundred thousand of these."""
    wanted = _wanted()
    rows = [
        row
        for row in rows
        if row.kind in _READERS
        and any(
            (publication, _READERS[row.kind]) in wanted
            and wanted[publication, _READERS[row.kind]] <= row.at
            for publication in (row.publication_id, None)
        )
    ]
    ties = dict(
        Subscription.objects.filter(pk__in={row.subscription_id for row in rows}).values_list(
            "pk", "subscriber_id"
        )
    )
    slugs = dict(
        Publication.objects.filter(pk__in={row.publication_id for row in rows}).values_list(
            "pk", "slug"
        )
    )
    return [
        OutboxEvent(
            type=_READERS[row.kind],
            publication_id=row.publication_id,
            at=row.at,
            source=f"event:{row.pk}",
            data={
                "publication": slugs[row.publication_id],
                "subscription": row.subscription_id,
                "subscriber": ties.get(row.subscription_id),
                "what": row.kind,
            },
        )
        for row in rows
        if row.publication_id in slugs
    ]


def _wanted() -> dict[tuple[int | None, str], dt.datetime]:
    """Each publication (None: all) and type that a webhook wants, and since when the first one."""
    hooks = Webhook.objects.exclude(state=Webhook.State.OFF).order_by("-created_at")
    return {
        (hook.publication_id, one): hook.created_at
        for hook in hooks.only("publication", "types", "created_at")
        for one in hook.types
    }
