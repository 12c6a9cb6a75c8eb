"""The ledger: every reader counted once at every moment, and the same from every outcome."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from newsletter.models import PLACES, Chunk, Delivery, Edition, Issue, Outcome
from newsletter.sending import counts, ending
from tests import builders
from tests.sending.chunks import NOW, outcome, sending, worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as moment:
        yield moment


def lease(issue: Issue, window: list[int], **row: Any) -> None:
    Chunk.objects.filter(issue=issue).update(
        state="leased", owner=worker(), lease_until=NOW, window=window, **row
    )


def both(issue: Issue) -> dict[str, int]:
    """The counts that are not 0: by the chunks' sums, which must agree with every outcome."""
    found = counts.ledger(issue)
    assert found == counts.recount(issue)
    assert found["recipients"] == sum(found[key] for key in counts.KEYS[1:])
    return {key: count for key, count in found.items() if count}


def test_who_is_on_the_wire_for_the_first_time_is_in_flight_and_not_waiting() -> None:
    issue = sending(6)
    outcome(issue, 1, "sent")
    lease(issue, [2, 3], sent=1)
    assert both(issue) == {"recipients": 6, "waiting": 3, "in_flight": 2, "sent": 1}


@pytest.mark.parametrize("takes", ["deferred", "failed", "in_doubt"])
def test_s9_who_is_tried_again_is_in_flight_and_not_under_the_old_outcome_as_well(
    takes: str,
) -> None:
    issue = sending(4)
    for place in (1, 2, 3):
        outcome(issue, place, takes)
    outcome(issue, 4, "sent")
    lease(issue, [1, 2], round=2, takes=takes, sent=1, **{takes: 3})
    assert both(issue) == {"recipients": 4, "in_flight": 2, "sent": 1, takes: 1}


def test_when_it_is_cancelled_who_was_waiting_or_deferred_is_cancelled() -> None:
    issue = sending(6)
    outcome(issue, 1, "deferred")
    outcome(issue, 2, "failed")
    lease(issue, [3], deferred=1, failed=1)
    Issue.objects.update(state="cancelled", finished_at=NOW)
    assert both(issue) == {"recipients": 6, "in_flight": 1, "failed": 1, "cancelled": 4}


def test_who_got_no_mail_at_the_freeze_is_skipped_or_suppressed() -> None:
    issue = sending(2)
    for place, reason in ((3, "no_item"), (4, "paused"), (5, "suppressed")):
        edition = Edition.objects.create(issue=issue, none_because=reason, readers=1)
        reader = builders.subscription(issue.publication, f"none{place}@example.org")
        Delivery.objects.create(
            pk=issue.pk * PLACES + place, issue=issue, subscription=reader, edition=edition
        )
    Issue.objects.update(recipients=5)
    assert both(issue) == {"recipients": 5, "waiting": 2, "skipped": 2, "suppressed": 1}
    assert counts.reasons(issue) == {"no_item": 1, "paused": 1, "suppressed": 1}


def test_a_resolved_doubt_is_sent() -> None:
    issue = sending(2)
    outcome(issue, 1, "in_doubt", resolved_at=NOW)
    outcome(issue, 2, "in_doubt")
    Chunk.objects.update(sent=1, in_doubt=1)
    assert both(issue) == {"recipients": 2, "sent": 1, "in_doubt": 1}


def test_only_the_latest_outcome_counts() -> None:
    issue = sending(1)
    outcome(issue, 1, "deferred")
    outcome(issue, 1, "sent", round=2)
    Chunk.objects.update(sent=1, round=2, takes="deferred", state="done")
    assert both(issue) == {"recipients": 1, "sent": 1}


def test_another_issue_counts_for_itself() -> None:
    issue, other = sending(2), sending(3, slug="weekly")
    outcome(other, 1, "sent")
    lease(other, [2], sent=1)
    assert both(issue) == {"recipients": 2, "waiting": 2}
    assert both(other) == {"recipients": 3, "waiting": 1, "in_flight": 1, "sent": 1}


def test_the_stored_sums_are_the_ledgers_and_are_all_that_a_folded_issue_has() -> None:
    issue = sending(3)
    outcome(issue, 1, "failed")
    outcome(issue, 2, "sent")
    Chunk.objects.update(failed=1, sent=1)
    Issue.objects.update(state="cancelled", finished_at=NOW)
    before = counts.ledger(issue)
    counts.store(issue.pk)
    issue.refresh_from_db()
    assert (issue.sent, issue.failed, issue.cancelled) == (1, 1, 1)
    Issue.objects.update(folded_at=NOW)
    Outcome.objects.all().delete()
    Chunk.objects.all().delete()
    assert counts.ledger(issue) == before


@pytest.mark.parametrize(
    ("state", "resolved", "issue_state", "said"),
    [
        (None, False, "sending", "waiting"),
        (None, False, "cancelled", "cancelled"),
        ("sent", False, "cancelled", "sent"),
        ("deferred", False, "sending", "deferred"),
        ("deferred", False, "cancelled", "cancelled"),
        ("in_doubt", False, "sending", "in_doubt"),
        ("in_doubt", True, "sending", "sent"),
        ("skipped", False, "sending", "skipped"),
    ],
)
def test_what_is_said_of_one_reader(
    state: str | None, resolved: bool, issue_state: str, said: str
) -> None:
    issue = sending(2)
    if state is not None:
        outcome(issue, 1, state, resolved_at=NOW if resolved else None)
        Chunk.objects.update(**{state: 1})
    Issue.objects.update(state=issue_state, finished_at=NOW)
    assert counts.state_of(Delivery.objects.get(pk=issue.pk * PLACES + 1))[0] == said


def test_who_is_in_the_window_is_in_flight_whatever_was_known_before() -> None:
    issue = sending(2)
    outcome(issue, 1, "deferred")
    outcome(issue, 2, "deferred")
    lease(issue, [1], round=2, takes="deferred", deferred=2)
    states = [counts.state_of(one)[0] for one in Delivery.objects.order_by("pk")]
    assert states == ["in_flight", "deferred"]


def test_progress_is_final_only_when_nobody_is_on_the_wire() -> None:
    issue = sending(3)
    outcome(issue, 1, "sent")
    lease(issue, [2], sent=1)
    Issue.objects.update(state="cancelled", finished_at=NOW)
    found = ending.progress(issue)
    assert (found.final, found.done) == (False, 2)  # Handed over, and cancelled.
    outcome(issue, 2, "sent")
    lease(issue, [], sent=2)
    found = ending.progress(issue)
    assert (found.final, found.done, found.seconds_left) == (True, 3, None)
