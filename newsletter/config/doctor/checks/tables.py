"""Every table and column that the code reads is there, whatever the migrations say."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import connection, router

from ..findings import Finding, bad, good
from ..findings import said as _
from ..surroundings import Surroundings

NAME, PLACE = "tables", 30

# (table, column) of the whole database in one statement.
_CATALOGUE = {
    "sqlite": "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c",
    "postgresql": """SELECT table_name, column_name FROM information_schema.columns
                     WHERE table_schema = ANY (current_schemas(false))""",
}


def look(site: Surroundings) -> Iterator[Finding]:
    """Compare the catalogue of the database with the models."""
    with connection.cursor() as cursor:
        cursor.execute(_CATALOGUE[connection.vendor])
        there = {(table, column) for table, column in cursor.fetchall()}
    tables = {table for table, _column in there}
    lost: list[str] = []
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if not model._meta.managed or model._meta.proxy:
            continue
        if not router.allow_migrate_model(connection.alias, model):
            continue  # A host may keep tables of its own in another database.
        if table not in tables:
            lost.append(table)
            continue
        wanted = sorted(f.column for f in model._meta.local_concrete_fields if f.column)
        lost += [f"{table}.{column}" for column in wanted if (table, column) not in there]
    if lost:
        yield bad(
            _("Not in the database: %(names)s", names=", ".join(lost[:5])),
            _(
                "Run: sudi upgrade. If that changes nothing, a table was dropped by hand: restore"
                " the last backup."
            ),
        )
    else:
        yield good(_("Every table and column is there."))
