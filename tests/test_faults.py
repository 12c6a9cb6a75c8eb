"""The fault table: what breaks, and that nobody gets it twice, nobody is lost, nothing is made up.

The oracle is a recording server that writes the recipient to disk before it replies. In every
test: no duplicate, no silent loss, and nobody called sent who is not in the server's log. Full
counts are behind `-m long`.
"""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, contextmanager
from typing import Any

import pytest

from tests import sending_lab as lab
from tests.conftest import Site
from tests.smtpd import Smtpd

CONNECTIONS = 4


@contextmanager
def stage(site: Site, count: int, *args: str, connections: int = CONNECTIONS, **smtpd: Any) -> Any:
    """A site with readers, a frozen issue, a recording server, and a nursery of senders."""
    lab.run(site.env, "populate", str(count), *args)
    with Smtpd(log=site.folder / "accepted", **smtpd) as relay:
        point_at(site, relay.port, connections)
        with lab.Nursery(site.env, site.folder) as nursery:
            yield relay, nursery


def point_at(site: Site, port: int, connections: int = CONNECTIONS, more: str = "") -> None:
    site.env["SMTP_URL"] = (
        f"smtp://127.0.0.1:{port}?name=relay&starttls=never&connections={connections}{more}"
    )


def log(site: Site) -> list[str]:
    path = site.folder / "accepted"
    return [line.split("\t")[0] for line in path.read_text().splitlines()] if path.exists() else []


def report(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(lab.run(site.env, "report"))
    return found


def truth(site: Site) -> dict[str, Any]:
    """The report, after the oracle agreed: D = L = F = 0."""
    found = report(site)
    accepted = Counter(log(site))
    twice = {address: n for address, n in accepted.items() if n > 1}
    assert not twice, f"sent twice: {twice}"
    states = found["readers"]
    made_up = [a for a, state in states.items() if state == "sent" and a not in accepted]
    assert not made_up, f"called sent, never accepted: {made_up[:5]}"
    untold = [a for a in accepted if states[a] not in ("sent", "in_doubt", "resolved")]
    assert not untold, (
        f"accepted, and called something else: {[(a, states[a]) for a in untold][:5]}"
    )
    assert found["ledger"] == found["recount"]
    ledger = found["ledger"]
    assert ledger["recipients"] == sum(n for key, n in ledger.items() if key != "recipients")
    return found


def ask(site: Site, sql: str) -> list[Any]:
    """A look into the site's database without starting Django."""
    url = site.env["DATABASE_URL"]
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=60)) as connection:
            return connection.execute(sql).fetchall()
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(sql).fetchall()


def finished(site: Site) -> Callable[[], bool]:
    return lambda: ask(site, "SELECT state FROM newsletter_issue") == [("sent",)]


def finish(site: Site, nursery: lab.Nursery, *args: str, seconds: float = 60) -> None:
    """Let one sender do the rest and stop in order."""
    pid = nursery.birth(*args)
    lab.until(finished(site), seconds, 0.1)
    nursery.end(pid)


def storm(
    site: Site, count: int, kills: int, connections: int, seconds: float = 60
) -> tuple[dict[str, Any], int]:
    """Kill a sender up to 120 ms after the first acceptance of each life, then finish."""
    chance = random.Random(count + kills)
    done = 0
    with stage(site, count, connections=connections, delay=0.002) as (relay, nursery):
        while done < kills:
            before = len(relay.accepted)
            pid = nursery.birth()
            give_up = time.monotonic() + 30
            while len(relay.accepted) == before and time.monotonic() < give_up:
                time.sleep(0.001)
            if len(relay.accepted) == before:
                nursery.end(pid)
                break  # Everybody is served.
            time.sleep(chance.uniform(0, 0.12))
            nursery.end(pid, signal.SIGKILL)
            done += 1
        finish(site, nursery, seconds=seconds)
    found = truth(site)
    print(f"\n{done} kills: {found['ledger']}")
    return found, done


def test_1_killed_again_and_again(site: Site) -> None:
    found, kills = storm(site, 1500, 8, CONNECTIONS)
    ledger = found["ledger"]
    assert kills == 8
    assert ledger["in_doubt"] <= CONNECTIONS * kills
    assert ledger["sent"] + ledger["in_doubt"] == 1500


def test_2_killed_with_one_connection(site: Site) -> None:
    found, kills = storm(site, 600, 5, 1)
    assert kills == 5 and found["ledger"]["in_doubt"] <= kills


@pytest.mark.long
def test_1_long_200_kills_in_20000(site: Site) -> None:
    found, kills = storm(site, 20000, 200, CONNECTIONS, seconds=300)
    ledger = found["ledger"]
    assert kills == 200
    assert ledger["in_doubt"] <= CONNECTIONS * kills
    assert ledger["sent"] + ledger["in_doubt"] == 20000
