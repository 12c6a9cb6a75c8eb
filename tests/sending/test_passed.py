"""What became due on the database that a copy is of: nothing of it goes out unasked, ever."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.auth import get_user_model

from newsletter import editions, sending
from newsletter.issues import ready
from newsletter.models import Issue, Machine, Ready, Roundup, Slot
from newsletter.sending import guard, roundups
from newsletter.sending.guard import beat
from subscribers.models import Publication, Role
from tests import builders
from tests.sending.stage import relay_for

pytestmark = pytest.mark.django_db(transaction=True)

# A Monday, 07:30 in Shanghai.
SLOT = dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
PASSED = "The database is a copy, and the time to send has passed"


@pytest.fixture(autouse=True)
def clock() -> Any:
    """At first an hour before the slot: the moment that the copy is of."""
    with time_machine.travel(SLOT - HOUR, tick=False) as moment:
        yield moment


@pytest.fixture
def daily() -> Publication:
    publication = builders.publication(time_zone="Asia/Shanghai", undo_seconds=180)
    builders.category(publication, "Ships")
    builders.subscription(publication, "alice@example.org")
    sam = get_user_model().objects.create_user("sam", is_staff=True)
    Role.objects.create(user=sam, publication=publication, kind="sender")
    return publication


def draft(publication: Publication, date: str = "2026-03-02") -> Issue:
    issue = builders.issue(publication, date)
    builders.item(issue, publication.categories.get(), "A ship came in")
    return issue


def restored_and_agreed() -> list[tuple[str, int]]:
    """The database is found to be a copy, and a person agrees; what they were told."""
    beat.forget()
    assert guard.may_act()
    Machine.objects.update(beats=0)
    beat.forget()
    assert not guard.may_act()
    told = [(line.kind, line.count) for line in guard.would_go_out()]
    assert guard.agree(by="alice")
    beat.forget()
    assert guard.may_act()
    return told


def works_on(clock: Any, until: dt.datetime) -> None:
    """Worker and housekeeping, every ten minutes."""
    now = dt.datetime.now(dt.UTC)
    while now < until:
        sending.sweep()
        roundups.sweep()
        sending.drain(5)
        now += dt.timedelta(minutes=10)
        clock.move_to(now)


def test_a_scheduled_issue_whose_time_passed_is_paused_and_a_later_one_goes(
    daily: Publication, clock: Any, tmp_path: Path
) -> None:
    passed, later = draft(daily), draft(daily, "2026-03-03")
    sending.release(passed, by="sam", at=SLOT)
    sending.release(later, by="sam", at=SLOT + 2 * HOUR)
    clock.move_to(SLOT + dt.timedelta(minutes=10))  # Well within what a late start may be.
    with relay_for(tmp_path) as relay:
        assert restored_and_agreed() == [("passed", 1), ("scheduled", 1)]
        works_on(clock, SLOT + HOUR)
        passed.refresh_from_db()
        assert (passed.state, passed.state_reason[: len(PASSED)]) == ("paused", PASSED)
        assert relay.accepted == []
        works_on(clock, SLOT + 3 * HOUR)
        later.refresh_from_db()
        assert (later.state, len(relay.accepted)) == ("sent", 1)
        # A person looked into the log of the mail server: it had not gone out.
        sending.resume(passed, by="sam")
        works_on(clock, SLOT + 4 * HOUR)
        passed.refresh_from_db()
        assert (passed.state, len(relay.accepted)) == ("sent", 2)


def test_a_ready_draft_goes_neither_late_at_its_slot_nor_at_the_next(
    daily: Publication, clock: Any, tmp_path: Path
) -> None:
    Slot.objects.create(publication=daily, weekdays=127, at=dt.time(7, 30))
    issue = draft(daily)
    sam = get_user_model().objects.get(username="sam")
    ready.declare(issue, editions.load(issue), sam)
    clock.move_to(SLOT + dt.timedelta(minutes=10))
    with relay_for(tmp_path) as relay:
        assert restored_and_agreed() == [("drafts", 1)]
        works_on(clock, SLOT + 26 * HOUR)
        issue.refresh_from_db()
        assert (issue.state, relay.accepted) == ("draft", [])
        assert not Ready.objects.exists()
        ready.declare(issue, editions.load(issue), sam)
        works_on(clock, SLOT + 50 * HOUR)
        issue.refresh_from_db()
        assert (issue.state, len(relay.accepted)) == ("sent", 1)


@pytest.mark.parametrize("made", [False, True])
def test_a_round_up_whose_period_ended_stays_a_draft(
    daily: Publication, clock: Any, tmp_path: Path, made: bool
) -> None:
    """`made`: in the copy its draft was there, and about to go."""
    Publication.objects.update(roundup="weekly", roundup_by_itself=True)
    tie = builders.subscription(daily, "weekly@example.org")
    type(tie).objects.filter(pk=tie.pk).update(rhythm="weekly")
    issue = draft(daily)
    sending.release(issue, by="sam", now=True)
    with relay_for(tmp_path) as relay:
        sending.sweep()
        sending.drain(5)
        daily.refresh_from_db()
        clock.move_to(SLOT + dt.timedelta(days=8))
        if made:
            assert roundups.make_due(daily) is not None
            assert Roundup.objects.get().goes
        # They took to single issues and back while an earlier one was sent.
        Roundup.objects.create(
            publication=daily, subscription=tie, since=SLOT, until=SLOT,
            begins_at=SLOT - dt.timedelta(days=7), ends_at=SLOT,
        )  # fmt: skip
        before = len(relay.accepted)
        told = restored_and_agreed()
        assert told == ([("drafts", 1)] if made else [])
        works_on(clock, SLOT + dt.timedelta(days=8, hours=4))
        row = Roundup.objects.get()
        assert row.issue is not None and row.issue.state == "draft"
        assert not row.goes and row.problem.startswith("The database is a copy") is made
        assert len(relay.accepted) == before
