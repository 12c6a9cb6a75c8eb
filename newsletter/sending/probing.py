"""Whether a relay would take our mail: the same handshake as the worker's, and goodbye."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils import timezone

from newsletter import conf
from newsletter.models import Relay
from newsletter.outgoing.deadline import Deadline
from newsletter.outgoing.errors import TimedOut, UnknownHost
from newsletter.outgoing.lookup import look_up, resolve
from newsletter.smtp.handshake import NoConnection, connect
from newsletter.smtp.server import BadServer, Server, Timeouts

# Nobody waits five minutes for a page; a relay that needs longer is not well.
PATIENCE = Timeouts(connect=5, greeting=8, tls=8, ehlo=8, auth=10)
# Seconds to look its name up, and in all.
_LOOKUP = 4.0
IN_ALL = 10.0


@dataclass(frozen=True, slots=True)
class Probe:
    """How a relay answered. `phase` is where it failed: url, dns (its name could not be looked
    up), connect, greeting, ehlo, tls, auth, or time: it answered and was not
    ready in the time allowed.

    `seconds` is the time from the first packet to being ready for mail.
    """

    name: str
    host: str
    port: int
    local: bool
    user: bool
    encrypted: bool
    # Whether the connection begins with encryption (smtps://).
    implicit: bool = False
    phase: str = ""
    code: int | None = None
    text: str = ""
    greeting: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether it was ready to take mail."""
        return not self.phase


def probe(
    urls: Sequence[str] | None = None, *, log_in: bool = True, timeouts: Timeouts = PATIENCE
) -> list[Probe]:
    """Connect to every relay of SMTP_URL at once: greeting, EHLO, TLS and, if asked, the login."""
    given = conf.smtp_urls() if urls is None else urls

    async def every() -> list[Probe]:
        return list(await asyncio.gather(*(_one(url, log_in, timeouts) for url in given)))

    return asyncio.run(every())


async def _one(url: str, log_in: bool, timeouts: Timeouts) -> Probe:
    try:
        server = Server.from_url(url)
    except BadServer as error:
        return Probe("", "", 0, False, False, False, phase="url", text=str(error))
    plain = Probe(
        server.name, server.host, server.port, server.local, bool(server.user), server.encrypted,
        server.implicit_tls,
    )  # fmt: skip
    if not log_in:
        server = replace(server, user="", password="")
    if (unknown := await asyncio.to_thread(_unknown, server)) is not None:
        return replace(plain, phase="dns", text=unknown)
    began = time.monotonic()
    try:
        async with asyncio.timeout(IN_ALL):
            opened = await connect(server, timeouts)
    except TimeoutError:
        return replace(plain, phase="time", text=f"not ready for mail within {IN_ALL:.0f} s")
    except NoConnection as none:
        return replace(plain, phase=none.phase, code=none.code, text=none.text)
    took = time.monotonic() - began
    with contextlib.suppress(OSError, RuntimeError):
        opened.transport.write(b"QUIT\r\n")
        await asyncio.sleep(0.05)
    opened.transport.close()
    return replace(plain, greeting=opened.greeting, seconds=took)


def _unknown(server: Server) -> str | None:
    """Why its name cannot be looked up; None if it can. The system's own lookup takes its time."""
    silent = False

    def asked(host: str, port: int) -> list[str]:
        nonlocal silent
        try:
            return resolve(host, port)
        except socket.gaierror as error:
            silent = error.errno == socket.EAI_AGAIN
            raise

    try:
        look_up(server.host, server.port, asked, Deadline(_LOOKUP))
    except (UnknownHost, TimedOut) as error:
        if silent or isinstance(error, TimedOut):
            return "no name server answered"
        return "this name has no address"
    return None


def measure() -> None:
    """Ask each relay how quickly it answers, without a login, and keep it for `/metrics`.

    What a failure means for sending is the worker's to find out; here only the time is kept.
    """
    for one in probe(log_in=False):
        if one.ok:
            Relay.objects.filter(name=one.name[:60]).update(
                latency_ms=round(one.seconds * 1000), answered_at=timezone.now()
            )
