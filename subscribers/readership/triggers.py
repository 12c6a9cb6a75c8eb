"""The database itself notes every change of a readership, whoever makes it.

Triggers, because a subscription is changed one at a time by its reader, by the thousand from a
file and by the million when categories are merged: a figure kept by each of these would be wrong
after the first that forgets it. They are made after every `migrate` where they are missing, and
then all is counted once. Before a migration that could not pass them they are taken away.
"""

from __future__ import annotations

import contextlib

from django.db import connections, transaction

from ..bulk import set_aside
from . import folding

_NAMES = ("subscription_joined", "subscription_changed", "subscription_gone")
_INTO = (
    'INSERT INTO subscribers_readerchange (publication_id, "at", old_choice, new_choice, readers)'
)

# A row at a time. The moment is written as Django writes it.
_SQLITE = {
    "subscription_joined": f"""
        AFTER INSERT ON subscribers_subscription WHEN NEW.state = 'active' BEGIN
            {_INTO} VALUES (NEW.publication_id, strftime('%Y-%m-%d %H:%M:%f', 'now'),
                            NULL, NEW.choice, 1);
        END""",
    "subscription_changed": f"""
        AFTER UPDATE OF state, choice ON subscribers_subscription
        WHEN (OLD.state = 'active' OR NEW.state = 'active')
            AND (OLD.state <> NEW.state OR OLD.choice <> NEW.choice) BEGIN
            {_INTO} VALUES (NEW.publication_id, strftime('%Y-%m-%d %H:%M:%f', 'now'),
                            CASE WHEN OLD.state = 'active' THEN OLD.choice END,
                            CASE WHEN NEW.state = 'active' THEN NEW.choice END, 1);
        END""",
    "subscription_gone": f"""
        AFTER DELETE ON subscribers_subscription WHEN OLD.state = 'active' BEGIN
            {_INTO} VALUES (OLD.publication_id, strftime('%Y-%m-%d %H:%M:%f', 'now'),
                            OLD.choice, NULL, 1);
        END""",
}

# A statement at a time, by its transition tables: a file of a million rows is a few hundred.
_POSTGRESQL = {
    "subscription_joined": (
        "AFTER INSERT ON subscribers_subscription REFERENCING NEW TABLE AS now_rows",
        f"""{_INTO} SELECT publication_id, now(), NULL, choice, count(*) FROM now_rows
            WHERE state = 'active' GROUP BY publication_id, choice;""",
    ),
    "subscription_changed": (
        "AFTER UPDATE ON subscribers_subscription"
        " REFERENCING OLD TABLE AS old_rows NEW TABLE AS now_rows",
        f"""{_INTO} SELECT n.publication_id, now(),
                CASE WHEN o.state = 'active' THEN o.choice END,
                CASE WHEN n.state = 'active' THEN n.choice END, count(*)
            FROM now_rows n JOIN old_rows o ON o.id = n.id
            WHERE (o.state = 'active' OR n.state = 'active')
                AND (o.state <> n.state OR o.choice <> n.choice)
            GROUP BY 1, 3, 4;""",
    ),
    "subscription_gone": (
        "AFTER DELETE ON subscribers_subscription REFERENCING OLD TABLE AS old_rows",
        f"""{_INTO} SELECT publication_id, now(), choice, NULL, count(*) FROM old_rows
            WHERE state = 'active' GROUP BY publication_id, choice;""",
    ),
}


def joining_in_bulk() -> contextlib.AbstractContextManager[object]:
    """Within, many subscriptions are inserted: noted by their choices, as on PostgreSQL."""
    return set_aside(
        "subscription_joined",
        "subscribers_subscription",
        f"""{_INTO} SELECT publication_id, strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now'),
                NULL, choice, count(*)
            FROM subscribers_subscription WHERE id > %s AND state = 'active'
            GROUP BY +publication_id, choice""",
    )


def remove(using: str = "default") -> None:
    """Take them away: before tables are changed or filled from a backup; then `ensure`.

    SQLite refuses to rename or drop a table or column while a trigger names what is not there,
    and rows of a backup are no readers who join.
    """
    connection = connections[using]
    if "subscribers_subscription" not in connection.introspection.table_names():
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for name in _NAMES:
            if connection.vendor == "postgresql":  # The trigger goes with its function.
                cursor.execute(f"DROP FUNCTION IF EXISTS {name} CASCADE")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def ensure(using: str = "default") -> bool:
    """Make the triggers if one is missing, and count anew; whether that was so."""
    connection = connections[using]
    tables = {"subscribers_subscription", "subscribers_readerchange"}
    if not tables <= set(connection.introspection.table_names()):
        return False  # Migrated to a state before these tables.
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname = ANY(%s)", [list(_NAMES)])
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        if set(_NAMES) <= {row[0] for row in cursor.fetchall()}:
            return False
        if connection.vendor == "postgresql":
            for name, (event, body) in _POSTGRESQL.items():
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
                    f" $body$ BEGIN {body} RETURN NULL; END $body$"
                )
                cursor.execute(
                    f"CREATE OR REPLACE TRIGGER {name} {event}"
                    f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
                )
        else:
            for name, body in _SQLITE.items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(f"CREATE TRIGGER {name} {body}")
        # Making a trigger locked the table against writers, so nothing falls in between. What was
        # noted before they were taken away still belongs to its days.
        while folding.fold():
            pass
        folding.recount(cursor)
    return True
