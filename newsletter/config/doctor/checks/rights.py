"""What the site keeps is for its own user alone."""

from __future__ import annotations

import itertools
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from newsletter import conf

from ..findings import Finding, bad, good
from ..findings import said as _
from ..surroundings import Surroundings

NAME, PLACE = "rights", 70
READS = False  # It needs no database.

# A folder with more is looked at in part; the top of it is what lets others in.
_MOST = 20_000
# Style sheets and scripts, which every visitor may read and a web server must; and what a file
# system has of its own where DATA_DIR is a volume.
_PASSED_OVER = {"static", "lost+found"}


def offline() -> Iterator[Finding]:
    """The same: files are no network."""
    return look(Surroundings())


def look(site: Surroundings) -> Iterator[Finding]:
    """Everything in DATA_DIR, the database's file, and the DKIM keys: modes and owners."""
    base = conf.data_dir()
    open_, foreign = [], []
    for path in itertools.islice(_all(base), _MOST):
        try:
            status = path.lstat()
        except FileNotFoundError:
            continue
        if stat.S_ISLNK(status.st_mode):
            continue
        if status.st_mode & 0o077:
            open_.append(path)
        if status.st_uid != os.geteuid():
            foreign.append(path)
    if open_:
        yield bad(
            _("Others on this machine may read or write %(path)s (%(number)s in all).",
              path=open_[0], number=len(open_)),
            _("Run: %(commands)s", commands=_commands(base, open_)),
        )  # fmt: skip
    if foreign and os.geteuid() != 0:
        yield bad(
            _("%(path)s belongs to another user (%(number)s in all).",
              path=foreign[0], number=len(foreign)),
            _("Run as root: chown -R %(user)s %(path)s", user=os.geteuid(), path=base),
        )  # fmt: skip
    if not open_ and (not foreign or os.geteuid() == 0):
        yield good(_("Files and keys are for this user alone."))


def _all(base: Path) -> Iterator[Path]:
    yield base
    for folder, folders, files in os.walk(base):
        if Path(folder) == base:
            folders[:] = [name for name in folders if name not in _PASSED_OVER]
        for name in [*folders, *files]:
            yield Path(folder) / name
    if connection.vendor == "sqlite":
        database = Path(str(connection.settings_dict["NAME"])).absolute()
        if not database.is_relative_to(base.absolute()):
            yield from (p for s in ("", "-wal", "-shm") if (p := Path(f"{database}{s}")).exists())
    for part in conf.dkim_keys().split():
        key = Path(part.split(":", 2)[-1])
        if key.is_file():
            yield key


def _commands(base: Path, paths: list[Path]) -> str:
    inside = any(path.is_relative_to(base) for path in paths)
    outside = [str(path) for path in paths if not path.is_relative_to(base)]
    made = [f"chmod -R go-rwx {base}"] if inside else []
    return "; ".join([*made, *(f"chmod 600 {path}" for path in outside[:5])])
