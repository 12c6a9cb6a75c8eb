"""T1: fix an issue's readers and texts once, in one transaction, when the undo time ends.

Rendering happens before; the transaction checks that what was rendered is still what the issue
says and that every selection found has its edition, else it starts again. On PostgreSQL it runs
under REPEATABLE READ: with two snapshots a reader who changes to an unseen selection in between
finds no edition (and NOT NULL refuses the whole freeze: both guards stay).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
from typing import Any

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from newsletter import editions, message, rendering
from newsletter.editions import IssueView
from newsletter.models import PLACES, Chunk, Edition, Issue, Item, Revision
from subscribers.models import Publication

from .bodies import pack
from .planning import busy_lanes, likely_selections, readers

log = logging.getLogger(__name__)

CHUNK = 500
# Readers changing their choice to something nobody had, again and again, during the freeze.
_MOST_ATTEMPTS = 20
# Below this PostgreSQL's own statistics are good enough.
_ANALYZE_FROM = 5000


class Refused(Exception):
    """The freeze cannot be done as things are; somebody was first, or the counts disagree."""


class _Again(Exception):
    """A selection is not rendered yet, or the issue was edited since it was rendered."""


def freeze(issue_id: int) -> bool:
    """Freeze a scheduled issue whose time has come. False: somebody else was first, or not due.

    Afterwards the issue is sending, every reader has a delivery, and the chunks are due.
    """
    issue = Issue.objects.select_related("publication").get(pk=issue_id)
    view: IssueView | None = None
    rendered: dict[int, Edition] = {}
    for _ in range(_MOST_ATTEMPTS):
        now_view = editions.load(issue)
        if view != now_view:
            view, rendered = now_view, {}
            prepared = rendering.prepare(view, issue.publication)
        for selection in likely_selections(issue, view.mask):
            if selection not in rendered:
                rendered[selection] = _finish(issue, view, selection, prepared.edition(selection))
        lanes = busy_lanes(issue)
        try:
            frozen = _transaction(issue, view, rendered, lanes)
        except (_Again, IntegrityError) as error:
            log.info("freeze of issue %s starts again: %s", issue_id, error)
            continue
        except DatabaseError as error:
            if getattr(error.__cause__, "sqlstate", "") not in ("40001", "40P01"):
                raise
            log.info("freeze of issue %s met another writer and starts again", issue_id)
            continue
        if frozen >= _ANALYZE_FROM and connection.vendor == "postgresql":
            # Plans made from the statistics of before took 27 ms a chunk instead of 4.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE newsletter_delivery, newsletter_chunk")
        return frozen >= 0
    raise Refused(f"issue {issue_id}: readers kept changing their choices; try again")


def _finish(issue: Issue, view: IssueView, selection: int, one: rendering.Rendered) -> Edition:
    message.Mould(one, issue.publication, issue)  # What cannot be sent is found now, not then.
    return Edition(
        issue=issue,
        selection=selection,
        items=[item.id for item in view.select(selection)],
        size=one.size,
        subject=one.subject,
        preheader=one.preheader,
        headers=one.headers,
        html=pack(one.html),
        text=pack(one.text),
    )


def _transaction(
    issue: Issue, view: IssueView, rendered: dict[int, Edition], lanes: list[int]
) -> int:
    """The freeze itself: the number of deliveries, or -1 when the issue is not ours to freeze."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        postgres = connection.vendor == "postgresql"
        if postgres and outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("SET LOCAL synchronous_commit = on")
                cursor.execute("SET LOCAL work_mem = '64MB'")
        now = timezone.now()
        ours = (
            Issue.objects.select_for_update()
            .filter(pk=issue.pk, state=Issue.State.SCHEDULED, send_at__lte=now)
            .exists()
        )
        if not ours:
            return -1
        if editions.load(Issue.objects.select_related("publication").get(pk=issue.pk)) != view:
            raise _Again("it was edited")
        source = readers(issue, view.mask, lanes)
        segments, counts = _groups(source.sql, source.params)
        unseen = [key for reason, key in counts if not reason and key not in rendered]
        if unseen:
            raise _Again(f"{len(unseen)} selections are new")
        made = [
            _with_readers(rendered[key], count)
            for (reason, key), count in sorted(counts.items())
            if not reason
        ]
        made += [
            Edition(issue=issue, none_because=reason, readers=count)
            for (reason, _), count in sorted(counts.items())
            if reason
        ]
        Edition.objects.bulk_create(made, batch_size=50)
        placed = _deliveries(issue, source.sql, source.params)
        expected = sum(counts.values())
        if placed != expected:
            raise Refused(f"issue {issue.pk}: {placed} deliveries for {expected} readers")
        chunks = _chunks(issue, segments, issue.publication.canary_size, now)
        Chunk.objects.bulk_create(chunks, batch_size=500)
        reasons = {reason: count for (reason, _), count in counts.items() if reason}
        suppressed = reasons.pop(Edition.NoneBecause.SUPPRESSED, 0)
        claimed = Issue.objects.filter(pk=issue.pk, state=Issue.State.SCHEDULED).update(
            state=Issue.State.SENDING,
            state_reason="",
            frozen=_release_revision(issue, view, now),
            frozen_at=now,
            published_at=Coalesce(F("published_at"), Value(now)),
            recipients=expected,
            skipped=sum(reasons.values()),
            suppressed=suppressed,
        )
        if claimed != 1:
            raise _Again("somebody was first")
        Item.objects.filter(issue=issue, published_at__isnull=True).update(published_at=now)
        Publication.objects.filter(pk=issue.publication_id).update(changed_at=now)
        return expected


