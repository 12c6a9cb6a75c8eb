"""Nothing of a deleted address stays in SQLite's files.

Deleted bytes are overwritten where they stood (`PRAGMA secure_delete` in the settings), but the
write-ahead log keeps old pages until it is cut. It can only be cut while nobody reads from it, so
that is tried in every sweep until it works. PostgreSQL reuses space by its own vacuum.
"""

from __future__ import annotations

from django.db import connection
from django.utils import timezone

from . import trigrams
from .models import Limit

# A row in the database, because it is another process that cuts the log.
_FLAG = "scrub:wal"
# The index of readers still holds what was deleted, and is merged step by step.
_INDEX = "scrub:trigrams"
_PATIENCE_MS = 250


def note() -> None:
    """Something personal was just deleted: the log must be cut."""
    if connection.vendor == "sqlite":
        for flag in (_INDEX, _FLAG):
            _raise(flag)


def _raise(flag: str) -> None:
    Limit.objects.get_or_create(
        key=flag, defaults={"interval": 0, "burst": 1, "free_at": timezone.now()}
    )


def sweep() -> bool:
    """Cut the log if that is due; True when nothing is left to do. Never waits long."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return True
    if Limit.objects.filter(key=_INDEX).exists():
        if not trigrams.forget(trigrams.READERS):
            _raise(_FLAG)
            return False
        Limit.objects.filter(key=_INDEX).delete()
        _raise(_FLAG)
    if not Limit.objects.filter(key=_FLAG).exists():
        return True
    Limit.objects.filter(key=_FLAG).delete()
    with connection.cursor() as cursor:
        # While it waits for readers it holds up writers, so it must not wait for a minute.
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
        try:
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            cursor.execute(f"PRAGMA busy_timeout={int(usual)}")
    if busy:
        _raise(_FLAG)
        return False
    return True
