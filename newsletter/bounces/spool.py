"""Reports that wait in a folder, as `sudi-report` writes them: recipients in JSON, then the mail.

A file is deleted only after what it did is committed; whatever happens in between, it is there at
the next look, and `effects` counts a report once. So two may take in one folder. A report that
nothing can be done with is kept beside them, as `.NAME.aside`, and logged.
"""

from __future__ import annotations

import json
import logging
import os
import time
from pathlib import Path

from django.db import DatabaseError, DataError, IntegrityError

from newsletter.sending.guard import keys

from . import effects

log = logging.getLogger(__name__)

# Seconds of one look; the rest is for the next.
PATIENCE = 60.0
# Names read of the folder at once, so that a storm of millions is never in memory.
_MOST = 1_000


def take_in(folder: Path, patience: float = PATIENCE) -> int:
    """Deal with the reports of a folder, the oldest first; how many."""
    until, done = time.monotonic() + patience, 0
    while names := _oldest(folder):
        for name in names:
            if time.monotonic() > until or not _take(folder / name):
                return done
            done += 1
    return done


def _oldest(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            # Names are times: those that are read together are put in order.
            names = (one.name for one in entries if not one.name.startswith("."))
            return sorted(name for name, _ in zip(names, range(_MOST), strict=False))
    except FileNotFoundError:
        return []


def _take(path: Path) -> bool:
    """Whether the next may be looked at; False: nothing can be stored now."""
    try:
        mail, recipients = _read(path.read_bytes())
        effects.receive(mail, envelope=recipients)
    except FileNotFoundError:
        return True  # Somebody else was quicker.
    except (DataError, IntegrityError):
        _put_aside(path)
        return True
    except (DatabaseError, keys.WrongKeys) as error:
        log.warning("Reports wait in %s: %s", path.parent, error)
        return False
    except Exception:
        # One report that cannot be dealt with must not hold up all that came after it.
        _put_aside(path)
        return True
    path.unlink(missing_ok=True)
    return True


def _read(data: bytes) -> tuple[bytes, list[str]]:
    line, _, mail = data.partition(b"\n")
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        said = None
    # What does not begin so was put here by hand: a mail as it is.
    return (mail, [str(one) for one in said]) if isinstance(said, list) else (data, [])


def _put_aside(path: Path) -> None:
    aside = path.with_name(f".{path.name}.aside")
    log.exception("A report could not be dealt with; it was kept as %s", aside)
    path.rename(aside)
