"""Issues signed by the worker: every mail on the wire, judged by another implementation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dkim as verifier
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from newsletter import sending
from newsletter.message.dkim import BadKey, Signer
from newsletter.models import Issue
from newsletter.sending.engine.sender import Sender
from tests import builders
from tests.site_settings import override
from tests.smtpd import Smtpd

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "dkim.pem"
    file.write_bytes(
        rsa.generate_private_key(65537, 2048).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


def issue_for(count: int, **extra: Any) -> Issue:
    publication = builders.publication(**extra)
    ships = builders.category(publication, "Ships")
    issue = builders.issue(publication)
    builders.item(issue, ships, "A ship came in")
    for number in range(count):
        builders.subscription(publication, f"reader{number:03}@example.org")
    return issue


def send(issue: Issue) -> dict[str, int]:
    sending.release(issue, by="alice", now=True)
    sending.sweep()
    sending.drain(60)
    return sending.ledger(issue)


def test_a_rehearsal_is_signed_as_it_is_sent(tmp_path: Path, key: Path) -> None:
    """Band and header included: the signature is made of what goes to the rehearsal address."""
    issue = issue_for(3, rehearsal_address="desk@harbour.example.org")
    record = Signer("harbour.example.org", "s1", key.read_bytes()).record.encode()
    with (
        Smtpd(keep=True) as relay,
        override(
            DATA_DIR=tmp_path,
            DKIM_KEYS=f"harbour.example.org:s1:{key}",
            SMTP_URLS=[f"smtp://127.0.0.1:{relay.port}"],
        ),
    ):
        send(issue)
    assert relay.recipients() == ["desk@harbour.example.org"] * 3
    for one in relay.accepted:
        assert one.content is not None and b"X-Sudi-Rehearsal-For: reader00" in one.content
        assert verifier.verify(one.content, dnsfunc=lambda name, timeout=5: record)


def test_every_mail_carries_a_good_signature(tmp_path: Path, key: Path) -> None:
    issue = issue_for(150)
    record = Signer("harbour.example.org", "s1", key.read_bytes()).record.encode()
    with (
        Smtpd(keep=True, faults=["dot:drop:2", "rcpt:450 4.2.1 later:2"], seed=5) as relay,
        override(
            DATA_DIR=tmp_path,
            DKIM_KEYS=f"harbour.example.org:s1:{key}",
            SMTP_URLS=[f"smtp://127.0.0.1:{relay.port}"],
        ),
    ):
        ledger = send(issue)
    assert ledger["sent"] + ledger["in_doubt"] + ledger["deferred"] == 150
    assert 130 < len(relay.accepted) == len(set(relay.recipients()))
    for one in relay.accepted:
        assert one.content is not None and one.content.count(b"DKIM-Signature:") == 1
        assert verifier.verify(
            one.content,
            dnsfunc=lambda name, timeout=5: (
                record if name == b"s1._domainkey.harbour.example.org." else None
            ),
        )


def test_another_domain_is_left_to_the_relay(tmp_path: Path, key: Path) -> None:
    issue = issue_for(3)
    with (
        Smtpd(keep=True) as relay,
        override(
            DATA_DIR=tmp_path,
            DKIM_KEYS=f"example.org:s1:{key}",
            SMTP_URLS=[f"smtp://127.0.0.1:{relay.port}"],
        ),
    ):
        assert send(issue)["sent"] == 3
    assert all(b"DKIM-Signature" not in (one.content or b"") for one in relay.accepted)


def test_a_key_that_cannot_be_used_sends_nothing_unsigned(tmp_path: Path) -> None:
    with (
        override(DATA_DIR=tmp_path, DKIM_KEYS="harbour.example.org:s1:/no/such/key", SMTP_URLS=[]),
        pytest.raises(BadKey, match="No such file"),
    ):
        Sender([]).start()
