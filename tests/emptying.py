"""Empties the database behind a test that commits: only the tables that hold rows.

Django's own way truncates every table, announces the new permissions and has the triggers and
indexes of the apps looked after again. With several hundred such tests that was a tenth of a run.
"""

from __future__ import annotations

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

# Written by migrating, and the same for every test.
_KEPT = {"django_migrations", "django_content_type", "auth_permission"}
_ROUNDS = 4  # What the triggers of one table note in another goes in the next.

_tables: dict[str, list[str]] = {}


def install() -> None:
    """Let every transactional test end in this way."""
    TransactionTestCase._fixture_teardown = _empty  # type: ignore[method-assign]


def _empty(case: TransactionTestCase) -> None:
    for alias in case._databases_names(include_mirrors=False):  # type: ignore[attr-defined]
        empty(connections[alias])


def empty(connection: BaseDatabaseWrapper) -> None:
    """Delete every row that tests made; foreign keys are looked at when all are gone."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Without triggers, and without the order of the foreign keys.
            cursor.execute("SET LOCAL session_replication_role = replica")
        for _round in range(_ROUNDS):
            filled = _filled(connection, cursor)
            for table in filled:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
            if not filled:
                return
    raise AssertionError(f"{filled} fill again whenever they are emptied")


def _filled(connection: BaseDatabaseWrapper, cursor: Any) -> list[str]:
    if connection.alias not in _tables:
        names = connection.introspection.django_table_names(only_existing=True, include_views=False)
        _tables[connection.alias] = sorted({*names} - _KEPT)
    quote = connection.ops.quote_name
    rows = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quote(table)})"
        for table in _tables[connection.alias]
    )
    cursor.execute(rows)
    return [table for (table,) in cursor.fetchall()]
