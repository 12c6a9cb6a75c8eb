"""A cursor for the statements of every turn: their plans are kept, and nothing else is done.

On SQLite it is the database's own cursor: Django's takes as long over a statement as SQLite does.

On PostgreSQL the turn's statements are prepared, since planning them costs the server about as
much as running them (five tables for a millisecond's work; prepared, 15 % more messages a second on
two cores). Django prepares nothing, because behind a connection pooler a statement may be prepared
on one connection of the server and asked for on another. So we find out: a pooler greets with a
process number of its own, and `pg_backend_pid()` then gives another.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

# Times a statement is planned anew before its plan is kept (psycopg's own default).
_TIMES = 5
_direct: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()


@contextlib.contextmanager
def cursor() -> Iterator[Any]:
    """As `connection.cursor()`. Values go in as parameters: a plan is kept by its statement."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with connection.wrap_database_errors, contextlib.closing(_Plain()) as plain:
            yield plain
        return
    with connection.cursor() as usual:
        if not _is_direct(usual):
            yield usual
            return
    # Here, since a site on SQLite has no psycopg.
    from django.db.backends.postgresql import base

    binding: Any = base.ServerBindingCursor
    with connection.make_cursor(binding(connection.connection)) as keeping:
        yield keeping


class _Plain:
    """SQLite's cursor, for statements with `%s` for each value as Django's have."""

    def __init__(self) -> None:
        self._cursor = connection.connection.cursor()
        self.fetchone, self.fetchall = self._cursor.fetchone, self._cursor.fetchall
        self.close = self._cursor.close

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        self._cursor.execute(sql.replace("%s", "?"), values)


def _is_direct(usual: Any) -> bool:
    """Whether no pooler is between us and the server; asked once for each connection."""
    raw = connection.connection
    if raw not in _direct:
        usual.execute("SELECT pg_backend_pid()")
        _direct[raw] = usual.fetchone()[0] == raw.info.backend_pid
        if _direct[raw]:
            raw.prepare_threshold = _TIMES
    return _direct[raw]
