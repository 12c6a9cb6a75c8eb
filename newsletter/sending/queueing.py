"""The queue of an issue: its readers in order, numbered, and cut into chunks. Part of the freeze.

On SQLite the queue is a table of its own, sorted once; on PostgreSQL a window function.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import connection

from newsletter.editions import EditionKey
from newsletter.editions.audience import REASONS, Readers
from newsletter.models import PLACES, Chunk, Issue

CHUNK = 500


class Group(NamedTuple):
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


def groups_of(source: Readers) -> list[Group]:
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
        Group(
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


def insert(
    issue: Issue,
    source: Readers,
    groups: list[Group],
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


def chunks_of(issue: Issue, groups: list[Group], canary: int, now: dt.datetime) -> list[Chunk]:
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
