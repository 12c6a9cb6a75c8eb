"""What a person may ask for, and what each act refuses: conditional, on record, never twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import connections

from newsletter import sending
from newsletter.models import PLACES, Chunk, Issue, Outcome
from newsletter.sending import control, counts
from subscribers.models import AuditEntry
from tests import builders
from tests.sending.chunks import NOW, outcome, worker
from tests.sending.chunks import sending as issue_sending

pytestmark = pytest.mark.django_db
Act = Callable[[Issue], object]

ACTS: dict[str, Act] = {
    "release": lambda issue: sending.release(issue, by="alice"),
    "unschedule": lambda issue: sending.unschedule(issue, by="alice"),
    "pause": lambda issue: sending.pause(issue, by="alice", reason="wait"),
    "resume": lambda issue: sending.resume(issue, by="alice"),
    "cancel": lambda issue: sending.cancel(issue, by="alice"),
    "retry_failed": lambda issue: sending.retry_failed(issue, by="alice"),
    "resend_in_doubt": lambda issue: sending.resend_in_doubt(issue, by="alice"),
}
# Acts that each state allows, and the state they lead to.
ALLOWED = {
    "sending": {"pause": "paused", "cancel": "cancelled"},
    "paused": {"resume": "sending", "cancel": "cancelled"},
    "sent": {},
    "cancelled": {},
}


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as moment:
        yield moment


def done(issue: Issue, state: str = "sent", **row: int) -> None:
    """All chunks are done, with these counts; the issue is in this state."""
    Chunk.objects.filter(issue=issue).update(state="done", **row)
    Issue.objects.filter(pk=issue.pk).update(state=state, finished_at=NOW)
    issue.refresh_from_db()


@pytest.mark.parametrize("state", list(ALLOWED))
@pytest.mark.parametrize("act", list(ACTS))
def test_an_act_is_done_from_its_states_only_and_is_on_record(act: str, state: str) -> None:
    issue = issue_sending(1)
    finished = None if state in ("sending", "paused") else NOW
    Issue.objects.update(state=state, finished_at=finished)
    Chunk.objects.update(state="done", sent=1)
    issue.refresh_from_db()
    expected = ALLOWED[state].get(act)
    if expected is None:
        with pytest.raises(sending.ActRefused):
            ACTS[act](issue)
        assert not AuditEntry.objects.exists()
    else:
        ACTS[act](issue)
        entry = AuditEntry.objects.get()
        assert (entry.action, entry.actor, entry.target) == (act, "alice", f"issue:{issue.pk}")
    issue.refresh_from_db()
    assert issue.state == (expected or state)


def test_what_was_frozen_cannot_be_unscheduled_and_what_was_not_is_frozen_on_resuming() -> None:
    issue = builders.issue(builders.publication())
    Issue.objects.update(state="paused", send_at=NOW - dt.timedelta(days=1))
    sending.resume(issue, by="alice")
    assert (issue.state, issue.send_at) == ("scheduled", NOW)
    sending.unschedule(issue, by="alice")
    assert (issue.state, issue.send_at) == ("draft", None)


# ---- release


def draft(**extra: Any) -> Issue:
    publication = builders.publication(**extra)
    issue = builders.issue(publication)
    builders.item(issue, builders.category(publication, "Ships"), "A ship came in")
    return issue


def test_released_it_waits_for_the_undo_time_unless_it_is_to_go_now() -> None:
    issue = draft(undo_seconds=30)
    assert sending.release(issue, by="alice") == NOW + dt.timedelta(seconds=30)
    sending.unschedule(issue, by="alice")
    assert sending.release(issue, by="alice", now=True) == NOW
    sending.unschedule(issue, by="alice")
    later = NOW + dt.timedelta(days=1)
    assert sending.release(issue, by="alice", at=later) == later
    issue.refresh_from_db()
    assert (issue.state, issue.send_at) == ("scheduled", later)


def test_a_time_that_has_passed_is_refused_and_one_without_a_zone_is_a_mistake() -> None:
    issue = draft()
    with pytest.raises(sending.ActRefused, match="has passed"):
        sending.release(issue, by="alice", at=NOW - dt.timedelta(minutes=2))
    with pytest.raises(ValueError, match="naive"):
        sending.release(issue, by="alice", at=dt.datetime(2026, 3, 3, 9, 0))
    issue.refresh_from_db()
    assert issue.state == "draft"


def test_where_two_must_agree_the_second_is_somebody_else_and_is_asked_for() -> None:
    issue = draft(needs_approval=True)
    users = get_user_model()
    alice, bob = (users.objects.create_superuser(name) for name in ("alice", "bob"))
    with pytest.raises(sending.ActRefused, match="second person"):
        sending.release(issue, by=alice)
    sending.approve(issue, by=alice)
    with pytest.raises(sending.ActRefused, match="Somebody else"):
        sending.release(issue, by=alice)
    # Taken back after the page was shown: `issue` still says that alice approved.
    Issue.objects.update(approved_by=None)
    with pytest.raises(sending.ActRefused):
        sending.release(issue, by=bob)
    sending.approve(issue, by=alice)
    sending.release(issue, by=bob)
    assert (issue.state, issue.released_by_id) == ("scheduled", bob.pk)


def test_only_a_draft_is_approved() -> None:
    issue = issue_sending(1)
    with pytest.raises(sending.ActRefused):
        sending.approve(issue, by=get_user_model().objects.create_user("alice"))


# ---- another round


def test_a_retry_takes_only_finished_chunks_with_somebody_to_retry() -> None:
    issue = issue_sending(6, 2)
    first, second, third = Chunk.objects.order_by("first")
    Chunk.objects.filter(pk=first.pk).update(state="done", failed=2, tries=4)
    Chunk.objects.filter(pk=second.pk).update(state="done", sent=2)
    Chunk.objects.filter(pk=third.pk).update(failed=1)
    assert sending.retry_failed(issue, by="alice") == 2
    rows = list(Chunk.objects.order_by("first").values_list("state", "round", "takes", "tries"))
    assert rows == [
        ("waiting", 2, "failed", 0), ("done", 1, "waiting", 0), ("waiting", 1, "waiting", 0),
    ]  # fmt: skip
    assert AuditEntry.objects.get().detail == {"readers": 2}
    with pytest.raises(sending.ActRefused, match="nobody"):
        sending.retry_failed(issue, by="alice")


def test_a_sent_issue_is_sending_again_and_a_folded_or_cancelled_one_never() -> None:
    issue = issue_sending(1)
    done(issue, failed=1)
    sending.retry_failed(issue, by="alice")
    assert (issue.state, issue.finished_at) == ("sending", None)
    done(issue, failed=1)
    Issue.objects.update(folded_at=NOW)
    with pytest.raises(sending.ActRefused):
        sending.retry_failed(issue, by="alice")
    done(issue, "cancelled", failed=1)
    Issue.objects.update(folded_at=None)
    with pytest.raises(sending.ActRefused):
        sending.retry_failed(issue, by="alice")
    assert Chunk.objects.get().state == "done"


@pytest.mark.parametrize(
    ("takes", "act"), [("failed", "retry_failed"), ("in_doubt", "resend_in_doubt")]
)
def test_another_round_touches_no_other_issue_and_does_not_end_a_pause(
    takes: str, act: str, clock: Any
) -> None:
    issue, other = issue_sending(1), issue_sending(1, slug="weekly")
    done(issue, "paused", **{takes: 1})
    Issue.objects.filter(pk=issue.pk).update(finished_at=None)
    done(other, "sent", **{takes: 1})
    clock.shift(3600)
    assert ACTS[act](issue) == 1
    assert (issue.state, issue.finished_at) == ("paused", None)
    other.refresh_from_db()
    assert (other.state, other.finished_at) == ("sent", NOW)
    assert Chunk.objects.get(issue=other).state == "done"
    again = Chunk.objects.get(issue=issue)
    assert (again.state, again.takes, again.round) == ("waiting", takes, 2)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.detail) == (act, {"readers": 1})


def test_a_cancelled_issue_is_finished_now_and_keeps_no_reason() -> None:
    issue = issue_sending(2)
    Issue.objects.update(state="paused", state_reason="wait")
    sending.cancel(issue, by="alice")
    assert (issue.state, issue.state_reason, issue.finished_at) == ("cancelled", "", NOW)
    assert issue.cancelled == 2


def test_only_doubt_makes_a_resend_wait(clock: Any) -> None:
    issue = issue_sending(2)
    outcome(issue, 1, "in_doubt")
    done(issue, in_doubt=1, sent=1)
    clock.shift(20 * 60)
    Outcome.objects.create(
        delivery_id=issue.pk * PLACES + 2, round=1, state="sent", at=NOW + dt.timedelta(minutes=20)
    )
    assert sending.resend_in_doubt(issue, by="alice") == 1


def test_in_doubt_is_not_sent_again_before_a_quarter_of_an_hour_has_passed(clock: Any) -> None:
    issue, other = issue_sending(2), issue_sending(1, slug="weekly")
    outcome(issue, 1, "in_doubt")
    outcome(issue, 2, "in_doubt")
    done(issue, in_doubt=2)
    clock.shift(14 * 60 + 59)
    with pytest.raises(sending.ActRefused, match="in 1 minute at"):
        sending.resend_in_doubt(issue, by="alice")
    clock.shift(1)
    # Another issue's doubt is no reason to wait.
    Outcome.objects.create(delivery_id=other.pk * PLACES + 1, round=1, state="in_doubt")
    assert sending.resend_in_doubt(issue, by="alice") == 2


# ---- resolving


def doubted(**row: Any) -> tuple[Issue, int]:
    """An issue whose first reader is in doubt, in a finished chunk."""
    issue = issue_sending(2)
    outcome(issue, 1, "in_doubt")
    outcome(issue, 2, "sent")
    done(issue, sent=1, in_doubt=1)
    Chunk.objects.update(**row)
    return issue, issue.pk * PLACES + 1


def test_a_resolved_reader_counts_as_sent_once() -> None:
    issue, delivery = doubted()
    assert sending.resolve(delivery, 1, "delivered", "bounces")
    row = Outcome.objects.get(delivery_id=delivery)
    assert (row.state, row.resolved_at, row.resolved_by, row.evidence) == (
        "in_doubt", NOW, "bounces", "delivered",
    )  # fmt: skip
    assert not sending.resolve(delivery, 1, "delivered", "bounces")
    chunk = Chunk.objects.get()
    assert (chunk.sent, chunk.in_doubt) == (2, 0)
    issue.refresh_from_db()
    assert (issue.sent, issue.in_doubt) == (2, 0)
    assert counts.ledger(issue) == counts.recount(issue)


@pytest.mark.parametrize("state", ["waiting", "leased"])
def test_s9_nobody_is_resolved_while_a_person_has_them_sent_again(state: str) -> None:
    """The reader is a member of the open round: resolved as well, the counts would be wrong."""
    held = {"owner": worker(), "lease_until": NOW, "window": [1]} if state == "leased" else {}
    _, delivery = doubted(state=state, round=2, takes="in_doubt", **held)
    assert not sending.resolve(delivery, 1, "delivered", "bounces")
    assert not sending.resolve(delivery, None, "delivered", "bounces")
    assert Outcome.objects.get(delivery_id=delivery).resolved_at is None
    chunk = Chunk.objects.get()
    assert (chunk.sent, chunk.in_doubt) == (1, 1)


def test_s9_while_others_of_the_chunk_are_tried_again_one_may_be_resolved() -> None:
    issue, delivery = doubted(state="waiting", round=2, takes="failed")
    assert sending.resolve(delivery, 1, "delivered", "bounces")
    assert counts.ledger(issue) == counts.recount(issue)


def test_a_report_of_an_earlier_round_or_of_another_outcome_resolves_nothing() -> None:
    issue, delivery = doubted(round=2, takes="in_doubt")
    outcome(issue, 1, "in_doubt", round=2)
    assert not sending.resolve(delivery, 1, "delivered", "bounces")
    assert not sending.resolve(delivery + 1, None, "delivered", "bounces")  # Sent.
    assert not sending.resolve(delivery + 2, None, "delivered", "bounces")  # Nobody.
    assert sending.resolve(delivery, 2, "delivered", "bounces")


# ---- a pause and the turns


@pytest.mark.needs("postgres")
@pytest.mark.django_db(transaction=True)
def test_a_pause_waits_for_the_turn_that_is_under_way() -> None:
    """Else that turn could authorise after the pause was committed. SQLite has one writer."""
    issue = issue_sending(1)
    turning = connections.create_connection("default")
    try:
        turning.set_autocommit(False)
        with turning.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock_shared(%s, %s)", [control.ADVISORY, issue.pk]
            )
        from django.db import OperationalError, connection

        for act in (sending.pause, sending.cancel):
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '200ms'")
            with pytest.raises(OperationalError, match="lock timeout"):
                act(issue, by="alice")
        turning.rollback()
        sending.pause(issue, by="alice")
        assert issue.state == "paused"
    finally:
        turning.close()
        connection.close()
