"""Mail by SMTP or LMTP, from the mail server that receives for the bounce domain.

It takes mail for addresses that one of its doors knows: the genuine return paths of ours here
(`b-TOKEN@`, `u-TOKEN@`), and what the command puts beside them. So it relays nothing and makes no
bounces of its own. "250" is said after the result is committed; whatever goes wrong before that is
a temporary failure, and the mail server brings the mail again. Reports that come by several
connections at once are committed together.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import close_old_connections, connections

from . import effects, tokens

log = logging.getLogger(__name__)

# Reports quote one of our messages; the largest of those is far below this.
SIZE_LIMIT = 20_000_000
_LATER = "451 4.3.0 Please bring it again later"


class NotTaken(Exception):
    """A mail that is not taken; the message is the reply, with its codes (RFC 3463)."""


class Door(Protocol):
    """Some addresses, and what is done with a mail to one of them. Called in one thread."""

    def knows(self, address: str) -> bool:
        """Whether mail to this address is taken."""
        ...

    def receive(self, content: bytes, sender: str, recipient: str) -> None:
        """Store what it asks for. Raises NotTaken; after anything else it is brought again."""
        ...


class Reports:
    """The return paths that we signed."""

    def knows(self, address: str) -> bool:
        """Whether this is one; no table is asked."""
        return tokens.of_address(address) is not None

    def receive(self, content: bytes, sender: str, recipient: str) -> None:
        """Do what the report asks for."""
        effects.receive(content, envelope=[recipient])


REPORTS: Sequence[Door] = (Reports(),)

# Reports of one commit: as many as Postfix brings at once by default (20 connections). What they
# say is read before, so the write lock is held for their rows alone.
_TOGETHER = 20


@dataclass(frozen=True, slots=True)
class _Brought:
    """A mail for these recipients, and who waits for what became of it."""

    content: bytes
    sender: str
    recipients: list[str]
    answer: concurrent.futures.Future[None]


class _Smtp(SMTP):
    # Reports quote lines that no RFC allows; refusing them would lose the report.
    line_length_limit = 1_000_000


class _Lmtp(LMTP):
    line_length_limit = 1_000_000


class Intake:
    """The handler: one thread does the database work, in the order of arrival."""

    def __init__(self, lmtp: bool, doors: Sequence[Door]) -> None:
        self._lmtp = lmtp
        self._doors = doors
        self._thread = concurrent.futures.ThreadPoolExecutor(1, "reports")
        self._waiting: deque[_Brought] = deque()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Only addresses that a door knows."""
        loop = asyncio.get_running_loop()
        try:
            unknown = not _is_report(address) and (
                await loop.run_in_executor(self._thread, self._door_of, address) is None
            )
        except Exception:
            # Only an answer keeps the mail with its server.
            log.exception("An address could not be looked up; its mail stays with the mail server.")
            return _LATER
        if unknown:
            return "550 5.1.1 Not a return path of ours"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Commit, then answer; with LMTP once for each recipient (RFC 2033 section 4.2)."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        sender = envelope.mail_from or ""
        groups = [[to] for to in envelope.rcpt_tos] if self._lmtp else [envelope.rcpt_tos]
        answers = []
        for recipients in groups:
            brought = _Brought(content, sender, recipients, concurrent.futures.Future())
            self._waiting.append(brought)
            self._thread.submit(self._take_waiting)
            try:
                await asyncio.wrap_future(brought.answer)
                answers.append("250 2.0.0 Done")
            except NotTaken as reply:
                answers.append(str(reply))
            except Exception:
                # Whatever it was: only an answer keeps the report with the mail server.
                log.exception("A mail could not be stored; it stays with the mail server.")
                answers.append(_LATER)
        return "\r\n".join(answers)

    def _take_waiting(self) -> None:
        """Deal with what waits, and give each its answer. In the thread, once a mail at least."""
        while self._waiting:
            group = [self._waiting.popleft()]
            if _is_reports(group[0]):
                while len(group) < _TOGETHER and self._waiting and _is_reports(self._waiting[0]):
                    group.append(self._waiting.popleft())
            if len(group) > 1 and _stored(group):
                continue
            for brought in group:
                try:
                    self._receive(brought)
                except BaseException as error:
                    brought.answer.set_exception(error)
                else:
                    brought.answer.set_result(None)

    def _door_of(self, address: str) -> Door | None:
        close_old_connections()
        return next((door for door in self._doors if door.knows(address)), None)

    def _receive(self, brought: _Brought) -> None:
        # Each recipient is a delivery of its own, though hardly any report has two.
        for recipient in brought.recipients:
            door = self._door_of(recipient)
            if door is not None:
                door.receive(brought.content, brought.sender, recipient)

    def close(self) -> None:
        """Wait for what is being stored, and let go of the thread's database connection."""
        self._thread.submit(connections.close_all)
        self._thread.shutdown()


def _is_report(address: str) -> bool:
    return REPORTS[0].knows(address)


def _is_reports(brought: _Brought) -> bool:
    return all(_is_report(address) for address in brought.recipients)


def _stored(group: Sequence[_Brought]) -> bool:
    """Whether all of a group were stored, and answered. False: nothing was; each by itself then."""
    try:
        close_old_connections()
        effects.receive_all((one.content, [to]) for one in group for to in one.recipients)
    except Exception:
        # Which of them it was is not known: each is tried by itself, and then it is logged.
        return False
    for one in group:
        one.answer.set_result(None)
    return True


async def serve(
    host: str,
    port: int,
    *,
    lmtp: bool,
    stop: asyncio.Event,
    ready: Callable[[int], None] = lambda port: None,
    doors: Sequence[Door] = REPORTS,
) -> None:
    """Listen until `stop`; `ready` is told the port, which is free choice for port 0."""
    handler = Intake(lmtp, doors)
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
