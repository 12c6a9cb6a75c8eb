"""A copy of a database that is sending, and doubt after kills, settled from the relay's log.

The relay writes what Postfix would: the queue manager's line before it answers. So its log is the
oracle and the evidence: whoever is settled from it is settled right, or the test fails.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.conftest import Site, _admin_psql
from tests.sending import lab
from tests.sending.test_faults import (
    CONNECTIONS,
    finish,
    laboratory,  # noqa: F401
    log,
    nursery_of,
    point_at,
    stage,
    truth,
)
from tests.smtpd import Smtpd


class Postfix(Smtpd):
    """The recording server, with a log as Postfix writes it."""

    def __init__(self, mail_log: Path, **options: Any) -> None:
        super().__init__(**options)
        self._mail_log = mail_log
        self.say("postfix/master[1]: daemon started")

    def say(self, text: str) -> None:
        """A line of the log, in UTC."""
        with self._mail_log.open("a") as file:
            file.write(f"{dt.datetime.now(dt.UTC):%b %d %H:%M:%S} mx {text}\n")

    def record(self, session: Any, content: bytes | bytearray) -> None:
        super().record(session, content)
        queue = f"4F{len(self.accepted):08X}"
        self.say(
            f"postfix/qmgr[1]: {queue}: from=<{session.sender}>, size=9, nrcpt=1 (queue active)"
        )


@pytest.mark.parametrize("kills", [6, pytest.param(60, marks=pytest.mark.long)])
def test_all_doubt_after_kills_is_settled_from_the_log(site: Site, kills: int) -> None:
    chance = random.Random(kills)
    mail_log = site.folder / "mail.log"
    with Postfix(mail_log, log=site.folder / "accepted", delay=0.002) as relay:
        point_at(site, relay.port)
        with nursery_of(site) as nursery:
            nursery.run("populate", str(150 * kills))
            done = 0
            while done < kills:
                before = len(relay.accepted)
                pid = nursery.birth()
                lab.until(lambda before=before: len(relay.accepted) > before, 30, 0.001)
                time.sleep(chance.uniform(0, 0.12))
                nursery.end(pid, signal.SIGKILL)
                done += 1
            finish(site, nursery, seconds=120)
            time.sleep(1.1)
            relay.say("postfix/smtpd[1]: connect from unknown[127.0.0.1]")
            doubt = truth(site)["ledger"]["in_doubt"]
            said = site.manage(
                "settle_doubt", "daily", "2026-03-02", "--log", str(mail_log), "--json"
            )
    report = json.loads(said.stdout)
    found = truth(site)
    accepted = set(log(site))
    assert 0 < doubt <= CONNECTIONS * kills
    assert report["sent"] + report["never_reached"] == doubt, report
    assert found["ledger"]["in_doubt"] == 0
    failed = {address for address, state in found["readers"].items() if state == "failed"}
    assert len(failed) == report["never_reached"] and not failed & accepted
    assert found["ledger"]["sent"] == len(accepted)


# ---- copies


@contextmanager
def copy_of(site: Site, folder: Path, with_data_dir: bool) -> Iterator[Site]:
    """The site's database as it is at this moment, elsewhere; its DATA_DIR too if asked."""
    folder.mkdir()
    env = {**site.env, "DATA_DIR": str(folder)}
    if with_data_dir:
        for name in ("machine", "journal"):
            if (site.folder / name).exists():
                shutil.copytree(site.folder / name, folder / name)
    url = site.env["DATABASE_URL"]
    if url.startswith("sqlite"):
        with (
            closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=60)) as source,
            closing(sqlite3.connect(folder / "sudi.sqlite3")) as target,
        ):
            source.backup(target)
        yield Site(folder, {**env, "DATABASE_URL": f"sqlite:///{folder}/sudi.sqlite3"})
        return
    name = f"sudi_copy_{uuid.uuid4().hex[:8]}"
    base = os.environ["DATABASE_URL"]
    _admin_psql(base, f'CREATE DATABASE "{name}"')
    copied = urlunsplit(urlsplit(base)._replace(path=f"/{name}"))
    dump = subprocess.run(["pg_dump", url], capture_output=True, check=True, timeout=120)
    subprocess.run(
        ["psql", "-q", copied], input=dump.stdout, capture_output=True, check=True, timeout=120
    )
    try:
        yield Site(folder, {**env, "DATABASE_URL": copied})
    finally:
        _admin_psql(base, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.mark.parametrize("tries", [3, pytest.param(20, marks=pytest.mark.long)])
def test_a9_a_copy_made_at_any_moment_and_started_elsewhere_mails_nobody(
    site: Site, tries: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chance = random.Random(tries)
    folders = tmp_path_factory.mktemp("copies")
    # So many that the last copy is made while they are still being sent.
    with stage(site, 4000 if tries < 4 else 3000 * tries, delay=0.02) as (relay, nursery):
        nursery.birth()
        lab.until(lambda: len(relay.accepted) > 20, 30)
        for number in range(tries):
            time.sleep(chance.uniform(0, 0.5))
            with (
                Smtpd(log=folders / f"accepted-{number}") as other,
                copy_of(site, folders / str(number), bool(number % 2)) as copied,
            ):
                point_at(copied, other.port)
                with lab.Nursery(_lab_of(nursery), copied.env) as elsewhere:
                    pid = elsewhere.birth("--watch", "1.5", "--lease", "2")
                    found: dict[str, Any] = {}

                    def paused(elsewhere: Any = elsewhere, found: Any = found) -> bool:
                        found |= json.loads(elsewhere.run("report"))
                        return bool(found["state"] == "paused")

                    time.sleep(3)  # Longer than it watches.
                    lab.until(paused, 30, 0.5)
                    elsewhere.end(pid)
                    assert other.accepted == []
                    assert found["reason"].startswith("The database is a copy")
        assert json.loads(nursery.run("report"))["state"] in ("sending", "sent")


def _lab_of(nursery: lab.Nursery) -> lab.Lab:
    return nursery._lab
