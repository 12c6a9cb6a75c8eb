"""Who is mailed is asked in the turn itself: each way to leave ends in its own outcome."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from newsletter.editions.on_the_wire import Wanted
from newsletter.models import Edition, Issue, Outcome
from newsletter.sending.engine import turning
from newsletter.sending.engine.decisions import Decision, Part
from newsletter.sending.engine.outcomes import Lease
from subscribers.choice import CATEGORY_MASK
from subscribers.erasure import erase
from subscribers.models import Subscriber, Subscription, Suppression
from subscribers.suppression import suppress
from tests import builders
from tests.sending.chunks import NOW, leased, places, sending

pytestmark = pytest.mark.django_db
Leave = Callable[[Subscription], object]


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as moment:
        yield moment


def change(**what: Any) -> Leave:
    return lambda tie: Subscription.objects.filter(pk=tie.pk).update(**what)


def suppressed(tie: Subscription) -> None:
    assert tie.subscriber.key is not None
    suppress(tie.subscriber.key, "hard", {})


def lifted(tie: Subscription) -> None:
    suppressed(tie)
    Suppression.objects.update(lifted_at=NOW, lifted_by="alice")


def erased(tie: Subscription) -> None:
    erase(tie.subscriber, by="alice")


def dropped(tie: Subscription) -> None:
    """Takes the one category away and chooses one that this issue has nothing in."""
    other = builders.category(tie.publication, "Trade")
    change(choice=1 << other.bit)(tie)


def turn(lease: Lease) -> Decision:
    editions = {
        one.pk: Wanted(one.selection & CATEGORY_MASK, "every") for one in Edition.objects.all()
    }
    part = Part(lease, ask=[delivery for delivery, _, _ in lease.members])
    done: list[turning.Done] = []
    turning.turn([part], editions, done)
    assert done[0].stored is not None
    return done[0].stored


def second(issue: Issue) -> Subscription:
    return Subscription.objects.get(subscriber__address="reader2@daily.example.org")


@pytest.mark.parametrize(
    ("leave", "state", "detail"),
    [
        (change(state="unsubscribed"), "skipped", "unsubscribed"),
        (change(state="pending"), "skipped", "unsubscribed"),
        (change(paused_until=NOW + dt.timedelta(seconds=1)), "skipped", "paused"),
        (dropped, "skipped", "categories dropped"),
        (suppressed, "suppressed", ""),
        (erased, "skipped", "unsubscribed"),
    ],
    ids=["unsubscribed", "pending", "paused", "dropped", "suppressed", "erased"],
)
def test_who_left_since_the_freeze_is_not_mailed(leave: Leave, state: str, detail: str) -> None:
    issue = sending(3)
    lease = leased(issue)
    leave(second(issue))
    decision = turn(lease)
    assert places(issue, [reader.delivery for reader in decision.authorised]) == [1, 3]
    assert places(issue, list(decision.row.window)) == [1, 3]
    outcome = Outcome.objects.get()
    assert (outcome.delivery_id - lease.base, outcome.state, outcome.detail) == (2, state, detail)


@pytest.mark.parametrize(
    "stay",
    [
        change(paused_until=NOW),
        lifted,
    ],
    ids=["the pause is over", "the suppression is lifted"],
)
def test_who_is_back_is_mailed(stay: Leave) -> None:
    issue = sending(2)
    lease = leased(issue)
    stay(second(issue))
    assert len(turn(lease).authorised) == 2


def test_the_mail_goes_to_the_address_of_this_moment() -> None:
    issue = sending(2)
    lease = leased(issue)
    Subscriber.objects.filter(pk=second(issue).subscriber_id).update(address="new@example.org")
    assert [reader.address for reader in turn(lease).authorised] == [
        "reader1@daily.example.org", "new@example.org",
    ]  # fmt: skip


def test_only_readers_of_an_issue_that_is_sending_are_mailed() -> None:
    issue, other = sending(2), sending(2, slug="weekly")
    first, second_lease = leased(issue), leased(other)
    Issue.objects.filter(pk=other.pk).update(state="paused")
    everybody = [[delivery for delivery, _, _ in one.members] for one in (first, second_lease)]
    done: list[turning.Done] = []
    parts = [Part(first, ask=everybody[0]), Part(second_lease, ask=everybody[1])]
    turning.turn(parts, {}, done)
    stored = [one.stored for one in done]
    assert all(stored)
    assert [one and (one.sending, len(one.authorised), one.held) for one in stored] == [
        (True, 2, []), (False, 0, everybody[1]),
    ]  # fmt: skip
    assert not Outcome.objects.exists()
