"""What changed since this process last looked, asked of the database four times a second.

So many queries a process, however many publications and requests there are, and none where nobody
asks. Two machines agree within a second, the building of what changed included. While the database
does not answer, what is stored is served on for `STALE_FOR`; then requests meet the database, and
its error, themselves.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, connection

from newsletter.models import Change, change_triggers

from .store import Scope

logger = logging.getLogger(__name__)

# Seconds. What is left of the second is for the query of a busy process, and for building anew.
LOOK_EVERY = 0.25
STALE_FOR = 600.0
# Who did not look for so long may have missed rows that housekeeping took away.
_LONGEST_NAP = 6 * 3600.0
# Others go on with what was true so short a while ago while one thread looks; else they wait.
_SHORT = 0.6
# Who is to keep an answer for a day is given none that may be older. More than _SHORT.
_FRESH = 1.0
# So long a database that does not answer keeps all of them, however many come meanwhile.
_LONGEST_WAIT = 2.0
_NOTHING_YET = 2**62

_TABLE = Change._meta.db_table
# The lowest number that a row committed from now on can have.
_FLOOR = {
    "sqlite": ("id", f"SELECT coalesce(max(id), 0) + 1 AS floor FROM {_TABLE}"),
    "postgresql": (
        '"transaction"',
        "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS floor",
    ),
}


class Changes:
    """The state of looking, one for each process."""

    def __init__(self, forget: Callable[[list[Scope]], None]) -> None:
        self._forget = forget
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """As if nothing had been looked at."""
        self._floor = _NOTHING_YET
        self._known: set[int] = set()
        self._at = self._tried = self._looking = float("-inf")
        self._intact = False

    @property
    def looked(self) -> bool:
        """Whether changes are known from some moment on."""
        return self._floor != _NOTHING_YET

    @property
    def fresh(self) -> bool:
        """Whether nothing that changed more than a second ago is unknown here."""
        return self._intact and time.monotonic() - self._at < _FRESH

    def may_serve(self) -> bool:
        """Whether what is stored is right, after looking if it is time to."""
        now = time.monotonic()
        if now - self._tried >= LOOK_EVERY:
            # One looks. If the database takes long, the others wait for it only where what they
            # know is older than a moment.
            wait = 0 if now - self._at < _SHORT else max(0, self._looking + _LONGEST_WAIT - now)
            if self._lock.acquire(timeout=wait):
                try:
                    self._looking = time.monotonic()
                    if time.monotonic() - self._tried >= LOOK_EVERY:
                        self._look()
                finally:
                    self._lock.release()
        return self._intact and time.monotonic() - self._at < STALE_FOR

    def _look(self) -> None:
        began = time.monotonic()
        if not connection.in_atomic_block:  # Django does this before a request; we are earlier.
            connection.close_if_unusable_or_obsolete()
        try:
            if self._floor == _NOTHING_YET:
                self._intact = change_triggers.intact(connection)
                if not self._intact:
                    logger.error(
                        "The database lacks the triggers that note changes, so every page is "
                        "built for every request. Run `migrate`."
                    )
            floor, rows = _read(self._floor)
        except (DatabaseError, InterfaceError) as error:
            if self._tried <= self._at:
                logger.warning("Finished pages are served unchecked: %s", error)
            self._tried = time.monotonic()
            return
        fresh = [scope for number, scope in rows.items() if number not in self._known]
        if self._floor == _NOTHING_YET:
            fresh = []  # Of before: nothing is stored yet that could be older.
        elif floor < self._floor or began - self._at > _LONGEST_NAP:
            fresh = [Scope()]  # Another database, or one put back: nothing we know holds.
        self._forget(fresh)
        self._floor, self._known = floor, set(rows)
        self._at = self._tried = began


def _read(since: int) -> tuple[int, dict[int, Scope]]:
    """(the floor for the next time, rows from `since` on): one statement, so one snapshot.

    The first time those from the floor on: on PostgreSQL a transaction that is still open, of
    whatever database, keeps the floor below what was committed before, which is no news later.
    """
    column, floor = _FLOOR[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT f.floor, c.id, c.publication, c.issue FROM ({floor}) AS f"
            f" LEFT JOIN {_TABLE} AS c ON c.{column} >= CASE WHEN %s THEN f.floor ELSE %s END",
            [since == _NOTHING_YET, since],
        )
        found = cursor.fetchall()
    rows = {row[1]: Scope(row[2], row[3]) for row in found if row[1] is not None}
    return found[0][0], rows
