"""The freeze: an issue's readers and texts fixed once, when the undo time ends.

README.md, "Freeze". Rendering happens before; the transaction checks that what was rendered is
still what the issue says and that every selection found has its edition, else it starts again. On
PostgreSQL it runs under REPEATABLE READ: with two snapshots a reader who changes to an unseen
selection in between finds no edition (and NOT NULL refuses the whole freeze: both guards stay).
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import itertools
import json
import logging
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from newsletter import editions, message, rendering
from newsletter.editions import EditionKey, IssueView, audience, reached
from newsletter.editions.audience import REASONS, Readers
from newsletter.issues import channels, stories
from newsletter.models import PLACES, Chunk, Edition, Issue, Revision
from subscribers import rehearsal

from .bodies import pack
from .planning import busy_lanes, likely_keys

log = logging.getLogger(__name__)

CHUNK = 500
# Readers changing their choice to something nobody had, again and again, during the freeze.
_MOST_ATTEMPTS = 20
# Below this PostgreSQL's own statistics are good enough.
_ANALYZE_FROM = 5000


class CannotFreeze(Exception):
    """The freeze cannot be done as things are; somebody was first, or the counts disagree."""


class _Again(Exception):
    """A selection is not rendered yet, or the issue was edited since it was rendered."""


def freeze(issue_id: int) -> bool:
    """Freeze a scheduled issue whose time has come. False: somebody else was first, or not due.

    Afterwards the issue is sending, every reader has a delivery, and the chunks are due.
    """
    issue = Issue.objects.select_related("publication").get(pk=issue_id)
    view: IssueView | None = None
    rendered: dict[EditionKey, Edition] = {}
    for _ in range(_MOST_ATTEMPTS):
        now_view = stories.marked(editions.load(issue), issue)
        if view != now_view:
            view, rendered = now_view, {}
            prepared = rendering.prepare(view, issue.publication)
        keys, by_day = likely_keys(issue, view)
        for key in keys:
            if key not in rendered:
                rendered[key] = finished(issue, view, key, prepared.edition(*key))
        lanes = busy_lanes(issue)
        try:
            frozen = _transaction(issue, view, rendered, lanes, by_day)
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
    raise CannotFreeze(f"issue {issue_id}: readers kept changing their choices; try again")


def finished(issue: Issue, view: IssueView, key: EditionKey, one: rendering.Rendered) -> Edition:
    """A rendered edition as the row that is kept, not yet stored."""
    message.MessageTemplate(
        one, issue.publication, issue
    )  # What cannot be sent is found now, not then.
    return Edition(
        issue=issue,
        selection=key.selection,
        start=key.start,
        items=[item.id for item in view.select(*key)],
        size=one.size,
        subject=one.subject,
        preheader=one.preheader,
        headers=one.headers,
        html=pack(one.html),
        text=pack(one.text),
    )


def _transaction(
    issue: Issue,
    view: IssueView,
    rendered: dict[EditionKey, Edition],
    lanes: list[int],
    by_day: bool,
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
        held = _due(issue, now)
        if held is None:
            return -1
        if stories.marked(editions.load(held), held) != view:
            raise _Again("it was edited")
        starts = reached.starts_of(issue, view, by_day=by_day)
        source = audience.readers(audience.audience_of(issue, view.mask, starts), now, lanes)
        groups = _groups(source)
        counts = _readers_of_each(groups)
        unseen = [key for reason, key in counts if not reason and key not in rendered]
        if unseen:
            raise _Again(f"{len(unseen)} editions are new")
        made = _editions(issue, rendered, counts)
        Edition.objects.bulk_create(made, batch_size=50)
        ids = {(one.none_because, EditionKey(one.selection, one.start)): one.pk for one in made}
        placed = _deliveries(issue, source, groups, ids)
        expected = sum(counts.values())
        if placed != expected:
            raise CannotFreeze(f"issue {issue.pk}: {placed} deliveries for {expected} readers")
        with_mail = [group for group in groups if not group.none_because]
        chunks = _chunks(issue, with_mail, issue.publication.canary_size, now)
        Chunk.objects.bulk_create(chunks, batch_size=500)
        reasons = {reason: count for (reason, _), count in counts.items() if reason}
        suppressed = reasons.pop(Edition.NoneBecause.SUPPRESSED, 0)
        public = held.channels != Issue.Channels.MAIL
        claimed = Issue.objects.filter(pk=issue.pk, state=Issue.State.SCHEDULED).update(
            state=Issue.State.SENDING,
            state_reason="",
            frozen=release_revision(issue, view, now),
            frozen_at=now,
            published_at=Coalesce(F("published_at"), Value(now)) if public else None,
            recipients=expected,
            skipped=sum(reasons.values()),
            suppressed=suppressed,
        )
        if claimed != 1:
            raise _Again("somebody was first")
        if public:
            channels.show(issue, now)
        return expected


def _due(issue: Issue, now: dt.datetime) -> Issue | None:
    """The issue, locked and as it is now, if it is to be frozen at this moment."""
    due = Issue.objects.select_for_update().filter(
        pk=issue.pk, state=Issue.State.SCHEDULED, send_at__lte=now
    )
    if not due.exists():
        return None
    held = Issue.objects.select_related("publication").get(pk=issue.pk)
    # Where the address was set meanwhile, the sweeper says so.
    return None if rehearsal.address_of(held.publication) else held


def _readers_of_each(groups: list[_Group]) -> dict[tuple[str, EditionKey], int]:
    """How many readers each (reason for none, edition) has."""
    counts: dict[tuple[str, EditionKey], int] = {}
    for group in groups:
        key = (group.none_because, group.key)
        counts[key] = counts.get(key, 0) + group.readers
    return counts


def _editions(
    issue: Issue, rendered: dict[EditionKey, Edition], counts: dict[tuple[str, EditionKey], int]
) -> list[Edition]:
    """The rows to insert: what was rendered for each edition, then one for each reason."""
    made = [
        _with_readers(rendered[key], count)
        for (reason, key), count in sorted(counts.items())
        if not reason
    ]
    return made + [
        Edition(issue=issue, none_because=reason, readers=count)
        for (reason, _), count in sorted(counts.items())
        if reason
    ]


def _with_readers(edition: Edition, readers: int) -> Edition:
    edition.pk, edition.readers = None, readers
    return edition


class _Group(NamedTuple):
    """Readers who follow each other in the queue and get the same."""

    none_because: str
    first_in_line: bool
    lane: int
    key: EditionKey
    readers: int
    # Its place in the queue, where the queue is a table (SQLite).
    start: int


# The queue: the canary's own addresses, then by lane and edition; who gets nothing comes last.
# As one number, for SQLite: it sorts by one twice as fast as by four. A lane has 31 bits, a start
# (`reached.MOST_STARTS`) 12; with a reason it says nothing.
_ORDER = "c.none, c.first_in_line DESC, c.lane, c.picked, c.start"
_PACKED = "((((none * 2 + 1 - first_in_line) << 32) | lane) << 12) | start"


def _groups(source: Readers) -> list[_Group]:
    """What the queue consists of, in its order.

    SQLite sorts the readers once, into a table that both this and the insert read: with one
    statement for each and a window function the freeze took twice as long. PostgreSQL does not.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"""CREATE TEMP TABLE freeze_queue AS
                    SELECT id, {_PACKED} AS queue, picked FROM ({source.sql}) q
                    ORDER BY queue, picked""",
                source.params,
            )
            rows = _runs(cursor)
        else:
            cursor.execute(
                f"""SELECT none, first_in_line, lane, picked, start, count(*), 0
                    FROM ({source.sql}) q GROUP BY none, first_in_line, lane, picked, start""",
                source.params,
            )
            rows = cursor.fetchall()
        rows.sort(key=lambda row: (row[0], not row[1], row[2], row[3], row[4]))
    nothing = EditionKey(0)
    return [
        _Group(
            REASONS[none],
            bool(first),
            int(lane),
            nothing if none else EditionKey(int(picked), int(start)),
            count,
            place,
        )
        for none, first, lane, picked, start, count, place in rows
    ]


