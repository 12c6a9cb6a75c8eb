"""The database answers, takes writes, and keeps what it took through a loss of power."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError, connection

from newsletter.config import writing

from ..findings import Finding, bad, good
from ..findings import said as _
from ..surroundings import Surroundings

NAME, PLACE = "database", 10


def look(site: Surroundings) -> Iterator[Finding]:
    """Open it, try a write, and read the settings that make a commit durable."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            yield from _sqlite(cursor) if connection.vendor == "sqlite" else _postgresql(cursor)
    except (DatabaseError, InterfaceError) as error:
        connection.close()
        said = (str(error).splitlines() or [""])[0][:200]
        yield bad(
            _("The database cannot be used: %(said)s", said=said),
            _(
                "Look at DATABASE_URL, whether the server runs, and whether this user may write"
                " the file and its folder."
            ),
        )


def _sqlite(cursor: object) -> Iterator[Finding]:
    execute = cursor.execute  # type: ignore[attr-defined]
    if writing.read_only():
        yield bad(_("The database is open for reading only."), _("Give this user write access."))
        return
    mode = execute("PRAGMA journal_mode").fetchone()[0]
    if mode != "wal":
        yield bad(
            _("SQLite's journal mode is %(mode)s.", mode=mode),
            _("Put the database on a local disk: WAL does not work on network file systems."),
        )
    if execute("PRAGMA synchronous").fetchone()[0] < 2:
        yield bad(
            _("SQLite does not wait for the disk (synchronous is not FULL)."),
            _(
                "Take `synchronous` out of your own settings: mail could go out twice after a"
                " crash."
            ),
        )
    damage = execute("PRAGMA quick_check(1)").fetchone()[0] if _small(execute) else "ok"
    if damage != "ok":
        yield bad(
            _("The database file is damaged: %(said)s", said=damage[:200]),
            _("Stop web and worker and restore the last backup."),
        )
    yield good(_("SQLite answers and takes writes."))


def _small(execute: object) -> bool:
    """Whether looking through the whole file takes less than a second or so."""
    pages, size = (
        execute(f"PRAGMA {name}").fetchone()[0]  # type: ignore[operator]
        for name in ("page_count", "page_size")
    )
    return bool(pages * size < 200_000_000)


def _postgresql(cursor: object) -> Iterator[Finding]:
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT current_setting('fsync'), current_setting('synchronous_commit'), version()"
    )
    fsync, commit, version = cursor.fetchone()  # type: ignore[attr-defined]
    if writing.read_only():
        yield bad(
            _("PostgreSQL takes no writes: it is a replica or set to read only."),
            _("Point DATABASE_URL at the primary server."),
        )
        return
    if fsync == "off" or commit == "off":
        yield bad(
            _("PostgreSQL does not wait for the disk (fsync or synchronous_commit is off)."),
            _("Set fsync = on and synchronous_commit = on: mail could go out twice after a crash."),
        )
    yield good(_("%(version)s answers and takes writes.", version=" ".join(version.split()[:2])))
