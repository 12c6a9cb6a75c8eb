"""Rehearsals and kill -9: whatever dies and comes back, no mail reaches a reader.

The oracle is the recording server's log: recipient and Message-ID of whatever was accepted.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.conftest import Site
from tests.sending import lab
from tests.sending.test_faults import CONNECTIONS, ask, point_at
from tests.smtpd import Smtpd

DESK = "desk@harbour.example.org"


@pytest.fixture(scope="module", autouse=True)
def laboratory() -> Iterator[None]:
    """One process with everything imported, as in `test_faults`."""
    global _lab
    _lab = lab.Lab({**os.environ})
    yield
    _lab.close()


_lab: lab.Lab


def tell(site: Site, sql: str, *values: str) -> None:
    """Write into the site's database, behind the program's back."""
    url = site.env["DATABASE_URL"]
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=60)) as connection:
            connection.execute(sql, values)
            connection.commit()
        return
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.replace("?", "%s"), values)


def accepted(site: Site) -> list[tuple[str, str]]:
    """Recipient and Message-ID of every mail the server took."""
    path = site.folder / "accepted"
    lines = path.read_text().splitlines() if path.exists() else []
    return [(line.split("\t")[0], line.split("\t")[3]) for line in lines]


def lives(site: Site, nursery: lab.Nursery, relay: Smtpd, kills: int, seed: int) -> int:
    """Kill a sender shortly after the first acceptance of each life; how many were killed."""
    chance = random.Random(seed)
    for done in range(kills):
        before = len(relay.accepted)
        pid = nursery.birth()
        give_up = time.monotonic() + 20
        while len(relay.accepted) == before and time.monotonic() < give_up:
            time.sleep(0.001)
        if len(relay.accepted) == before:
            nursery.end(pid)
            return done  # Everybody is served.
        time.sleep(chance.uniform(0, 0.1))
        nursery.end(pid, signal.SIGKILL)
    return kills


def rehearsal_storm(site: Site, count: int, kills: int) -> None:
    with Smtpd(log=site.folder / "accepted", delay=0.002) as relay:
        point_at(site, relay.port)
        with lab.Nursery(_lab, site.env) as nursery:
            nursery.run("populate", str(2 * count), "--draft")
            slug = nursery.run("rehearse", str(count), DESK).strip()
            half = kills // 2
            done = lives(site, nursery, relay, half, count)
            # The address is taken away in the middle: the rest of the rehearsal keeps it.
            tell(site, "UPDATE subscribers_publication SET rehearsal_address = ?", "")
            done += lives(site, nursery, relay, kills - half, count + 1)
            pid = nursery.birth()
            state = f"SELECT state FROM newsletter_issue WHERE slug = '{slug}'"
            lab.until(lambda: ask(site, state) == [("sent",)], 90, 0.1)
            nursery.end(pid)
            found: dict[str, Any] = json.loads(nursery.run("report", "--date", slug))
    taken = accepted(site)
    ledger = found["ledger"]
    print(f"\n{done} kills: {ledger}")
    assert done == kills
    assert {recipient for recipient, _ in taken} == {DESK}
    assert len({name for _, name in taken}) == len(taken)  # Nobody's twice.
    assert ledger == found["recount"]
    assert ledger["sent"] + ledger["in_doubt"] == ledger["recipients"] == count
    assert ledger["in_doubt"] <= CONNECTIONS * kills
    assert ledger["sent"] <= len(taken)
    assert ask(site, "SELECT state FROM newsletter_issue WHERE slug = '2026-03-02'") == [("draft",)]
    assert ask(site, "SELECT count(*) FROM newsletter_bounce") == [(0,)]


def test_a_rehearsal_killed_again_and_again_reaches_no_reader(site: Site) -> None:
    rehearsal_storm(site, 500, 6)


@pytest.mark.long
def test_long_a_rehearsal_killed_40_times(site: Site) -> None:
    rehearsal_storm(site, 4000, 40)


def stopped_storm(site: Site, count: int, kills: int) -> None:
    """A real send, killed; then an address is set that no program is told of; killed again."""
    with Smtpd(log=site.folder / "accepted", delay=0.002) as relay:
        point_at(site, relay.port)
        with lab.Nursery(_lab, site.env) as nursery:
            nursery.run("populate", str(count))
            lives(site, nursery, relay, 2, count)
            pid = nursery.birth()
            before = len(relay.accepted)
            lab.until(lambda: len(relay.accepted) > before, 20, 0.001)
            tell(site, "UPDATE subscribers_publication SET rehearsal_address = ?", DESK)
            time.sleep(2.0)  # What was authorised before may end, a second at most.
            quiet = len(accepted(site))
            nursery.end(pid, signal.SIGKILL)
            for _ in range(kills):
                pid = nursery.birth("--lease", "1")
                time.sleep(1.2)
                nursery.end(pid, signal.SIGKILL)
            state = ask(site, "SELECT state, state_reason FROM newsletter_issue")
    assert len(accepted(site)) == quiet < count
    assert state == [("paused", f"All mail goes to the rehearsal address {DESK} now.")]


def test_setting_the_address_stops_a_real_send_whatever_is_killed(site: Site) -> None:
    stopped_storm(site, 3000, 3)


@pytest.mark.long
def test_long_setting_the_address_stops_a_real_send(site: Site) -> None:
    stopped_storm(site, 12000, 40)
