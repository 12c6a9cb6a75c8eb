"""Whether a machine may act: what it and the database know of each other, decided from values."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from newsletter.sending.guard.decision import WATCH, Known, Row, decide

NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
HERE = Row(asking=False, why="", beats=7, database="1/A/5")
# An enrolled machine, a day after its last beat.
USUAL = Known(
    row=HERE, database="1/A/5", anybody_enrolled=False, another_lives=False, held=False,
    empty=False, worker_seen=NOON, beats=7, journals_know_more=False, seen_of_0_1_0=None,
    watched=0.0,
)  # fmt: skip
STRANGER = dataclasses.replace(USUAL, row=None, anybody_enrolled=True, beats=0)
FIRST = dataclasses.replace(STRANGER, anybody_enrolled=False, worker_seen=None)


def decided(known: Known, **changed: Any) -> tuple[str, str]:
    verdict, why = decide(dataclasses.replace(known, **changed))
    return verdict.name, str(why)


def test_an_enrolled_machine_acts_however_long_it_was_off() -> None:
    assert decided(USUAL, watched=1e6) == ("ACT", "")
    # The file is written after the commit: a crash between leaves the machine behind.
    assert decided(USUAL, beats=3) == ("ACT", "")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"beats": 8}, "older"),
        ({"journals_know_more": True}, "older"),
        ({"database": "2/A/5"}, "elsewhere"),  # Another cluster.
        ({"database": "1/B/5"}, "elsewhere"),  # Recovered to a point in time.
        ({"database": "1/A/6"}, "elsewhere"),  # A dump that was read in.
    ],
)
def test_a_database_that_knows_less_or_is_another_asks(changed: dict[str, Any], why: str) -> None:
    assert decided(USUAL, **changed) == ("ASK", why)


def test_what_asks_goes_on_asking_until_a_person_agrees() -> None:
    asks = dataclasses.replace(HERE, asking=True, why="older")
    assert decided(USUAL, row=asks, another_lives=True) == ("ASK", "older")


def test_while_one_machine_knows_it_for_a_copy_no_other_acts() -> None:
    assert decided(USUAL, held=True) == ("WATCH", "")
    assert decided(STRANGER, held=True, another_lives=True, watched=WATCH) == ("WATCH", "")


def test_a_stranger_enters_itself_only_when_it_sees_an_enrolled_machine_live() -> None:
    assert decided(STRANGER) == ("WATCH", "")
    assert decided(STRANGER, another_lives=True) == ("ENROL", "")
    assert decided(STRANGER, watched=WATCH) == ("ASK", "unknown")
    asks = Row(asking=True, why="unknown", beats=0, database="1/A/5")
    assert decided(STRANGER, row=asks, watched=WATCH) == ("ASK", "unknown")
    assert decided(STRANGER, row=asks, another_lives=True) == ("ENROL", "")


def test_what_it_remembers_of_the_database_as_it_was_does_not_matter_then() -> None:
    """After a restore that a person agreed to, the other machines come back by themselves."""
    was = {"beats": 900, "journals_know_more": True}
    assert decided(STRANGER, another_lives=True, **was) == ("ENROL", "")
    assert decided(STRANGER, watched=WATCH, **was) == ("ASK", "unknown")


def test_the_first_machine_of_a_new_site_enters_itself() -> None:
    assert decided(FIRST) == ("ENROL", "")
    assert decided(FIRST, empty=True, beats=5) == ("ENROL", "")


def test_a_site_of_0_1_0_goes_on_where_it_was_and_nowhere_else() -> None:
    here = {"worker_seen": NOON, "seen_of_0_1_0": NOON}
    assert decided(FIRST, **here) == ("ENROL", "")
    later = NOON + dt.timedelta(seconds=1)
    assert decided(FIRST, worker_seen=NOON, seen_of_0_1_0=later) == ("ASK", "older")
    assert decided(FIRST, worker_seen=None, seen_of_0_1_0=NOON) == ("ASK", "older")
    assert decided(FIRST, worker_seen=NOON, seen_of_0_1_0=None) == ("ASK", "unknown")
    assert decided(FIRST, **here, journals_know_more=True) == ("ASK", "older")


def test_a_copy_from_before_anybody_was_enrolled_is_older_than_the_machine() -> None:
    assert decided(FIRST, beats=5) == ("ASK", "older")
