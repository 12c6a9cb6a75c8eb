"""Refusals carried out: where they become suppressions, whether by the rule or by a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from newsletter.models import PLACES, Bounce, Issue
from subscribers import suppression
from subscribers.models import Incident, Subscriber, Suppression

from . import health, weighing

# Refusals of one statement.
BATCH = 2000


@dataclass(frozen=True, slots=True)
class Row:
    """A stored refusal. `hard`: it ends the address; else the reader's health is at its end."""

    pk: int
    issue: int
    delivery: int
    reader: int
    hard: bool
    via: str
    status: str


def rows(found: Iterable[Bounce]) -> list[Row]:
    """These refusals, by their columns."""
    return [
        Row(
            one.pk,
            (one.delivery_id or 0) // PLACES,
            one.delivery_id or 0,
            one.subscriber_id or 0,
            one.kind == Bounce.Kind.HARD,
            one.via,
            one.status,
        )
        for one in found
    ]


def outdated(refused: Collection[Row]) -> set[int]:
    """Rows whose reader is gone, left the address that was refused, or proved it since: numbers."""
    changed = health.fresh_starts({row.reader for row in refused})
    frozen_at = dict(
        Issue.objects.filter(pk__in={row.issue for row in refused}).values_list("pk", "frozen_at")
    )
    found = set()
    for row in refused:
        at, moved = frozen_at.get(row.issue), changed.get(row.reader)
        if not row.reader or at is None or (moved is not None and moved >= at):
            found.add(row.pk)
    return found


def suppress(incident: Incident, refused: Sequence[Row]) -> None:
    """Suppress these readers' addresses and mark the rows; in the transaction of the decision.

    An address that does not exist is none for the whole site; one that is only tired of refusing
    this publication's issues may take another's.
    """
    readers = Subscriber.objects.filter(pk__in={row.reader for row in refused}, key__isnull=False)
    keys = {pk: key for pk, key in readers.values_list("pk", "key") if key is not None}
    for hard in (True, False):
        evidence = {
            keys[row.reader]: {"via": row.via, "status": row.status, "delivery": row.delivery}
            | ({} if hard else {"issues_in_a_row": weighing.IN_A_ROW})
            for row in refused
            if row.hard is hard and row.reader in keys
        }
        suppression.suppress_many(
            evidence,
            Suppression.Reason.HARD if hard else Suppression.Reason.SOFT,
            publication=None if hard else incident.publication,
            incident=incident,
        )
    mark([row.pk for row in refused], Bounce.Decision.CARRIED_OUT, incident)


def mark(refused: Sequence[int], decision: str, incident: Incident | None = None) -> None:
    """Write down what was decided of waiting refusals, by their numbers."""
    for start in range(0, len(refused), BATCH):
        waiting = Bounce.objects.filter(
            pk__in=refused[start : start + BATCH], decision=Bounce.Decision.WAITING
        )
        waiting.update(decision=decision, incident=incident)
