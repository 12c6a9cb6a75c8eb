"""The database into a folder and back: of one moment, while others read and write.

SQLite: its own online backup, one read transaction. PostgreSQL: COPY of every table within one
REPEATABLE READ transaction, so that no program of PostgreSQL's need be installed beside Python,
and the dump may be read in by a later version of the server.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from subscribers.readership import triggers

_SQLITE = "database.sqlite3"
_MIGRATIONS = "django_migrations"


def migrations() -> list[list[str]]:
    """Every migration that is applied, as [app, name], in the order they were."""
    rows = MigrationRecorder.Migration.objects.order_by("pk").values_list("app", "name")
    return [list(row) for row in rows]


def copy_out(folder: Path) -> None:
    """Write the whole database into files of this folder."""
    if connection.vendor == "sqlite":
        _sqlite_out(folder / _SQLITE)
    else:
        _postgres_out(folder)


def copy_in(folder: Path, done: list[list[str]]) -> None:
    """Put the database that was copied out in the place of the present one.

    `done` are its migrations; what this version has more is applied afterwards.
    """
    if connection.vendor == "sqlite":
        _sqlite_in(folder / _SQLITE)
    else:
        _postgres_in(folder, done)
    call_command("migrate", verbosity=0, skip_checks=True)


# ---- SQLite


def _sqlite_out(path: Path) -> None:
    connection.ensure_connection()
    with contextlib.closing(sqlite3.connect(path)) as copy:
        # All pages in one step: a writer beside us would otherwise make it begin again for ever.
        connection.connection.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode=DELETE")  # One file, without a log beside it.


def _sqlite_in(path: Path) -> None:
    """Written into the file that is there, under its locks: others see the old or the new."""
    with contextlib.closing(sqlite3.connect(path)) as copy:
        if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise ValueError("the copy of the database is damaged")
        connection.ensure_connection()
        copy.backup(connection.connection, pages=-1)
    connection.close()  # It set the file's mode of journal anew when it is opened again.


# ---- PostgreSQL


def _tables() -> list[str]:
    """The tables of all apps that are there."""
    names = connection.introspection.django_table_names(only_existing=True)
    return sorted(set(names) - {_MIGRATIONS})


def _written_columns(cursor: Any, table: str) -> list[str]:
    """All columns but those that PostgreSQL reckons itself: COPY takes none of them."""
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        [connection.ops.quote_name(table)],
    )
    return [name for (name,) in cursor.fetchall()]


@contextlib.contextmanager
def _of_one_moment() -> Iterator[Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield cursor


def _postgres_out(folder: Path) -> None:
    quoted = connection.ops.quote_name
    with _of_one_moment() as cursor:
        for table in _tables():
            columns = _written_columns(cursor, table)
            (folder / f"{table}.columns").write_text(json.dumps(columns))
            named = ", ".join(map(quoted, columns))
            with (
                (folder / f"{table}.copy").open("wb") as file,
                cursor.copy(f"COPY {quoted(table)} ({named}) TO STDOUT") as copy,
            ):
                for block in copy:
                    file.write(block)


def _postgres_in(folder: Path, done: list[list[str]]) -> None:
    _migrate_to(done)
    triggers.remove()  # Readers of the copy do not join now; `migrate` makes them again.
    quoted = connection.ops.quote_name
    with transaction.atomic(), connection.cursor() as cursor:
        tables = _tables()
        cursor.execute(f"TRUNCATE {', '.join(map(quoted, tables))}")
        for columns in sorted(folder.glob("*.columns")):
            table = columns.stem
            if table not in tables:
                raise ValueError(f"the copy has a table {table!r} that this version has not")
            named = ", ".join(map(quoted, json.loads(columns.read_text())))
            with (
                (folder / f"{table}.copy").open("rb") as file,
                cursor.copy(f"COPY {quoted(table)} ({named}) FROM STDIN") as copy,
            ):
                while block := file.read(1 << 20):
                    copy.write(block)
        models = apps.get_models(include_auto_created=True)
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _migrate_to(done: list[list[str]]) -> None:
    """Bring the tables to where the copied database was: its rows fit no others."""
    there = {(app, name) for app, name in done}
    if there.issuperset(MigrationExecutor(connection).loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, skip_checks=True)
        return
    newest: dict[str, str] = {}
    for app, name in done:
        newest[app] = max(newest.get(app, ""), name)
    step_by_step().migrate(list(newest.items()))


def step_by_step() -> MigrationExecutor:
    """One that knows each step to this version, also those that a new site takes at once."""
    executor = MigrationExecutor(connection)
    executor.loader = MigrationLoader(connection, replace_migrations=False)
    return executor
