"""Whether a database has readers, asked before Django knows any: may LINK_KEYS be made up?

Asked only where there are no LINK_KEYS, which is once in the life of a site. Readers are known,
and suppressions found, by these keys: made up beside a database that has some, every link would
act for nobody and every import make everybody anew.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

_TABLES = ("subscribers_subscriber", "subscribers_suppression")


def refuse_beside_readers(database: dict[str, Any]) -> None:
    """Raise ImproperlyConfigured if this database (an entry of DATABASES) has people in it."""
    sqlite = database["ENGINE"].endswith("sqlite3")
    if _of_sqlite(Path(database["NAME"])) if sqlite else _of_postgres(database):
        raise ImproperlyConfigured(
            "LINK_KEYS is not set, and the database has readers who are known by the keys it was"
            " set up with. Take LINK_KEYS from the machine that runs the site, or"
            " DATA_DIR/secrets/LINK_KEYS from the backup. None were made up."
        )


def _of_sqlite(path: Path) -> bool:
    if not path.exists():
        return False
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=10)) as connection:
        for table in _TABLES:
            with contextlib.suppress(sqlite3.OperationalError):  # Not set up yet.
                if connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
                    return True
    return False


def _of_postgres(database: dict[str, Any]) -> bool:
    import psycopg

    named = {
        "dbname": database["NAME"], "user": database["USER"], "password": database["PASSWORD"],
        "host": database["HOST"], "port": database["PORT"],
    }  # fmt: skip
    options = {name: value for name, value in named.items() if value} | database["OPTIONS"]
    try:
        with psycopg.connect(**options, connect_timeout=10, autocommit=True) as connection:
            for table in _TABLES:
                with contextlib.suppress(psycopg.errors.UndefinedTable):
                    if connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
                        return True
    except psycopg.OperationalError as error:
        raise ImproperlyConfigured(
            "LINK_KEYS is not set, and the database cannot be asked whether it has readers already:"
            f" {str(error).strip()}. Set LINK_KEYS, or start the database first."
        ) from None
    return False
