"""Changes of the readership are added to its figures, in the background and in batches."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Q

from ..models import Category, Publication, ReaderChange
from ..times import zone_of
from .figures import Change, Effects, counted, effects

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

# Rows of one transaction, and seconds of one turn: a large file is folded over several.
BATCH = 5_000
PATIENCE = 2.0
# What is read of a change: publication, moment, old and new choice, readers.
COLUMNS = ("publication_id", "at", "old_choice", "new_choice", "readers")
Row = tuple[int, dt.datetime, int | None, int | None, int]


def sweep() -> int:
    """Fold what is there, for at most PATIENCE seconds; how many rows. Called by housekeeping."""
    until, done = time.monotonic() + PATIENCE, 0
    while rows := fold():
        done += rows
        if rows < BATCH or time.monotonic() > until:
            break
    return done


def fold(limit: int = BATCH) -> int:
    """Add the oldest changes to the figures and delete them, in one transaction; how many.

    Two at once fold different rows (PostgreSQL) or one after the other (SQLite).
    """
    skips = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        rows = ReaderChange.objects.order_by("pk")
        if skips:
            rows = rows.select_for_update(skip_locked=True)
        taken = list(rows.values_list("pk", *COLUMNS)[:limit])
        if not taken:
            return 0
        about = [row[1:] for row in taken]
        found = effects(as_changes(about), owners({row[0] for row in about}))
        with connection.cursor() as cursor:
            store(cursor, found)
        # By range where nobody else can have written in between.
        gone = Q(pk__in=[row[0] for row in taken]) if skips else Q(pk__lte=taken[-1][0])
        done = ReaderChange.objects.filter(gone)
        done._raw_delete(done.db)  # Nothing refers to these rows.
        return len(taken)


def as_changes(rows: Iterable[Row]) -> list[Change]:
    """Rows of COLUMNS with the day each falls on in its publication's zone."""
    rows = list(rows)
    zones = {
        pk: zone_of(name)
        for pk, name in Publication.objects.filter(pk__in={row[0] for row in rows}).values_list(
            "pk", "time_zone"
        )
    }
    # A large change has one moment, or few.
    days: dict[tuple[int, dt.datetime], dt.date] = {}
    found = []
    for publication, at, old, new, readers in rows:
        if publication not in zones:
            continue
        day = days.get((publication, at))
        if day is None:
            day = days[publication, at] = at.astimezone(zones[publication]).date()
        found.append(Change(publication, day, old, new, readers))
    return found


def owners(publications: Iterable[int]) -> dict[tuple[int, int], int]:
    """(publication, bit) -> the category that owns the bit now."""
    rows = Category.objects.filter(publication__in=publications, bit__isnull=False)
    return {
        (publication, bit): pk
        for pk, publication, bit in rows.values_list("pk", "publication_id", "bit")
        if bit is not None
    }


def store(cursor: CursorWrapper, found: Effects) -> None:
    """Add to the kept figures; rows in one order, so that two at once never wait in a circle."""
    counts = [(*key, readers) for key, readers in sorted(found.counts.items()) if readers]
    days = [(*key, found.won[key], found.lost[key]) for key in sorted({*found.won, *found.lost})]
    _upsert(
        cursor,
        "subscribers_readercount (publication_id, bit, readers)",
        "(publication_id, bit) DO UPDATE SET readers = subscribers_readercount.readers"
        " + excluded.readers",
        counts,
    )
    _upsert(
        cursor,
        "subscribers_readerday (publication_id, category, day, won, lost)",
        "(publication_id, day, category) DO UPDATE SET"
        " won = subscribers_readerday.won + excluded.won,"
        " lost = subscribers_readerday.lost + excluded.lost",
        days,
    )


def _upsert(cursor: CursorWrapper, into: str, conflict: str, rows: list[Any]) -> None:
    for start in range(0, len(rows), 100):
        some = rows[start : start + 100]
        one = f"({', '.join('%s' for _value in some[0])})"
        cursor.execute(
            f"INSERT INTO {into} VALUES {', '.join(one for _row in some)} ON CONFLICT {conflict}",
            [value for row in some for value in row],
        )


def recount(cursor: CursorWrapper) -> None:
    """Count all readers once: where figures begin to be kept, or were not for a while."""
    cursor.execute("DELETE FROM subscribers_readerchange")
    cursor.execute("DELETE FROM subscribers_readercount")
    cursor.execute(
        "SELECT publication_id, choice, count(*) FROM subscribers_subscription"
        " WHERE state = 'active' GROUP BY publication_id, choice"
    )
    store(cursor, Effects(counts=counted(cursor.fetchall())))