def _runs(cursor: Any) -> list[tuple[Any, ...]]:
    """The groups of SQLite's queue and where each begins. It is sorted: halving finds the ends."""

    def at(place: int) -> Any:
        cursor.execute("SELECT queue, picked FROM freeze_queue WHERE rowid = %s", [place])
        return cursor.fetchone()

    cursor.execute("SELECT max(rowid) FROM freeze_queue")
    end = (cursor.fetchone()[0] or 0) + 1
    runs = []
    first = 1
    while first < end:
        queue, picked = at(first)
        # A group is hardly ever large: begin near, and double.
        low, step = first, 1
        while low + step < end and at(low + step) == (queue, picked):
            low, step = low + step, 2 * step
        high = min(low + step, end)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if at(middle) == (queue, picked) else (low, middle)
        start, queue = queue & 4095, queue >> 12
        none, first_in_line, lane = queue >> 33, 1 - (queue >> 32 & 1), queue & 4294967295
        runs.append((none, first_in_line, lane, picked, start, high - first, first))
        first = high
    return runs


@contextlib.contextmanager
def _roomy(cursor: Any) -> Iterator[None]:
    """On SQLite: pages for the two keys of a million rows. What sorts them needs no more."""
    usual = cursor.execute("PRAGMA cache_size").fetchone()[0]
    cursor.execute("PRAGMA cache_size=-20000")
    try:
        yield
    finally:
        cursor.execute(f"PRAGMA cache_size={int(usual)}")
        cursor.execute("PRAGMA shrink_memory")


