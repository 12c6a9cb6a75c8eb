"""What a database says of its own tables, so that two can be compared."""

from __future__ import annotations

import re

from django.db import connection

# In the order of a name, whichever order they were made in.
_POSTGRESQL = (
    """SELECT 'column', table_name, column_name, data_type, character_maximum_length,
              is_nullable, column_default, collation_name, generation_expression
       FROM information_schema.columns WHERE table_schema = 'public'""",
    """SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
       FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'""",
    "SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
       FROM pg_trigger WHERE NOT tgisinternal""",
)
_SQLITE = (
    """SELECT 'column', t.name, c.name, upper(c.type), c."notnull", c.dflt_value, c.pk, c.hidden
       FROM sqlite_master t, pragma_table_xinfo(t.name) c WHERE t.type = 'table'""",
    """SELECT 'key', t.name, k."from", k."table", k."to", k.on_delete
       FROM sqlite_master t, pragma_foreign_key_list(t.name) k WHERE t.type = 'table'""",
    "SELECT type, tbl_name, name, sql FROM sqlite_master WHERE type <> 'table' AND sql <> ''",
    "SELECT 'table', name, '', sql FROM sqlite_master WHERE type = 'table'",
)


def catalogue() -> set[tuple[object, ...]]:
    """Columns, keys, constraints, indexes and triggers of the connection's database."""
    found: set[tuple[object, ...]] = set()
    with connection.cursor() as cursor:
        for statement in _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement)
            for row in cursor.fetchall():
                found |= _constraints(*row[1::2]) if row[0] == "table" else {row}
    return found


def _constraints(table: str, sql: str) -> set[tuple[object, ...]]:
    """The constraints with a name in the text by which SQLite keeps a table."""
    plain = re.sub(rf'"(new__)?{table}"\.', "", sql)
    parts = re.split(r',\s*(?=CONSTRAINT ")', plain)[1:]
    return {("constraint", table, re.sub(r"\s+", " ", part).rstrip(") ")) for part in parts}
