"""A site restored on its own machine by the database's own tools, with real workers.

The copy is of a moment while it sends. Then the worker goes on for a while, or is stopped or killed
within the same second, and the copy takes the database's place. Nothing may go out before a person
agrees.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.conftest import POSTGRES, Site, _admin_psql
from tests.sending import lab
from tests.sending.test_faults import laboratory, stage  # noqa: F401

Restore = Callable[[], None]
WAYS = ["in place", "made anew", "under another name"] if POSTGRES else ["file"]


def _run(*command: str) -> None:
    subprocess.run(command, capture_output=True, check=True, timeout=120)


def copied(site: Site, way: str) -> Restore:
    """Copy the database as it is now; what is returned puts the copy in its place."""
    url = site.env["DATABASE_URL"]
    saved = site.folder / "saved"
    if not POSTGRES:
        path = Path(url.removeprefix("sqlite:///"))
        with (
            closing(sqlite3.connect(path, timeout=60)) as source,
            closing(sqlite3.connect(saved)) as target,
        ):
            source.backup(target)

        def put_file() -> None:
            for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
                name.unlink(missing_ok=True)
            shutil.copy(saved, path)

        return put_file
    _run("pg_dump", "-Fc", "-f", str(saved), url)
    base, name = os.environ["DATABASE_URL"], urlsplit(url).path[1:]

    def read_in() -> None:
        if way == "in place":
            over = ("--clean", "--if-exists", "--single-transaction")
            _run("pg_restore", *over, "-d", url, str(saved))
            return
        here = name
        if way == "made anew":
            _admin_psql(base, f'DROP DATABASE "{name}" WITH (FORCE)')
        else:
            here = f"sudi_restored_{uuid.uuid4().hex[:8]}"
            site.env["DATABASE_URL"] = urlunsplit(urlsplit(base)._replace(path=f"/{here}"))
        _admin_psql(base, f'CREATE DATABASE "{here}"')
        _run("pg_restore", "-d", site.env["DATABASE_URL"], str(saved))

    return read_in


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
@pytest.mark.parametrize("after", [0.0, pytest.param(7.0, marks=pytest.mark.long)])
def test_a9_restored_on_its_own_machine_it_mails_nobody_unasked(
    site: Site, way: str, end: signal.Signals, after: float
) -> None:
    with stage(site, 4000, delay=0.02) as (relay, nursery):
        pid = nursery.birth()
        lab.until(lambda: len(relay.accepted) > 40, 30)
        put_back = copied(site, way)
        at_copy = len(relay.accepted)
        # Something is answered that the copy does not know.
        lab.until(lambda: len(relay.accepted) > at_copy, 10, 0.001)
        time.sleep(after)
        nursery.end(pid, end)
        put_back()
        time.sleep(0.5)
        went = len(relay.accepted)
        with lab.Nursery(nursery._lab, site.env) as again:
            pid = again.birth("--watch", "1.5", "--lease", "2")
            time.sleep(6)
            found = json.loads(again.run("report"))
            again.end(pid)
            everybody = [mail.recipient for mail in relay.accepted]
            assert len(everybody) == len(set(everybody))
            if end is signal.SIGKILL and not after and len(everybody) > went:
                # Nobody was authorised since the copy: with the journal it is the whole truth.
                return
            assert len(everybody) == went
            assert found["state"] == "paused", again.messages
            assert found["reason"].startswith("The database is a copy")
            assert "waits for a person" in site.manage("machines").stdout
    if way == "under another name":
        name = urlsplit(site.env["DATABASE_URL"]).path[1:]
        _admin_psql(os.environ["DATABASE_URL"], f'DROP DATABASE "{name}" WITH (FORCE)')
