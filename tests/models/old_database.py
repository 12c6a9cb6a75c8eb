"""A database as 0.1.0 left it, brought to today's tables: what an upgrade starts from.

`tests/data/upgrade/0.1.0.json` was written by 0.1.0 itself (`make.py` beside it). Its rows are
inserted by plain SQL into the tables of 0.1.0's own migrations, then today's `migrate` runs.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction

from newsletter.config.backup.copying import step_by_step
from newsletter.sending.engine import journal
from tests.conftest import POSTGRES, _admin_psql

FILE = Path(__file__).resolve().parent.parent / "data" / "upgrade" / "0.1.0.json"
Row = tuple[Any, ...]
# Where 0.1.0's journals have the boot id of the machine, behind the name of their format.
_BOOT = 16


@dataclass(frozen=True)
class Table:
    """A table's rows by their key, under the columns it had at 0.1.0."""

    columns: tuple[str, ...]
    rows: dict[Any, Row]


@dataclass(frozen=True)
class Old:
    """What 0.1.0 wrote down, and its tables as they were just before today's migrations."""

    facts: dict[str, Any]
    before: dict[str, Table]
    database: str

    def files(self, folder: Path) -> None:
        """Put 0.1.0's files (imports that wait, a lost worker's journal) into a DATA_DIR.

        The journal becomes one of this boot of this machine, as after an upgrade in place.
        """
        for name, packed in self.facts["files"].items():
            path = folder / name
            path.parent.mkdir(mode=0o700, exist_ok=True)
            data = bytearray(zlib.decompress(base64.b64decode(packed)))
            if path.parent.name == "journal":
                boot = journal.boot_id()
                data[_BOOT : _BOOT + len(boot)] = boot
            path.write_bytes(data)


@contextmanager
def using(name: str) -> Iterator[None]:
    """Let every thread's connection go to this database meanwhile."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """A new database of the run's kind; its name."""
    if not POSTGRES:
        yield str(folder / "0.1.0.sqlite3")
        return
    name = f"sudi_upgrade_{uuid.uuid4().hex[:8]}"
    _admin_psql(os.environ["DATABASE_URL"], f'CREATE DATABASE "{name}"')
    try:
        yield name
    finally:
        _drop(name)


@contextmanager
def copy_of(database: str, folder: Path) -> Iterator[None]:
    """Use a copy of a database, so that one test does not see another's changes."""
    if not POSTGRES:
        path = folder / "copy.sqlite3"
        shutil.copy(database, path)
        with using(str(path)):
            yield
        return
    name = f"sudi_upgrade_{uuid.uuid4().hex[:8]}"
    _admin_psql(os.environ["DATABASE_URL"], f'CREATE DATABASE "{name}" TEMPLATE "{database}"')
    try:
        with using(name):
            yield
    finally:
        _drop(name)


def _drop(name: str) -> None:
    _admin_psql(os.environ["DATABASE_URL"], f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def upgraded(database: str) -> Old:
    """Build 0.1.0's database under this name, then run today's migrations on it."""
    facts = json.loads(FILE.read_text())
    tables = {
        key.removeprefix("table "): facts.pop(key)
        for key in list(facts)
        if key.startswith("table ")
    }
    with using(database):
        _tables_of_then(facts["migrations"])
        with transaction.atomic():
            for name, rows in tables.items():
                _insert(name, *rows)
        before = {name: table(name, tuple(rows[0])) for name, rows in tables.items()}
        call_command("migrate", verbosity=0)
    return Old(facts, before, database)


def _tables_of_then(applied: list[tuple[str, str]]) -> None:
    """The last migration of each app that 0.1.0 had, and what those need; nothing newer."""
    last: dict[str, str] = dict(applied)
    assert last["subscribers"] == "0003_words_of_publication"
    assert last["newsletter"] == "0002_cheaper_check"
    step_by_step().migrate(list(last.items()))
    connection.close()


def _insert(table: str, columns: list[str], *rows: list[Any]) -> None:
    quoted = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{table}"')
        if not rows:
            return
        if POSTGRES:
            types = _types(table)
            places = ", ".join(f"%s::{types[column]}" for column in columns)
        else:
            places = ", ".join("%s" for _column in columns)
        cursor.executemany(
            f'INSERT INTO "{table}" ({quoted}) VALUES ({places})',
            [[_value(value) for value in row] for row in rows],
        )
        if POSTGRES:
            _move_sequences(table)


def _value(value: Any) -> Any:
    if isinstance(value, dict) and "base64" in value:
        return base64.b64decode(value["base64"])
    if isinstance(value, dict):
        return zlib.decompress(base64.b64decode(value["zlib"])).decode()
    return value


def _types(table: str) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, udt_name FROM information_schema.columns WHERE table_name = %s",
            [table],
        )
        return {name: f'"{kind}"' for name, kind in cursor.fetchall()}


def _move_sequences(table: str) -> None:
    """What PostgreSQL counts by itself goes on behind the rows inserted with their numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND is_identity = 'YES'",
            [table],
        )
        for (column,) in cursor.fetchall():
            cursor.execute(
                f'SELECT setval(pg_get_serial_sequence(%s, %s), max("{column}")) FROM "{table}"',
                [table, column],
            )


def table(name: str, columns: tuple[str, ...]) -> Table:
    """The rows as they stand, by their key: the first column, or the two of an outcome."""
    kept = ", ".join(f'"{column}"' for column in columns)
    key = ("delivery_id", "round") if name == "newsletter_outcome" else columns[:1]
    places = [columns.index(column) for column in key]
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {kept} FROM "{name}"')
        rows = [tuple(_comparable(value) for value in row) for row in cursor.fetchall()]
    return Table(columns, {tuple(row[place] for place in places): row for row in rows})


def _comparable(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
