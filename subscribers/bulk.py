"""SQLite: what a trigger does for each row, done once for many.

SQLite's triggers run row by row. A file of readers brings ten thousand at a time, for which one
statement does the same in a fraction of the time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import connection, transaction


@contextlib.contextmanager
def set_aside(trigger: str, table: str, instead: str) -> Iterator[bool]:
    """Within, rows put into `table` do not fire its insert `trigger`; `instead` is executed after.

    Gives whether that is so.

    `instead` is one statement; its `%s` is the highest id there was, and new rows have higher
    ones. The trigger is made again in the caller's transaction: whoever else looks sees it in its
    place, and a process that is killed leaves it there. Elsewhere than on SQLite, and where the
    trigger is missing, nothing is different.
    """
    if connection.vendor != "sqlite":
        yield False
        return
    # A savepoint: an error within, whoever catches it, brings the trigger back.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = %s", [trigger]
        )
        made = cursor.fetchone()
        if made is None:
            yield False
            return
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")
        (last,) = cursor.fetchone()
        cursor.execute(f"DROP TRIGGER {trigger}")
        yield True
        cursor.execute(instead, [last])
        # As it is, not as a format: its text may hold `%`.
        cursor.execute(made[0])
