"""Reports by SMTP or LMTP, from the mail server that receives for the bounce domain.

It takes mail for genuine return paths only (`b-TOKEN@`, `u-TOKEN@`), so it relays nothing and
makes no bounces of its own. "250" is said after the result is committed; whatever goes wrong
before that is a temporary failure, and the mail server brings the report again.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
from collections.abc import Callable

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import close_old_connections, connections

from . import effects, tokens

log = logging.getLogger(__name__)

# Reports quote one of our messages; the largest of those is far below this.
SIZE_LIMIT = 20_000_000


class _Smtp(SMTP):
    # Reports quote lines that no RFC allows; refusing them would lose the report.
    line_length_limit = 1_000_000


class _Lmtp(LMTP):
    line_length_limit = 1_000_000


class Intake:
    """The handler: one thread does the database work, in the order of arrival."""

    def __init__(self, lmtp: bool) -> None:
        self._lmtp = lmtp
        self._thread = concurrent.futures.ThreadPoolExecutor(1, "reports")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Only return paths that we signed."""
        if tokens.of_address(address) is None:
            return "550 5.1.1 Not a return path of ours"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Commit, then answer; with LMTP once for each recipient (RFC 2033 section 4.2)."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        groups = [[to] for to in envelope.rcpt_tos] if self._lmtp else [envelope.rcpt_tos]
        loop = asyncio.get_running_loop()
        answers = []
        for recipients in groups:
            try:
                await loop.run_in_executor(self._thread, _receive, content, recipients)
                answers.append("250 2.0.0 Done")
            except Exception:
                # Whatever it was: only an answer keeps the report with the mail server.
                log.exception("A report could not be stored; it stays with the mail server.")
                answers.append("451 4.3.0 Please bring it again later")
        return "\r\n".join(answers)

    def close(self) -> None:
        """Wait for what is being stored, and let go of the thread's database connection."""
        self._thread.submit(connections.close_all)
        self._thread.shutdown()


def _receive(content: bytes, recipients: list[str]) -> None:
    close_old_connections()
    # Each recipient is a delivery of its own, though hardly any report has two.
    for recipient in recipients:
        effects.receive(content, envelope=[recipient])


async def serve(
    host: str,
    port: int,
    *,
    lmtp: bool,
    stop: asyncio.Event,
    ready: Callable[[int], None] = lambda port: None,
) -> None:
    """Listen until `stop`; `ready` is told the port, which is free choice for port 0."""
    handler = Intake(lmtp)
    protocol = _Lmtp if lmtp else _Smtp
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: protocol(
            handler,
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            ident="Sudi reports",
            timeout=120,
            loop=loop,
        ),
        host,
        port,
    )
    try:
        ready(server.sockets[0].getsockname()[1])
        await stop.wait()
    finally:
        server.close()
        await server.wait_closed()
        handler.close()
