"""From nothing to a connection that may carry mail, by aiosmtplib: connect, EHLO, TLS, AUTH."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import aiosmtplib

from newsletter.smtp.envelope import Abilities
from newsletter.smtp.replies import status_of, text_of
from newsletter.smtp.server import Server, Timeouts, context, is_loopback
from newsletter.smtp.wire import as_transport


class NoConnection(Exception):
    """The connection could not be opened."""

    def __init__(self, phase: str, text: str, code: int | None = None) -> None:
        super().__init__(text)
        self.phase, self.code = phase, code
        self.text = text_of(text.encode())
        self.status = status_of(code, self.text) if code else ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection after its handshake, with nothing buffered."""

    transport: asyncio.Transport
    abilities: Abilities
    sock: socket.socket | None  # The transport's own, unless TLS is between them.
    greeting: str = ""  # The text behind its 220.


async def connect(server: Server, timeouts: Timeouts, tls: ssl.SSLContext | None = None) -> Opened:
    """Open a connection to `server`. `tls` replaces the usual context. Raises NoConnection."""
    sock, address = await _dial(server, timeouts)
    try:
        helo = server.helo or literal(sock.getsockname()[0])
        client = aiosmtplib.SMTP(
            hostname=server.host,
            sock=sock,
            local_hostname=helo,
            use_tls=server.implicit_tls,
            start_tls=False,
            tls_context=tls or _context(server),
        )
    except BaseException:
        sock.close()
        raise
    try:
        local = is_loopback(address)
        greeting, transport, abilities = await _greet(client, server, timeouts, local)
    except BaseException:
        if client.transport is not None:
            as_transport(client.transport).abort()
        client.close()
        raise
    encrypted = transport.get_extra_info("sslcontext") is not None
    return Opened(transport, abilities, None if encrypted else sock, greeting)


def _context(server: Server) -> ssl.SSLContext | None:
    if not server.implicit_tls and server.starttls == "never":
        return None  # Loading the trusted certificates takes tens of milliseconds.
    return context(server.encrypted)


async def _dial(server: Server, timeouts: Timeouts) -> tuple[socket.socket, str]:
    """A connected socket and the address it is connected to.

    Done here so that connecting and the banner have times of their own.
    """
    loop = asyncio.get_running_loop()
    error: OSError | None = None
    try:
        async with asyncio.timeout(timeouts.connect):
            found = await loop.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
            for family, kind, protocol, _, address in found:
                sock = socket.socket(family, kind, protocol)
                sock.setblocking(False)
                try:
                    await loop.sock_connect(sock, address)
                    return sock, str(address[0])
                except OSError as failed:
                    sock.close()
                    error = failed
                except BaseException:
                    sock.close()
                    raise
    except TimeoutError:
        raise NoConnection("connect", "no connection in time") from None
    except OSError as failed:  # The name does not resolve.
        error = failed
    raise NoConnection("connect", str(error or "no address"))


def literal(address: str) -> str:
    """A socket's address as a name to greet with: the address literal of RFC 5321 4.1.3."""
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


@contextlib.contextmanager
def _phase(phase: str) -> Iterator[None]:
    """Whatever aiosmtplib, ssl or the socket raises becomes NoConnection in this phase."""
    try:
        yield
    except aiosmtplib.SMTPResponseException as refused:
        code = refused.code if refused.code > 0 else None
        raise NoConnection(phase, refused.message, code) from None
    except (aiosmtplib.SMTPTimeoutError, TimeoutError):
        raise NoConnection(phase, f"no reply in time ({phase})") from None
    except ssl.SSLCertVerificationError as wrong:
        raise NoConnection("tls", f"certificate refused: {wrong.verify_message}") from None
    except ssl.SSLError as wrong:
        raise NoConnection("tls", f"TLS failed: {wrong.reason or wrong}") from None
    except aiosmtplib.SMTPConnectError as failed:
        if isinstance(failed.__cause__, OSError) and not isinstance(
            failed.__cause__, aiosmtplib.SMTPException
        ):
            # Implicit TLS fails inside of connect().
            with _phase("tls"):
                raise failed.__cause__ from None
        raise NoConnection(phase, failed.message) from None
    except aiosmtplib.SMTPException as failed:
        raise NoConnection(phase, failed.message) from None
    except OSError as failed:
        raise NoConnection(phase, str(failed) or type(failed).__name__) from None


async def _greet(
    client: aiosmtplib.SMTP, server: Server, timeouts: Timeouts, local: bool
) -> tuple[str, asyncio.Transport, Abilities]:
    with _phase("greeting"):
        greeting = (await client.connect(timeout=timeouts.greeting)).message
    await _say_hello(client, timeouts)
    if server.starttls == "required" or (
        server.starttls == "optional" and client.supports_extension("starttls")
    ):
        if not client.supports_extension("starttls"):
            raise NoConnection(
                "tls", "the relay offers no STARTTLS and nothing is sent to it unencrypted"
            )
        with _phase("tls"):
            await client.starttls(timeout=timeouts.tls)
        # What was offered in clear may have been put there by others (RFC 3207 4.2).
        await _say_hello(client, timeouts)
    if server.user:
        await _log_in(client, server, timeouts, local)
    transport, protocol = client.transport, client.protocol
    if transport is None or protocol is None or transport.is_closing():
        raise NoConnection("ehlo", "the relay closed the connection")
    # There is no public way to see it, and a release without it must fail loudly here.
    if protocol._buffer:
        raise NoConnection("ehlo", "more replies than commands before the first message")
    size = client.esmtp_extensions.get("size")
    abilities = Abilities(
        pipelining=client.supports_extension("pipelining"),
        eight_bit=client.supports_extension("8bitmime"),
        utf8=client.supports_extension("smtputf8"),
        size=None if size is None else int(size) if size.isdecimal() else 0,
    )
    return greeting, as_transport(transport), abilities


async def _say_hello(client: aiosmtplib.SMTP, timeouts: Timeouts) -> None:
    with _phase("ehlo"):
        try:
            await client.ehlo(timeout=timeouts.ehlo)
        except aiosmtplib.SMTPHeloError as refused:
            if refused.code not in (500, 501, 502, 504, 550):
                raise
            await client.helo(timeout=timeouts.ehlo)


async def _log_in(client: aiosmtplib.SMTP, server: Server, timeouts: Timeouts, local: bool) -> None:
    """Say the password once: three wrong attempts in a row lock accounts."""
    encrypted = client.get_transport_info("sslcontext") is not None
    if not encrypted and not local:
        # The name said loopback and the address did not.
        raise NoConnection("auth", "a password is only sent over TLS")
    ways = {
        "plain": client.auth_plain,
        "login": client.auth_login,
        "cram-md5": client.auth_crammd5,
    }
    for name, way in ways.items():
        if name in client.server_auth_methods:
            with _phase("auth"):
                await way(server.user, server.password, timeout=timeouts.auth)
            return
    raise NoConnection("auth", "the relay offers no way to log in that we know")
