"""Corrections while an issue goes out, and processes that die: who got which text is always known.

The same oracle as in test_faults.py, and two more. Each mail that the server accepted is of the
revision its outcome names, in doubt or not. And the revisions are accepted in their order: once a
correction is in, not one mail of an earlier text is begun.
"""

from __future__ import annotations

import itertools
import json
import random
import signal
import time
from typing import Any

import pytest

from tests.conftest import Site
from tests.sending import lab
from tests.sending.test_faults import (
    ask,
    finish,
    laboratory,  # noqa: F401
    message,
    stage,
    truth,
)
from tests.smtpd import Smtpd

TIMES = ("--lease", "2", "--window", "32")


def titles(site: Site) -> dict[int, str]:
    """What each revision says of the first item."""
    found = {}
    for number, digest in ask(site, "SELECT number, digest FROM newsletter_revision"):
        value = json.loads(digest) if isinstance(digest, str) else digest
        found[number] = value["items"][0]["title"]
    return found


def texts(site: Site, relay: Smtpd, found: dict[str, Any]) -> list[int]:
    """The revisions of the mails in the order they were accepted; each as its outcome says."""
    numbers = {title: number for number, title in titles(site).items()}
    order = []
    for one in relay.accepted:
        html = message(one.content).get_body(("html",)).get_content()
        said = [number for title, number in numbers.items() if title in html]
        if "Corn is up" in html and not said:
            continue  # The edition without the item: it reads the same in every revision.
        assert said == [found["revisions"][one.recipient]], one.recipient
        order += said
    return order


def storm(site: Site, count: int, kills: int) -> tuple[dict[str, Any], list[int]]:
    """Correct it again and again by processes that die at each step; senders die as well."""
    chance = random.Random(count + kills)
    points = itertools.cycle(lab.MENDING)
    with stage(site, count, delay=0.004, keep=True) as (relay, nursery):
        for number in range(kills):
            before = len(relay.accepted)
            sender = nursery.birth(*TIMES)
            # It mails again, or a fast machine has mailed everybody.
            lab.until(
                lambda before=before: len(relay.accepted) > before or len(relay.accepted) >= count,
                60,
                0.005,
            )
            title = f"Ship number {number + 2} came in"
            editor = nursery.birth(title, "--die", next(points), command="correct")
            if number % 2:  # Else the sender dies somewhere beside it.
                lab.until(lambda editor=editor: not nursery.alive(editor), 60)
            else:
                time.sleep(chance.uniform(0, 0.5))
            nursery.end(sender, signal.SIGKILL if number % 3 else signal.SIGTERM)
            lab.until(lambda editor=editor: not nursery.alive(editor), 60)
        finish(site, nursery, *TIMES, seconds=300)
        found = truth(site)
        order = texts(site, relay, found)
    print(f"\n{kills} corrections: {found['ledger']}, revisions {sorted(set(order))}")
    return found, order


def check(found: dict[str, Any], order: list[int], count: int, kills: int) -> None:
    ledger = found["ledger"]
    assert ledger["sent"] + ledger["in_doubt"] == count
    assert ledger["in_doubt"] <= 4 * kills
    assert order == sorted(order), "an old text went out after a newer one"
    assert len(set(order)) > 1, "nothing was corrected while it went out"


def test_corrected_and_killed_at_each_step(site: Site) -> None:
    kills = len(lab.MENDING)
    # More than a fast machine mails in the time that the corrections take.
    found, order = storm(site, 1500, kills)
    check(found, order, 1500, kills)


@pytest.mark.long
def test_long_corrected_and_killed_40_times(site: Site) -> None:
    found, order = storm(site, 8000, 40)
    check(found, order, 8000, 40)
