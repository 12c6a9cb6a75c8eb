"""One-off mails over a real connection: what the relay gets, and what it may answer."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from django.utils import timezone

from subscribers import housekeeping, mailing, tasks
from subscribers.emails import letters
from subscribers.emails import relay as to_relay
from subscribers.models import ServiceMail, Subscription
from tests import builders

from .test_browser import free_port

pytestmark = pytest.mark.django_db(transaction=True)


class Relay:
    """Keeps what it gets; answers `reply` at the end of the data, or `refuse` at the recipient."""

    def __init__(self) -> None:
        self.got: list[tuple[str, list[str], bytes]] = []
        self.reply = "250 kept"
        self.refuse = ""

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.got.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return self.reply


@pytest.fixture
def relay(settings: Any, request: pytest.FixtureRequest) -> Iterator[Relay]:
    handler = Relay()
    international = getattr(request, "param", True)
    controller = Controller(
        handler, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=international
    )
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = controller.port
    settings.EMAIL_USE_TLS = False
    yield handler
    controller.stop()


def pending(address: str, **extra: Any) -> Subscription:
    publication = builders.publication(**extra)
    return builders.subscription(publication, address, state="pending", confirmed_at=None)


def parsed(content: bytes) -> email.message.EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)


def test_headers_that_hold_line_breaks_cannot_be_forged(relay: Relay) -> None:
    reader = pending(
        "alice@example.org",
        name="Harbour\r\nBcc: eve@example.net",
        from_name="Harbour\nX-Evil: yes",
    )
    tasks.answer_request.call(reader.pk)
    ((sender, recipients, content),) = relay.got
    assert (sender, recipients) == ("news@harbour.example.org", ["alice@example.org"])
    message = parsed(content)
    assert message["Bcc"] is None
    assert message["X-Evil"] is None
    assert message["Subject"] == (
        "Please confirm your subscription to Harbour Bcc: eve@example.net"
    )
    for name in ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version"):
        assert len(message.get_all(name, [])) == 1, name
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_a_local_part_beyond_ascii_goes_to_that_very_mailbox(relay: Relay) -> None:
    tasks.answer_request.call(pending("алиса@example.org").pk)
    ((_sender, recipients, content),) = relay.got
    assert recipients == ["алиса@example.org"]
    assert "To: алиса@example.org\r\n".encode() in content


@pytest.mark.parametrize("relay", [False], indirect=True)
def test_without_smtputf8_it_is_not_sent_to_somebody_else(relay: Relay) -> None:
    reader = pending("алиса@example.org")
    tasks.answer_request.call(reader.pk)
    assert relay.got == []
    reader.refresh_from_db()
    assert reader.asked_at is not None  # For good: it is not tried every ten seconds.


def test_a_refusal_for_good_is_not_repeated(relay: Relay) -> None:
    relay.refuse = "550 5.1.1 no such user"
    reader = pending("alice@example.org")
    tasks.answer_request.call(reader.pk)
    relay.refuse = ""
    tasks.answer_request.call(reader.pk)
    housekeeping.sweep()
    assert relay.got == []


def test_a_refusal_for_now_is_tried_again_and_the_slot_is_free(relay: Relay) -> None:
    relay.refuse = "450 4.2.1 greylisted"
    reader = pending("alice@example.org")
    tasks.answer_request.call(reader.pk)
    reader.refresh_from_db()
    assert reader.asked_at is None
    relay.refuse = ""
    tasks.answer_request.call(reader.pk)
    assert len(relay.got) == 1


def test_a_mail_without_an_answer_goes_thrice_at_most(relay: Relay) -> None:
    """It may have arrived: who asks again makes no copy, and the last try counts as sent."""
    relay.reply = "not an answer at all"
    reader = pending("alice@example.org")
    tasks.answer_request.call(reader.pk)
    reader.refresh_from_db()
    assert reader.asked_at is not None
    tasks.answer_request.call(reader.pk)
    assert len(relay.got) == 1
    for minutes in (1, 3, 9, 27):
        with time_machine.travel(timezone.now() + dt.timedelta(minutes=minutes)):
            mailing.sweep()
    assert len(relay.got) == 3
    row = ServiceMail.objects.get()
    assert (row.state, row.answer, row.tries) == ("sent", "no answer", 3)


def test_errors_never_name_the_address(relay: Relay, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="subscribers")
    relay.refuse = "550 5.1.1 <alice@example.org> no such user"
    reader = pending("alice@example.org")
    tasks.answer_request.call(reader.pk)
    letter = letters.confirmation(reader)
    with pytest.raises(to_relay.MailRefused) as caught:
        to_relay.send(letter, reader.publication, "alice@example.org", "en")
    assert str(caught.value) == "refused with 550"
    assert caught.value.__suppress_context__
    assert "alice" not in caplog.text
    assert "refused with 550" in caplog.text
    assert "alice" not in str(ServiceMail.objects.values().get())
