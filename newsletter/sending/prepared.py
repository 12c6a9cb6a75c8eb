"""A cursor for statements that are repeated all day, whose plans PostgreSQL keeps.

Planning a turn's statements costs the server about as much as doing them (five relations for a
millisecond's work; 15 % more messages a second on two cores). Django prepares nothing, because
behind a pooler a statement is prepared on one connection of the server and asked for on another.
So we look: a pooler greets with a process number of its own, and another process answers.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

# Times a statement is planned anew before its plan is kept (psycopg's own default).
_TIMES = 5
_direct: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()


@contextlib.contextmanager
def cursor() -> Iterator[Any]:
    """As `connection.cursor()`; values go beside the statement, so its text must not change."""
    with connection.cursor() as usual:
        if connection.vendor != "postgresql" or not _is_direct(usual):
            yield usual
            return
    # Here, since a site on SQLite has no psycopg.
    from django.db.backends.postgresql import base

    binding: Any = base.ServerBindingCursor
    with connection.make_cursor(binding(connection.connection)) as keeping:
        yield keeping


def _is_direct(usual: Any) -> bool:
    """Whether nobody stands between us and the server; asked once for each connection."""
    raw = connection.connection
    if raw not in _direct:
        usual.execute("SELECT pg_backend_pid()")
        _direct[raw] = usual.fetchone()[0] == raw.info.backend_pid
        if _direct[raw]:
            raw.prepare_threshold = _TIMES
    return _direct[raw]
