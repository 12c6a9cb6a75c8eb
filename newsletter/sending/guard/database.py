"""Where a database is, and whether this code fits it: what a copy or an upgrade changes."""

from __future__ import annotations

import functools
import os

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import pgettext

_OURS = ("newsletter", "subscribers")
# The parts of a PostgreSQL server's identity, and the function whose leave each needs. A dump that
# is read in has another oid, a copy of the cluster's start another timeline, a new cluster another
# system identifier.
_PARTS = (
    ("pg_control_system()", "(SELECT system_identifier FROM pg_control_system())"),
    ("pg_current_wal_lsn()", "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"),
    ("", "(SELECT oid FROM pg_database WHERE datname = current_database())"),
)


def where() -> str:
    """An expression of SQL: which database this is; '' on SQLite, whose file says nothing."""
    if connection.vendor != "postgresql":
        return "''"
    return _where(os.getpid(), str(connection.settings_dict["NAME"]))


def here() -> str:
    """Which database this is, as `where` says it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {where()}")
        return str(cursor.fetchone()[0])


@functools.lru_cache(maxsize=4)
def _where(pid: int, name: str) -> str:
    parts = []
    with connection.cursor() as cursor:
        for needs, part in _PARTS:
            if needs:
                cursor.execute("SELECT has_function_privilege(%s, 'EXECUTE')", [needs])
                if not cursor.fetchone()[0]:
                    part = "'-'"
            parts.append(f"({part})::text")
    return " || '/' || ".join(parts)


# ---- the schema


def newest_migration() -> int:
    """A number that moves with every migration that is applied or taken back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM django_migrations")
        return int(cursor.fetchone()[0])


def is_empty() -> bool:
    """Whether it has none of our tables yet."""
    return not _applied()


def misfit() -> str:
    """Why this code must not work on this database; empty if it may."""
    return newer_than_code() or _older_than_code()


def newer_than_code() -> str:
    """What to do about tables of a later version than this code; empty if they are not."""
    newer = sorted(_applied() - _of_this_code())
    if not newer:
        return ""
    return pgettext(
        "schema",
        "This code is older than the database, which has %(migration)s. Start the version that the"
        " database was upgraded to.",
    ) % {"migration": ".".join(newer[-1])}


def _older_than_code() -> str:
    missing = sorted(_of_this_code() - _applied())
    if not missing:
        return ""
    return pgettext(
        "schema",
        "This code is newer than the database, which has no %(migration)s. Run “sudi upgrade”, then"
        " start again.",
    ) % {"migration": ".".join(missing[0])}


def _applied() -> set[tuple[str, str]]:
    return {key for key in MigrationRecorder(connection).applied_migrations() if key[0] in _OURS}


def _of_this_code() -> set[tuple[str, str]]:
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    done = _applied()
    return {
        key
        for key, step in loader.disk_migrations.items()
        # What stands for steps that were all made is no step of its own.
        if key[0] in _OURS and not (step.replaces and done.issuperset(step.replaces))
    } | {key for key in done if key in loader.disk_migrations}
