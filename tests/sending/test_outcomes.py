"""What is stored of a refusal beside its outcome: one row, whole, and only where it may matter."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
import time_machine

from newsletter.models import PLACES, Bounce, Delivery
from newsletter.sending.engine import outcomes
from newsletter.sending.engine.outcomes import Settled
from newsletter.sending.engine.policy import GIVEN_UP, Judgement
from tests.sending.chunks import NOW, leased, outcome, sending

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def failed(blame: str, permanent: bool = True) -> Judgement:
    return Judgement(
        "failed", 550, "5.1.1", "no such user",
        blame=blame, permanent=permanent, reason="user_unknown",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("blame", "permanent", "kind"),
    [("reader", True, "hard"), ("reader", False, "soft"), ("unclear", True, "soft")],
)
def test_a_refusal_that_may_end_an_address_is_stored_whole(
    blame: str, permanent: bool, kind: str
) -> None:
    issue = sending(2)
    lease, second = leased(issue), issue.pk * PLACES + 2
    rows = [(lease, Settled([second], failed(blame, permanent), None, NOW))]
    outcomes.bounces(rows)
    outcomes.bounces(rows)  # A turn that is tried again.
    row = Bounce.objects.values().get()
    row.pop("id")
    who = Delivery.objects.select_related("subscription").get(pk=second).subscription.subscriber_id
    known = {
        "at": NOW, "subscriber_id": who, "delivery_id": second, "kind": kind, "via": "smtp",
        "status": "5.1.1", "reason": "no such user", "blame": blame, "permanent": permanent,
        "reason_code": "user_unknown", "decision": "waiting",
        "seen": hashlib.sha256(f"smtp:{second}:1".encode()).hexdigest(),
    }  # fmt: skip
    assert {name: row[name] for name in known} == known


@pytest.mark.parametrize("blame", ["sender", "content", "pace", "relay", ""])
def test_a_refusal_about_us_is_no_mark_of_the_reader(blame: str) -> None:
    lease = leased(sending(1))
    outcomes.bounces([(lease, Settled([lease.first], failed(blame), None, NOW))])
    later = failed("reader")._replace(state="deferred")
    outcomes.bounces([(lease, Settled([lease.first], later, None, NOW))])
    assert not Bounce.objects.exists()


def test_who_is_given_up_on_is_refused_for_what_the_last_deferral_said() -> None:
    issue = sending(3)
    lease, base = leased(issue), issue.pk * PLACES
    busy = {"code": 450, "status": "4.3.2", "detail": "system not accepting messages"}
    full = {"code": 452, "status": "4.2.2", "detail": "mailbox full"}
    outcome(issue, 1, "deferred", **busy)
    outcome(issue, 1, "deferred", round=2, **full)
    outcome(issue, 2, "deferred", **full)
    outcome(issue, 2, "deferred", round=2, **busy)
    outcome(issue, 3, "deferred", code=450, detail="no such user")
    outcomes.bounces([(lease, Settled([base + 1, base + 2, base + 3], GIVEN_UP, None, NOW))])
    found = Bounce.objects.order_by("delivery_id").values_list(
        "delivery_id", "kind", "status", "reason", "blame", "permanent", "reason_code"
    )
    assert list(found) == [
        (base + 1, "soft", "4.2.2", "mailbox full", "reader", False, "mailbox_full"),
        # Only the code says that it was for now.
        (base + 3, "soft", "", "no such user", "reader", False, "user_unknown"),
    ]
