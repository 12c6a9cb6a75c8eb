"""Round-ups under kill -9: while the draft is made and released, and while it is sent.

The same oracle as `test_faults.py`: a server that writes the recipient to disk before it replies.
Short here; 40 kills by hand with `-m long`.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import time
from collections.abc import Iterator

import pytest

from tests.conftest import Site
from tests.sending import lab, test_faults
from tests.sending.test_faults import ask, stage, truth


@pytest.fixture(scope="module", autouse=True)
def laboratory() -> Iterator[None]:
    test_faults._lab = lab.Lab({**os.environ})
    yield
    test_faults._lab.close()


def states(site: Site) -> list[str]:
    return [state for (state,) in ask(
        site, "SELECT state FROM newsletter_issue WHERE kind = 'roundup'"
    )]  # fmt: skip


def killed_while_made(nursery: lab.Nursery, site: Site, kills: int, chance: random.Random) -> int:
    """Kill the chore at any moment of it, then let it end; how often it was alive when killed."""
    started = time.monotonic()
    done = 0
    for _number in range(kills):
        if states(site) not in ([], ["draft"], ["scheduled"]):
            break
        pid = nursery.birth(command="chore")
        time.sleep(chance.uniform(0, 0.25))
        if nursery.alive(pid):
            done += 1
        nursery.end(pid, signal.SIGKILL)
        assert time.monotonic() - started < 120
    nursery.run("chore")
    return done


def killed_while_sent(
    nursery: lab.Nursery, relay: object, site: Site, kills: int, chance: random.Random
) -> int:
    accepted = getattr(relay, "accepted", [])
    done = 0
    while done < kills:
        before = len(accepted)
        pid = nursery.birth()
        give_up = time.monotonic() + 30
        while len(accepted) == before and time.monotonic() < give_up:
            time.sleep(0.001)
        if len(accepted) == before:
            nursery.end(pid)
            break  # Everybody is served.
        time.sleep(chance.uniform(0, 0.12))
        nursery.end(pid, signal.SIGKILL)
        done += 1
    return done


def series(site: Site, readers: int, kills: int) -> None:
    chance = random.Random(kills)
    with stage(site, readers, "--draft", connections=4, delay=0.002) as (relay, nursery):
        nursery.run("weekly")
        made = killed_while_made(nursery, site, kills, chance)
        assert made > kills // 4
        assert states(site) == ["sending"]  # One draft, released and frozen once.
        killed_while_sent(nursery, relay, site, kills, chance)
        pid = nursery.birth()
        lab.until(lambda: states(site) == ["sent"], 120, 0.1)
        nursery.end(pid)
    (slug,) = (one for (one,) in ask(
        site, "SELECT slug FROM newsletter_issue WHERE kind = 'roundup'"
    ))  # fmt: skip
    assert dt.date.fromisoformat(slug.removesuffix("-roundup"))
    ledger = truth(site, slug=slug)["ledger"]
    assert ledger["recipients"] == readers
    assert ledger["sent"] + ledger["in_doubt"] == readers
    assert ledger["in_doubt"] <= 4 * kills


def test_a_round_up_killed_while_made_and_while_sent_reaches_everybody_once(site: Site) -> None:
    series(site, 600, 6)


@pytest.mark.long
def test_a_round_up_killed_forty_times_reaches_everybody_once(site: Site) -> None:
    series(site, 8000, 40)
