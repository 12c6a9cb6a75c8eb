"""Who may lease a chunk, which readers it is about, and who may take it back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from newsletter.models import Chunk, Issue, Outcome
from newsletter.sending import counts
from newsletter.sending.engine import leasing
from newsletter.sending.engine.journal import Answer, Found
from tests.sending.chunks import NOW, leased, outcome, places, sending, worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as moment:
        yield moment


def may_lease(issue: Issue, **what: Any) -> bool:
    asked: dict[str, Any] = {"retries": False, "canary": False, **what}
    return leasing.lease(worker().pk, issue.pk, **asked) is not None


def test_a_lease_takes_the_next_epoch_and_begins_its_turns_anew() -> None:
    issue = sending()
    Chunk.objects.update(epoch=4, turn=9, window=[1])
    lease = leased(issue)
    row = Chunk.objects.get()
    assert (lease.epoch, lease.turn, lease.owner) == (5, 0, worker().pk)
    assert (row.state, row.epoch, row.turn, row.window) == ("leased", 5, 0, [])
    assert row.lease_until == NOW + dt.timedelta(seconds=60)


@pytest.mark.parametrize("state", ["paused", "cancelled", "sent"])
def test_nothing_is_leased_of_an_issue_that_is_not_sending(state: str) -> None:
    issue = sending()
    Issue.objects.update(state=state, finished_at=NOW)
    assert not may_lease(issue)


@pytest.mark.parametrize("state", ["leased", "done"])
def test_only_a_waiting_chunk_is_leased(state: str) -> None:
    issue = sending(1)
    lost = {"owner": worker("w-other"), "lease_until": NOW} if state == "leased" else {"sent": 1}
    Chunk.objects.update(state=state, **lost)
    assert not may_lease(issue)


def test_a_chunk_is_not_leased_before_it_is_due(clock: Any) -> None:
    issue = sending()
    Chunk.objects.update(due_at=NOW + dt.timedelta(seconds=1))
    assert not may_lease(issue)
    clock.shift(1)
    assert may_lease(issue)


def test_a_chunk_of_another_issue_is_not_leased() -> None:
    issue, other = sending(), sending(slug="weekly")
    assert may_lease(issue)
    assert not may_lease(issue)
    assert may_lease(other)


def test_the_canary_alone_then_retries_alone_then_lanes() -> None:
    issue = sending()
    assert not may_lease(issue, canary=True)
    assert not may_lease(issue, retries=True)
    Chunk.objects.update(lane=5)
    assert not may_lease(issue, not_lanes=[4, 5])
    assert may_lease(issue, not_lanes=[4])


def test_the_canary_is_out_when_no_first_round_of_it_is_left() -> None:
    issue = sending(2, 1)
    assert leasing.canary_is_out(issue.pk)
    canary = Chunk.objects.order_by("first").first()
    assert canary is not None
    Chunk.objects.filter(pk=canary.pk).update(kind="canary")
    assert not leasing.canary_is_out(issue.pk)
    Chunk.objects.filter(pk=canary.pk).update(round=2, takes="deferred", deferred=1)
    assert leasing.canary_is_out(issue.pk)


@pytest.mark.parametrize(
    ("takes", "expected"),
    [("waiting", [6]), ("deferred", [2]), ("failed", [3]), ("in_doubt", [4])],
)
def test_a_round_is_about_whose_latest_outcome_it_takes(takes: str, expected: list[int]) -> None:
    issue = sending(7)
    outcome(issue, 1, "sent")
    outcome(issue, 2, "deferred")
    outcome(issue, 3, "failed")
    outcome(issue, 4, "in_doubt")
    outcome(issue, 5, "in_doubt", resolved_at=NOW)
    # One that was deferred before and is not any more.
    outcome(issue, 7, "deferred")
    outcome(issue, 7, "sent", round=2)
    Chunk.objects.update(
        takes=takes, round=1 if takes == "waiting" else 3,
        sent=3, deferred=1, failed=1, in_doubt=1 if takes == "waiting" else 2,
    )  # fmt: skip
    lease = leased(issue)
    assert places(issue, [delivery for delivery, _, _ in lease.members]) == expected


def taken(issue: Issue, window: list[int], found: Found) -> int | None:
    Chunk.objects.update(window=window)
    (held,) = leasing.leased()
    return leasing.take_back(held, found)


def test_s9_the_window_of_a_worker_whose_journal_is_not_complete_is_in_doubt() -> None:
    issue = sending()
    lease = leased(issue)
    begun = frozenset({(lease.id, lease.epoch, lease.base + 1)})
    assert taken(issue, [1, 2], Found(complete=False, begun=begun)) == 2
    row = Chunk.objects.get()
    assert (row.state, row.in_doubt, row.window) == ("waiting", 2, [])
    assert places(issue, list(Outcome.objects.values_list("delivery_id", flat=True))) == [1, 2]


def test_a_take_back_ends_the_epoch_and_keeps_the_round() -> None:
    issue = sending(2)
    outcome(issue, 1, "deferred")
    Chunk.objects.update(round=2, takes="deferred", deferred=1, sent=1, tries=3)
    lease = leased(issue)
    key = (lease.id, lease.epoch, lease.base + 1)
    found = Found(True, frozenset({key}), {key: Answer("sent", 250, "2.0.0", False)})
    assert taken(issue, [1], found) == 0
    row = Chunk.objects.get()
    assert (row.state, row.round, row.takes, row.tries) == ("waiting", 2, "deferred", 3)
    assert (row.epoch, row.owner_id, row.lease_until) == (lease.epoch + 1, None, None)
    assert (row.deferred, row.sent, row.in_doubt) == (0, 2, 0)
    assert Outcome.objects.get(round=2).state == "sent"


def test_who_was_first_to_take_back_is_the_only_one() -> None:
    issue = sending()
    leased(issue)
    (held,) = leasing.leased()
    assert leasing.take_back(held, Found(True)) == 0
    assert leasing.take_back(held, Found(True)) is None
    # Leased again meanwhile: that is another's lease.
    leased(issue)
    assert leasing.take_back(held, Found(True)) is None
    assert Chunk.objects.get().state == "leased"


def test_a_take_back_of_a_cancelled_issue_corrects_its_stored_sums() -> None:
    issue = sending(3)
    leased(issue)
    Chunk.objects.update(window=[1])
    Issue.objects.update(state="cancelled", finished_at=timezone.now())
    counts.store(issue.pk)
    issue.refresh_from_db()
    assert (issue.cancelled, issue.in_doubt) == (2, 0)
    assert taken(issue, [1], Found(False)) == 1
    issue.refresh_from_db()
    assert (issue.cancelled, issue.in_doubt) == (2, 1)


@pytest.mark.parametrize("state", ["waiting", "leased"])
def test_an_issue_is_sent_only_when_no_chunk_is_left(state: str) -> None:
    issue = sending(2, 1)
    first, second = Chunk.objects.order_by("first")
    Chunk.objects.filter(pk=first.pk).update(state="done", sent=1)
    if state == "leased":
        Chunk.objects.filter(pk=second.pk).update(state="leased", owner=worker(), lease_until=NOW)
    assert not leasing.finish(issue.pk)
    Chunk.objects.filter(pk=second.pk).update(state="done", failed=1, owner=None, lease_until=None)
    assert leasing.finish(issue.pk)
    assert not leasing.finish(issue.pk)
    issue.refresh_from_db()
    assert (issue.state, issue.finished_at, issue.sent, issue.failed) == ("sent", NOW, 1, 1)


@pytest.mark.parametrize("state", ["paused", "cancelled"])
def test_a_paused_or_cancelled_issue_is_not_stamped_sent(state: str) -> None:
    issue = sending(1)
    Chunk.objects.update(state="done", sent=1)
    Issue.objects.update(state=state, finished_at=NOW)
    assert not leasing.finish(issue.pk)
