"""There is room where the site writes, and it can be written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from newsletter import conf

from ..findings import Finding, bad, good
from ..findings import said as _
from ..surroundings import Surroundings

NAME, PLACE = "disk", 40
READS = False  # It needs no database.

# A freeze for a million readers writes some 200 MB, its outcomes as much again.
_LEAST = 500_000_000
_LEAST_SHARE = 0.02
_LEAST_INODES = 1000


def offline() -> Iterator[Finding]:
    """The same: a disk is no network."""
    return look(Surroundings())


def look(site: Surroundings) -> Iterator[Finding]:
    """Free octets and files of DATA_DIR and the database's folder; a file that is written."""
    for folder in dict.fromkeys([conf.data_dir(), *_database_folder()]):
        if not folder.is_dir():
            yield bad(_("%(folder)s is not there.", folder=folder), _("Make it, or mend DATA_DIR."))
            continue
        total, _used, free = site.disk(folder)
        said = {"folder": folder, "free": f"{free / 1e6:,.0f} MB"}
        if free < _LEAST or free < total * _LEAST_SHARE:
            yield bad(
                _("%(folder)s has only %(free)s left.", **said),
                _(
                    "Make room: with a full disk nothing is sent. Old backups and the logs of"
                    " other programs are the usual finds: du -xh / | sort -h | tail"
                ),
            )
        elif os.statvfs(folder).f_files > 0 and os.statvfs(folder).f_favail < _LEAST_INODES:
            yield bad(
                _("%(folder)s can hold hardly any more files (inodes).", **said),
                _("Delete what is not needed: df -i shows which file system is full."),
            )
        elif (error := _unwritable(folder)) is not None:
            yield bad(
                _("%(folder)s cannot be written: %(error)s", folder=folder, error=error),
                _("Give it to the user that Sudi runs as: chown -R USER %(folder)s", folder=folder),
            )
        else:
            yield good(_("%(folder)s has %(free)s left.", **said))


def _database_folder() -> list[Path]:
    if connection.vendor != "sqlite":
        return []
    return [Path(str(connection.settings_dict["NAME"])).absolute().parent]


def _unwritable(folder: Path) -> str | None:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"doctor")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return error.strerror or str(error)
    return None
