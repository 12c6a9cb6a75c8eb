"""A local mailbox for trying Sudi out: catches all mail and shows it on a page.

Development only: the pages exist only with DEBUG, which settings refuse on a public address.
Messages are files in DATA_DIR/mail, one each, named by arrival, so that two processes (the one
that catches, the one that shows) need nothing but the folder.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from newsletter import conf

from .middleware import SITE_POLICY

SHOWN = 200  # the newest messages on the page
_NAME = re.compile(r"\d{20}-\d+")


def folder() -> Path:
    """Where caught mail lies."""
    return conf.data_dir() / "mail"


class _Catcher:
    """aiosmtpd's handler: a message is a file before it is answered."""

    def __init__(self, into: Path) -> None:
        self.into = into
        self.count = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.count += 1
        name = f"{time.time_ns():020d}-{self.count}"
        head = f"X-Envelope-From: <{envelope.mail_from}>\r\n" + "".join(
            f"X-Envelope-To: <{address}>\r\n" for address in envelope.rcpt_tos
        )
        content = envelope.original_content or b""
        temporary = self.into / f".{name}"
        temporary.write_bytes(head.encode() + content)
        temporary.rename(self.into / f"{name}.eml")
        return "250 2.0.0 Caught"


@contextmanager
def catching(host: str, port: int) -> Iterator[None]:
    """Catch all mail sent to host:port, in a thread of this process, until the block ends."""
    folder().mkdir(parents=True, exist_ok=True)
    controller: Any = Controller(
        _Catcher(folder()), hostname=host, port=port, enable_SMTPUTF8=True, ident="Sudi mailbox"
    )
    controller.start()
    try:
        yield
    finally:
        controller.stop()


@dataclass(frozen=True, slots=True)
class Caught:
    """One caught message, parsed."""

    name: str
    to: str
    subject: str
    date: dt.datetime | None
    headers: list[tuple[str, str]]
    html: str
    text: str
    size: int


def names() -> list[str]:
    """Names of the newest SHOWN messages, newest first."""
    if not folder().is_dir():
        return []
    return sorted((p.stem for p in folder().glob("*.eml")), reverse=True)[:SHOWN]


def read(name: str) -> Caught:
    """One message. Raises Http404 for a name that is none."""
    file = folder() / f"{name}.eml"
    if not _NAME.fullmatch(name) or not file.is_file():
        raise Http404("no such message")
    raw = file.read_bytes()
    message = email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)

    def part(kind: str) -> str:
        body = message.get_body((kind,))
        return body.get_content() if body else ""

    return Caught(
        name=name,
        to=str(message.get("To", "")),
        subject=str(message.get("Subject", "")),
        date=getattr(message.get("Date"), "datetime", None),
        headers=[(key, str(value)) for key, value in message.items()],
        html=part("html"),
        text=part("plain"),
        size=len(raw),
    )


def mail_list(request: HttpRequest) -> HttpResponse:
    """The newest caught messages."""
    return render(
        request, "newsletter/mailbox_list.html", {"messages_caught": [read(n) for n in names()]}
    )


def mail_page(request: HttpRequest, name: str) -> HttpResponse:
    """One message: HTML in a sandboxed frame, text, headers."""
    response = render(request, "newsletter/mailbox_message.html", {"mail": read(name)})
    # The site's pages frame nothing; this one frames the mail beside it.
    response["Content-Security-Policy"] = f"{SITE_POLICY}; frame-src 'self'"
    return response


def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part alone, for the frame: nothing in it may run or reach out."""
    response = HttpResponse(read(name).html or "<p>No HTML part.</p>")
    response["Content-Security-Policy"] = (
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
        "style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"
    )
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


urlpatterns = [
    path("", mail_list, name="mailbox"),
    path("<str:name>/", mail_page, name="mailbox-message"),
    path("<str:name>/html/", mail_html, name="mailbox-html"),
]
