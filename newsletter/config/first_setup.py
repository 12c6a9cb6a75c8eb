"""Whether a database was set up before, asked before Django is: may LINK_KEYS be made up?

Asked only where there are no LINK_KEYS, which is once in the life of a site. Readers are known,
and suppressions found, by these keys: made up beside a database that has some, every link would
act for nobody and every import make everybody anew. A second machine on an empty database makes
up none either: the first would be shut out by them.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

# Whether somebody is known by keys, or the fingerprints of some are there; tables of 0.1.0 first.
_QUESTIONS = (
    "SELECT 1 FROM subscribers_subscriber LIMIT 1",
    "SELECT 1 FROM subscribers_suppression LIMIT 1",
    "SELECT 1 FROM newsletter_siteidentity WHERE CAST(keys AS text) <> '{}'",
)


def refuse_beside_others(database: dict[str, Any]) -> None:
    """Raise ImproperlyConfigured if this database (an entry of DATABASES) has keys already."""
    sqlite = database["ENGINE"].endswith("sqlite3")
    if _of_sqlite(Path(database["NAME"])) if sqlite else _of_postgres(database):
        raise ImproperlyConfigured(
            "LINK_KEYS is not set, and the database was set up with keys already. Take LINK_KEYS"
            " from the machine that runs the site, or from the file of keys beside the backup. None"
            " were made up. (If they are lost and nobody has signed up yet, set LINK_KEYS anew.)"
        )


def _of_sqlite(path: Path) -> bool:
    if not path.exists():
        return False
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=10)) as connection:
        for question in _QUESTIONS:
            with contextlib.suppress(sqlite3.OperationalError):  # Not set up yet.
                if connection.execute(question).fetchone():
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
        with psycopg.connect(**options, autocommit=True) as connection:
            for question in _QUESTIONS:
                with contextlib.suppress(psycopg.errors.UndefinedTable):
                    if connection.execute(question).fetchone():
                        return True
    except psycopg.OperationalError as error:
        raise ImproperlyConfigured(
            "LINK_KEYS is not set, and the database cannot be asked whether it has readers already:"
            f" {str(error).strip()}. Set LINK_KEYS, or start the database first."
        ) from None
    return False