def _with_readers(edition: Edition, readers: int) -> Edition:
    edition.pk, edition.readers = None, readers
    return edition


def _groups(
    sql: str, params: dict[str, Any]
) -> tuple[list[tuple[int, int]], dict[tuple[str, int], int]]:
    """Readers with mail as (lane, readers) in queue order, and readers by (reason, selection)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT none_because, selection, first_in_line, lane, count(*)"
            f" FROM ({sql}) q GROUP BY none_because, selection, first_in_line, lane",
            params,
        )
        rows = cursor.fetchall()
    counts: dict[tuple[str, int], int] = {}
    by_lane: dict[tuple[bool, int], int] = {}
    for reason, selection, first, lane, count in rows:
        key = (str(reason), int(selection))
        counts[key] = counts.get(key, 0) + int(count)
        if not reason:
            place = (not first, int(lane))
            by_lane[place] = by_lane.get(place, 0) + int(count)
    return [(lane, count) for (_, lane), count in sorted(by_lane.items())], counts


def _deliveries(issue: Issue, sql: str, params: dict[str, Any]) -> int:
    """One INSERT … SELECT: the canary's own addresses, then by lane, edition and reader."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO newsletter_delivery (id, issue_id, subscription_id, edition_id)
                SELECT %(base)s + row_number() OVER (
                           ORDER BY c.none_because <> '', c.first_in_line DESC, c.lane, e.id, c.id),
                       %(issue)s, c.id, e.id
                FROM ({sql}) c
                LEFT JOIN newsletter_edition e ON e.issue_id = %(issue)s
                     AND e.none_because = c.none_because AND e.selection = c.selection""",
            {**params, "issue": issue.pk, "base": issue.pk * PLACES},
        )
        return int(cursor.rowcount)


def _chunks(
    issue: Issue, segments: list[tuple[int, int]], canary: int, now: dt.datetime
) -> list[Chunk]:
    """Ranges of at most CHUNK places, one lane each; the canary's first, in chunks of its own."""
    made: list[Chunk] = []
    place = 1

    def cut(kind: str, lane: int, count: int) -> None:
        nonlocal place
        while count > 0:
            size = min(CHUNK, count)
            first = issue.pk * PLACES + place
            made.append(
                Chunk(
                    issue=issue,
                    kind=kind,
                    lane=lane,
                    first=first,
                    last=first + size - 1,
                    due_at=now,
                )
            )
            place += size
            count -= size

    left = min(canary, sum(count for _, count in segments))
    cut(Chunk.Kind.CANARY, 0, left)
    for lane, count in segments:
        taken = min(left, count)
        left -= taken
        cut(Chunk.Kind.MAIN, lane, count - taken)
    return made


def _release_revision(issue: Issue, view: IssueView, now: dt.datetime) -> Revision:
    """The frozen text: the source it was imported from, and the issue as it was mailed."""
    last = Revision.objects.filter(issue=issue).order_by("-number").first()
    return Revision.objects.create(
        issue=issue,
        number=1 if last is None else last.number + 1,
        kind=Revision.Kind.RELEASE,
        at=now,
        by_id=issue.released_by_id,
        source_name="" if last is None else last.source_name,
        source="" if last is None else last.source,
        shape="" if last is None else last.shape,
        digest=json.loads(json.dumps(dataclasses.asdict(view), default=str)),
    )
