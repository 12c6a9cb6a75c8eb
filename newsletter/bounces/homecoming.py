"""A bounce that we send to ourselves: does it come home?

It has the form of a real report (RFC 3464) and goes through the relay to a return path as every
mail has one. Its token names a delivery that no issue can have, so that it acts on nobody.
"""

from __future__ import annotations

import datetime as dt
import smtplib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime, make_msgid

from django.core.mail.backends.smtp import EmailBackend
from django.utils import timezone

from newsletter.sending.probing import Probe
from subscribers.links import make_return
from subscribers.models import AuditEntry

# Far above every delivery; the rest is the second it was sent.
_FIRST = 1 << 62
_TARGET = "test-bounce"
_LOOK_EVERY = 0.5
_POLL_EVERY = 5.0

_REPORT = """From: Test of the return path <MAILER-DAEMON@{domain}>\r
To: <{address}>\r
Subject: Delivery Status Notification (Failure): a test\r
Date: {date}\r
Message-ID: {id}\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="sudi"\r
\r
--sudi\r
Content-Type: text/plain; charset=utf-8\r
\r
This is a test: it shows whether reports of undeliverable mail come home.\r
\r
--sudi\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; {domain}\r
\r
Final-Recipient: rfc822; nobody@{domain}\r
Action: failed\r
Status: 5.1.1\r
\r
--sudi--\r
"""


@dataclass(frozen=True, slots=True)
class Homecoming:
    """A test bounce on its way: where it was sent, and its number."""

    address: str
    number: int

    @classmethod
    def send(cls, relays: Sequence[Probe], domain: str) -> Homecoming | str:
        """Hand one to the first relay; what went wrong, in its words, if it was not taken."""
        if not relays or not relays[0].ok:
            return relays[0].text if relays else "SMTP_URL"
        number = int(time.time() * 1000)
        address = f"b-{make_return(_FIRST + number)}@{domain}"
        content = _REPORT.format(
            domain=domain,
            address=address,
            date=format_datetime(timezone.now()),
            id=make_msgid(domain=domain),
        )
        backend = EmailBackend()
        try:
            backend.open()
            assert backend.connection is not None
            # As a real report has it: no sender (RFC 3464 2), so that it never bounces itself.
            backend.connection.sendmail("", [address], content.encode())
        except (OSError, smtplib.SMTPException) as error:
            return str(error)[:200]
        finally:
            backend.close()
        return cls(address, number)

    def wait(self, seconds: float) -> bool:
        """Whether it came home in that time; mailboxes are read meanwhile."""
        from newsletter import bounces

        end, poll = time.monotonic() + seconds, 0.0
        while time.monotonic() < end:
            if time.monotonic() >= poll:
                bounces.poll()
                poll = time.monotonic() + _POLL_EVERY
            if AuditEntry.objects.filter(target=_TARGET, detail__number=self.number).exists():
                return True
            time.sleep(_LOOK_EVERY)
        return False

    @staticmethod
    def last() -> dt.date | None:
        """The day the last one came home."""
        rows = AuditEntry.objects.filter(target=_TARGET).order_by("-id")
        at = rows.values_list("at", flat=True).first()
        return at.date() if at else None


def arrived(delivery: int, via: str) -> bool:
    """Whether a report is about a test bounce; if so, that it came home is on record."""
    if delivery < _FIRST:
        return False
    number = delivery - _FIRST
    rows = AuditEntry.objects.filter(target=_TARGET, detail__number=number)
    if not rows.exists():
        AuditEntry.objects.create(
            actor="worker",
            action="test bounce came home",
            target=_TARGET,
            detail={"number": number, "via": via},
        )
    return True
