"""From a released issue to a real SMTP server and back into the ledger."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter import sending
from tests.sending.stage import issue_for, relay_for, send
from tests.smtpd import Smtpd

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def relay(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Smtpd]:
    """The recording server; its faults by `parametrize("relay", [faults], indirect=True)`."""
    with relay_for(tmp_path, getattr(request, "param", ())) as server:
        yield server


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
