"""From a released issue to a real SMTP server and back into the ledger."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from newsletter import sending
from newsletter.models import Issue
from tests import builders
from tests.smtpd import Smtpd

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def relay(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Smtpd]:
    """A recording server; `@pytest.mark.parametrize("relay", [faults], indirect=True)`."""
    faults = getattr(request, "param", [])
    with (
        Smtpd(log=tmp_path / "accepted", faults=faults, seed=1, keep=True) as server,
        override_settings(
            DATA_DIR=tmp_path, SMTP_URLS=[f"smtp://127.0.0.1:{server.port}?starttls=never"]
        ),
    ):
        yield server


def issue_for(count: int, **extra: Any) -> Issue:
    publication = builders.publication(**extra)
    ships = builders.category(publication, "Ships")
    trade = builders.category(publication, "Trade")
    issue = builders.issue(publication)
    builders.item(issue, ships, "A ship came in")
    builders.item(issue, trade, "Corn is up")
    for number in range(count):
        wanted = [ships, trade] if number % 2 else [trade]
        builders.subscription(publication, f"reader{number:03}@example.org", wanted)
    return issue


def send(issue: Issue) -> dict[str, int]:
    sending.release(issue, by="alice", now=True)
    sending.sweep()
    sending.drain(30)
    issue.refresh_from_db()
    return sending.ledger(issue)


def test_everybody_gets_their_own_edition_once(relay: Smtpd) -> None:
    issue = issue_for(300)
    ledger = send(issue)
    assert issue.state == "sent"
    assert (ledger["recipients"], ledger["sent"]) == (300, 300)
    assert sorted(relay.recipients()) == [f"reader{n:03}@example.org" for n in range(300)]
    by_reader = {one.recipient: one for one in relay.accepted}
    one = email.message_from_bytes(
        by_reader["reader000@example.org"].content or b"", policy=email.policy.default
    )
    two = email.message_from_bytes(
        by_reader["reader001@example.org"].content or b"", policy=email.policy.default
    )
    assert one["To"] == "reader000@example.org"
    assert "A ship came in" not in one.get_body(("plain",)).get_content()
    assert "A ship came in" in two.get_body(("plain",)).get_content()
    assert sending.recount(issue) == ledger
    assert (issue.sent, issue.recipients) == (300, 300)