def _deliveries(
    issue: Issue,
    source: Readers,
    groups: list[_Group],
    made: dict[tuple[str, EditionKey], int],
) -> int:
    """Insert the queue; `made` maps (reason, key) to the edition. How many there are."""
    base = issue.pk * PLACES
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            placed = 0
            with _roomy(cursor):
                for group in groups:
                    # OR FAIL: else SQLite keeps a copy of every page of the index that a statement
                    # touches, to take that one statement back, and we take back everything.
                    cursor.execute(
                        """INSERT OR FAIL INTO newsletter_delivery
                               (id, issue_id, subscription_id, edition_id)
                           SELECT %s + rowid, %s, id, %s FROM freeze_queue
                           WHERE rowid BETWEEN %s AND %s""",
                        [
                            base,
                            issue.pk,
                            made[group.none_because, group.key],
                            group.start,
                            group.start + group.readers - 1,
                        ],
                    )
                    placed += cursor.rowcount
            cursor.execute("DROP TABLE freeze_queue")
            return placed
        cursor.execute(
            f"""INSERT INTO newsletter_delivery (id, issue_id, subscription_id, edition_id)
                SELECT %(base)s + row_number() OVER (ORDER BY {_ORDER}), %(issue)s, c.id, e.id
                FROM ({source.sql}) c
                LEFT JOIN newsletter_edition e ON e.issue_id = %(issue)s
                     AND e.none_because = (%(reasons)s::text[])[c.none + 1]
                     AND e.selection = CASE c.none WHEN 0 THEN c.picked ELSE 0 END
                     AND e.start = CASE c.none WHEN 0 THEN c.start ELSE 0 END""",
            {**source.params, "issue": issue.pk, "base": base, "reasons": list(REASONS)},
        )
        return int(cursor.rowcount)


def _chunks(issue: Issue, groups: list[_Group], canary: int, now: dt.datetime) -> list[Chunk]:
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

    left = min(canary, sum(group.readers for group in groups))
    cut(Chunk.Kind.CANARY, 0, left)
    lanes = itertools.groupby(groups, key=lambda group: (group.first_in_line, group.lane))
    for (_, lane), members in lanes:
        count = sum(group.readers for group in members)
        taken = min(left, count)
        left -= taken
        cut(Chunk.Kind.MAIN, lane, count - taken)
    return made


def release_revision(issue: Issue, view: IssueView, now: dt.datetime) -> Revision:
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
