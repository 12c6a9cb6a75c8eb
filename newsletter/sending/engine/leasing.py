"""Who holds a chunk: leased to one worker, taken back from a lost one, and the end of an issue.

README.md, "Lease", "Take back" and "Close".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from newsletter.models import Chunk, Issue

from .. import control, counts
from . import decisions, journal, outcomes, timing
from .outcomes import Lease


def canary_is_out(issue: int) -> bool:
    """Whether no canary chunk of the issue is still in its first round."""
    return (
        not Chunk.objects.filter(issue_id=issue, kind=Chunk.Kind.CANARY, round=1)
        .exclude(state=Chunk.State.DONE)
        .exists()
    )


def lease(
    owner: int, issue: int, *, retries: bool, canary: bool, not_lanes: Iterable[int] = ()
) -> Lease | None:
    """Claim a due chunk of a sending issue, with its members; None if there is none.

    Of an issue that is sent, one that brings it to who joined since (README.md, "Welcome").

    `retries` claims a later round and `canary` a chunk of the canary, or nothing.
    """
    now = timezone.now()
    conditions = ""
    if canary:
        conditions += " AND c.kind = 'canary'"
    lanes = [int(lane) for lane in not_lanes]
    if lanes:
        conditions += f" AND c.lane NOT IN ({', '.join(map(str, lanes))})"
    if retries:
        conditions += " AND c.takes <> 'waiting'"
    skip = " FOR UPDATE SKIP LOCKED" if outcomes.is_postgres() else ""
    with transaction.atomic():
        _begin(issue)
        with connection.cursor() as cursor:
            # The text is that of this moment, for the whole lease: a correction is put into what
            # waits only while nothing is leased (`sending.mending`).
            cursor.execute(
                f"""UPDATE newsletter_chunk
                    SET state = 'leased', owner_id = %s, epoch = epoch + 1, turn = 0,
                        lease_until = %s, "window" = '[]', revision_id = (
                            SELECT coalesce(i.mailed_id, i.frozen_id) FROM newsletter_issue i
                            WHERE i.id = newsletter_chunk.issue_id)
                    WHERE state = 'waiting' AND id = (
                        SELECT c.id FROM newsletter_chunk c
                        WHERE c.issue_id = %s AND c.state = 'waiting' AND c.due_at <= %s
                              {conditions}
                        ORDER BY c.due_at, c.id LIMIT 1{skip})
                      AND EXISTS (SELECT 1 FROM newsletter_issue i
                                  WHERE i.id = %s AND (i.state = 'sending'
                                      OR (i.state = 'sent' AND newsletter_chunk.kind = 'welcome')))
                    RETURNING id, issue_id, kind, lane, first, last, round, takes, tries, epoch,
                              turn, deferred, revision_id""",
                [
                    owner,
                    outcomes.as_time(now + dt.timedelta(seconds=timing.LEASE)),
                    issue,
                    outcomes.as_time(now),
                    issue,
                ],
            )
            row = cursor.fetchone()
            if row is None:
                return None
            found = Lease(*(*row[:-1], owner, row[-1]))
            found.members = outcomes.members(cursor, found)
    return found


def _begin(issue: int) -> None:
    """Make the commit durable; on PostgreSQL no correction ends between here and there.

    Without the lock a lease that read "sending" just before a pause could be committed after the
    correction found nothing leased, and would mail the old text once the issue goes on.
    """
    if outcomes.is_postgres():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('synchronous_commit', 'on', true),"
                " pg_advisory_xact_lock_shared(%s, %s)",
                [control.ADVISORY, issue],
            )


class Held(NamedTuple):
    """A leased chunk as the sweeper sees it."""

    chunk: int
    epoch: int
    turn: int
    owner: int
    name: str


def leased() -> list[Held]:
    """Every leased chunk and its owner's name."""
    return [
        Held(*row)
        for row in Chunk.objects.filter(state=Chunk.State.LEASED).values_list(
            "pk", "epoch", "turn", "owner_id", "owner__name"
        )
    ]


def take_back(held: Held, found: journal.Found) -> int | None:
    """End a lost worker's lease; how many readers fell in doubt, or None if somebody was first.

    `found` is what the worker's own journal says; `decisions.take_back` says what follows.
    """
    now = timezone.now()
    with transaction.atomic():
        outcomes.durable()
        chunk = (
            Chunk.objects.select_for_update()
            .filter(pk=held.chunk, epoch=held.epoch, state=Chunk.State.LEASED)
            .first()
        )
        if chunk is None:
            return None
        lease = Lease(
            id=chunk.pk, issue=chunk.issue_id, kind=chunk.kind, lane=chunk.lane,
            first=chunk.first, last=chunk.last, round=chunk.round, takes=chunk.takes,
            tries=chunk.tries, epoch=chunk.epoch, turn=chunk.turn, deferred=chunk.deferred,
            owner=held.owner, revision=chunk.revision_id,
        )  # fmt: skip
        window = [lease.base + place for place in chunk.window]
        taken = decisions.take_back(lease, window, found, now)
        changed = "".join(f"{name} = {name} + {n}, " for name, n in taken.counts.items() if n)
        with connection.cursor() as cursor:
            cursor.execute(
                f"""UPDATE newsletter_chunk SET {changed}state = 'waiting', epoch = epoch + 1,
                       owner_id = NULL, lease_until = NULL, "window" = '[]'
                    WHERE id = %s AND epoch = %s AND state = 'leased'""",
                [chunk.pk, chunk.epoch],
            )
            if cursor.rowcount != 1:
                return None
            rows = [(lease, one) for one in taken.settled]
            outcomes.insert(cursor, rows)
        outcomes.bounces(rows)
        if chunk.issue.state in (Issue.State.CANCELLED, Issue.State.SENT):
            counts.store(chunk.issue_id)
    return taken.in_doubt


def finish(issue_id: int) -> bool:
    """Sending -> sent when no chunk is left undone; True if this call did it.

    Who joined since is no part of the send: their chunks go on when the issue is sent.
    Decided in the statement itself: of two workers that close the last two chunks at once neither
    sees the other's, so whoever asks again later finds none undone.
    """
    with transaction.atomic():
        outcomes.durable()
        with connection.cursor() as cursor:
            cursor.execute(
                """UPDATE newsletter_issue SET state = 'sent', finished_at = %s
                   WHERE id = %s AND state = 'sending'
                     AND NOT EXISTS (SELECT 1 FROM newsletter_chunk c
                                     WHERE c.issue_id = %s AND c.state = 'waiting'
                                       AND c.kind <> 'welcome')
                     AND NOT EXISTS (SELECT 1 FROM newsletter_chunk c
                                     WHERE c.issue_id = %s AND c.state = 'leased'
                                       AND c.kind <> 'welcome')""",
                [outcomes.as_time(timezone.now()), issue_id, issue_id, issue_id],
            )
            if cursor.rowcount != 1:
                return False
        counts.store(issue_id)
        control.audit(Issue.objects.get(pk=issue_id), "worker", "finish")
    return True
