"""Finding rows by any part of a text, at a million rows as fast as at a thousand.

An index of every three characters in a row: FTS5's trigram tokenizer on SQLite, kept by triggers
(https://sqlite.org/fts5.html#the_trigram_tokenizer), and pg_trgm on PostgreSQL. Like the triggers
of the readership it is made after every `migrate` where it is missing, since SQLite drops triggers
when a migration remakes their table; then all rows are indexed anew.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DatabaseError, connection, connections, transaction

from .bulk import set_aside

log = logging.getLogger(__name__)

# A shorter text has no trigram: an index could not find it.
SHORTEST = 3
# Rows of the index that a search looks at: a text that half of all rows hold is answered as soon
# as one that few do. Whoever does not find theirs among them types another letter.
MOST = 500
# Pages merged in one step after an erasure (`forget`); some milliseconds each.
_PAGES = 300
# What FTS5 does by itself: https://sqlite.org/fts5.html#the_automerge_configuration_option
_USUAL = 4
_GATHERED = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Trigrams:
    """An index over text columns of a table whose key is `id`."""

    table: str
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """The index, and what its triggers are called after."""
        return f"{self.table}_trigrams"


READERS = Trigrams("subscribers_subscriber", ("address", "name"))


def ensure(index: Trigrams, using: str = "default") -> bool:
    """Make the index if it or a trigger of it is missing; whether that was so."""
    db = connections[using]
    with db.cursor() as cursor:
        if index.table not in db.introspection.table_names(cursor):
            return False
    if db.vendor == "postgresql":
        return _postgresql(index, using)
    with transaction.atomic(using=using), db.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM sqlite_master WHERE name IN (%s, %s, %s, %s)",
            [index.name, *(f"{index.name}_{event}" for event in ("in", "to", "out"))],
        )
        if cursor.fetchone()[0] == 4:
            return False
        for statement in _sqlite(index):
            cursor.execute(statement)
    return True


def _sqlite(index: Trigrams) -> list[str]:
    name, table, columns = index.name, index.table, ", ".join(index.columns)
    new = ", ".join(f"NEW.{column}" for column in index.columns)
    old = ", ".join(f"OLD.{column}" for column in index.columns)
    changed = " OR ".join(f"OLD.{column} <> NEW.{column}" for column in index.columns)
    out = f"INSERT INTO {name} ({name}, rowid, {columns}) VALUES ('delete', OLD.id, {old});"
    put = f"INSERT INTO {name} (rowid, {columns}) VALUES (NEW.id, {new});"
    return [
        *(f"DROP TRIGGER IF EXISTS {name}_{event}" for event in ("in", "to", "out")),
        f"DROP TABLE IF EXISTS {name}",
        # No positions: LIKE needs none, and the index is half as large. The column is kept, or a
        # text that all addresses hold would be looked for in the name of every reader.
        f"""CREATE VIRTUAL TABLE {name} USING fts5({columns}, content='{table}',
            content_rowid='id', tokenize='trigram', detail='column')""",
        f"INSERT INTO {name} ({name}) VALUES ('rebuild')",
        f"CREATE TRIGGER {name}_in AFTER INSERT ON {table} BEGIN {put} END",
        f"CREATE TRIGGER {name}_to AFTER UPDATE OF {columns} ON {table} WHEN {changed}"
        f" BEGIN {out} {put} END",
        f"CREATE TRIGGER {name}_out AFTER DELETE ON {table} BEGIN {out} END",
    ]


@contextlib.contextmanager
def in_bulk(index: Trigrams) -> Iterator[None]:
    """Within, many rows are inserted, each with a higher id than all before: indexed in one go.

    FTS5 closes what it has gathered with every statement, so rows that its trigger puts in one by
    one cost five times as much as the same rows in one statement (SQLite 3.40, 50,000 addresses:
    2.6 s and 0.5 s). Segments are then merged sixteen at a time, not four: of 600,000 addresses
    that saves a third. Eight times as much gathered in memory makes fewer of them: a tenth of the
    time of a million readers. All as before for who writes next, in the same transaction.
    """
    columns = ", ".join(index.columns)
    with set_aside(
        f"{index.name}_in",
        index.table,
        f"INSERT INTO {index.name} (rowid, {columns})"
        f" SELECT id, {columns} FROM {index.table} WHERE id > %s ORDER BY id",
    ) as aside:
        if aside:
            _write_by(index, segments=0, gathered=8 * _GATHERED)
        yield
    if aside:
        _write_by(index, segments=_USUAL, gathered=_GATHERED)


def _write_by(index: Trigrams, *, segments: int, gathered: int) -> None:
    """How many segments of one size FTS5 merges, some of them with each write (0: as late as it
    can), and how many bytes it gathers in memory before it writes a segment."""
    with connection.cursor() as cursor:
        for option, value in (("automerge", segments), ("hashsize", gathered)):
            cursor.execute(
                f"INSERT INTO {index.name} ({index.name}, rank) VALUES (%s, %s)", [option, value]
            )


def _postgresql(index: Trigrams, using: str) -> bool:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"{index.name}_{index.columns[-1]}"])
        if cursor.fetchone()[0] is not None:
            return False
    try:
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            # A trusted extension: whoever owns the database may make it (PostgreSQL 13).
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            for column in index.columns:
                cursor.execute(
                    f"CREATE INDEX IF NOT EXISTS {index.name}_{column} ON {index.table}"
                    f" USING gin ({column} gin_trgm_ops)"
                )
    except DatabaseError as error:
        log.warning("pg_trgm cannot be used, so searching %s is slow: %s", index.table, error)
        return False
    return True


def matching(index: Trigrams, text: str, most: int = MOST) -> list[int]:
    """Ids of rows that hold the text in one of the columns, whatever its case, the newest first.

    Empty for a text of fewer than SHORTEST characters. `%` and `_` stand for themselves. With
    `most` ids there may be more, of which on PostgreSQL any may be missing.
    """
    if len(text) < SHORTEST:
        return []
    find = _in_postgresql if connection.vendor == "postgresql" else _in_sqlite
    found: set[int] = set()
    for column in index.columns:
        # A text that every address holds would be looked for in every name, for nothing.
        if len(found) < most:
            found.update(find(index, column, text, most))
    return sorted(found, reverse=True)[:most]


def _in_postgresql(index: Trigrams, column: str, text: str, most: int) -> list[int]:
    pattern = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM {index.table} WHERE {column} ILIKE %s LIMIT %s",
            [f"%{pattern}%", most],
        )
        return [row[0] for row in cursor.fetchall()]


def _in_sqlite(index: Trigrams, column: str, text: str, most: int) -> list[int]:
    low = text.lower()
    with connection.cursor() as cursor:
        # With ESCAPE, LIKE would not use the index: what a wildcard lets in is left out here.
        cursor.execute(
            f"SELECT rowid, {column} FROM {index.name} WHERE {column} LIKE %s"
            " ORDER BY rowid DESC LIMIT %s",
            [f"%{text}%", most],
        )
        return [pk for pk, value in cursor.fetchall() if low in value.lower()]


def forget(index: Trigrams) -> bool:
    """One step of rewriting an SQLite index without what was deleted; True once nothing is left.

    A deletion only marks a row's trigrams as gone; merging all segments drops both. In steps,
    since each holds the write lock.
    """
    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        before = cursor.execute("SELECT total_changes()").fetchone()[0]
        cursor.execute(f"INSERT INTO {index.name} ({index.name}, rank) VALUES ('merge', {-_PAGES})")
        after = cursor.execute("SELECT total_changes()").fetchone()[0]
    # By the manual: fewer than two changes say that there was nothing to merge.
    return bool(after - before < 2)
