"""A pair under kill -9: while it is frozen and while it is sent, nobody gets both, none is lost.

The same oracle as `test_faults.py`: a server that writes the recipient to disk before it replies.
Two of three readers have both publications. Short here; 40 kills by hand with `-m long`.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.conftest import Site
from tests.sending import lab, test_faults
from tests.sending.test_faults import ask, log, report, stage
from tests.sending.test_faults_roundups import killed_while_sent


@pytest.fixture(scope="module", autouse=True)
def laboratory() -> Iterator[None]:
    test_faults._lab = lab.Lab({**os.environ})
    yield
    test_faults._lab.close()


SLUGS = ("2026-03-02", "2026-03-02-zh")


def states(site: Site) -> list[str]:
    return [state for (state,) in ask(site, "SELECT state FROM newsletter_issue ORDER BY id")]


def frozen(site: Site) -> int:
    (found,) = ask(site, "SELECT count(*) FROM newsletter_issue WHERE frozen_at IS NOT NULL")
    return int(found[0])


def killed_while_frozen(nursery: lab.Nursery, site: Site, kills: int, chance: random.Random) -> int:
    """Kill the freeze at any moment of it, then let it end; both are frozen, or neither is."""
    started = time.monotonic()
    done = 0
    for _number in range(kills):
        if frozen(site):
            break
        pid = nursery.birth(command="chore")
        time.sleep(chance.uniform(0, 0.4))
        done += nursery.alive(pid)
        nursery.end(pid, signal.SIGKILL)
        assert frozen(site) in (0, 2)
        assert time.monotonic() - started < 120
    nursery.run("chore")
    assert frozen(site) == 2
    return done


def series(site: Site, readers: int, kills: int) -> None:
    chance = random.Random(kills)
    with stage(site, readers, "--draft", connections=4, delay=0.002) as (relay, nursery):
        nursery.run("pair")
        assert states(site) == ["scheduled", "scheduled"]
        assert killed_while_frozen(nursery, site, kills, chance)
        killed = killed_while_sent(nursery, relay, site, kills, chance)
        pid = nursery.birth()
        lab.until(lambda: states(site) == ["sent", "sent"], 180, 0.1)
        nursery.end(pid)
    accepted = Counter(log(site))
    assert not [address for address, n in accepted.items() if n > 1]
    people = {address for (address,) in ask(site, "SELECT address FROM subscribers_subscriber")}
    assert len(people) == readers + readers // 2
    told: Counter[str] = Counter()
    for slug in SLUGS:
        found = report(site, "--date", slug)
        ledger = found["ledger"]
        assert ledger == found["recount"]
        assert ledger["recipients"] == sum(n for key, n in ledger.items() if key != "recipients")
        assert ledger["in_doubt"] <= 4 * (killed + 1)
        told.update(a for a, state in found["readers"].items() if state in ("sent", "in_doubt"))
    assert set(told) == people  # Everybody has one of the two,
    assert set(told.values()) == {1}  # and nobody both.
    assert accepted.keys() <= told.keys()


def test_a_pair_killed_while_frozen_and_while_sent_reaches_everybody_once(site: Site) -> None:
    series(site, 600, 6)


@pytest.mark.long
def test_a_pair_killed_forty_times_reaches_everybody_once(site: Site) -> None:
    series(site, 6000, 40)
