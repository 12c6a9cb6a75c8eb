"""A relay as it is configured, and how long to wait for it."""

from __future__ import annotations

import dataclasses
import functools
import ipaddress
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self, cast
from urllib.parse import parse_qsl, unquote, urlsplit

StartTLS = Literal["required", "optional", "never"]


class BadServer(ValueError):
    """An SMTP address that cannot be meant, with what to write instead."""


def is_loopback(host: str) -> bool:
    """Whether a host name or an address is this machine only."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Server:
    """One relay.

    `helo` is the name we say (a host name that resolves to us); empty says the address literal of
    the socket, which RFC 5321 allows. `starttls`: "required" encrypts with a checked certificate
    or does not talk; "optional" encrypts when offered and checks nothing (RFC 7435), so it never
    goes with a password; "never" is for this machine and networks one trusts.
    """

    name: str
    host: str
    port: int = 25
    implicit_tls: bool = False
    starttls: StartTLS = "never"
    user: str = ""
    password: str = dataclasses.field(default="", repr=False)
    connections: int = 10
    helo: str = ""

    def __post_init__(self) -> None:
        if self.user and not self.local and not self.encrypted:
            raise BadServer(
                f"{self.host}: a password is only sent over TLS. Use smtps:// or starttls=required."
            )
        if not 1 <= self.connections <= 1000:
            raise BadServer(f"{self.host}: connections={self.connections}, write 1 to 1000.")
        if any(character.isspace() or not character.isprintable() for character in self.helo):
            raise BadServer(f"{self.host}: helo={self.helo!r} is not a host name.")

    @property
    def local(self) -> bool:
        """Whether it runs on this machine, where a password may be said in clear."""
        return is_loopback(self.host)

    @property
    def encrypted(self) -> bool:
        """Whether nothing but the greeting can pass without checked TLS."""
        return self.implicit_tls or self.starttls == "required"

    @staticmethod
    def doubled(names: Sequence[str]) -> str:
        """A name that two servers have, "" if none: limits and hours are kept by it."""
        return next((name for at, name in enumerate(names) if name in names[:at]), "")

    @classmethod
    def from_url(cls, url: str) -> Self:
        """`smtp://user:password@host:port?name=&starttls=&connections=&helo=`, or `smtps://`.

        STARTTLS is required unless the host is this machine. Raises BadServer.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme not in ("smtp", "smtps") or not host:
            raise BadServer("write smtp://HOST:PORT or smtps://USER:PASSWORD@HOST:PORT")
        implicit = parts.scheme == "smtps"
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        usual = "never" if implicit or is_loopback(host) else "required"
        starttls = options.pop("starttls", usual)
        if starttls not in ("required", "optional", "never"):
            raise BadServer(f"{host}: starttls={starttls}, write required, optional or never.")
        if implicit and starttls != "never":
            raise BadServer(f"{host}: smtps:// is encrypted from the first octet; drop starttls=.")
        connections = options.pop("connections", "10")
        if not connections.isdecimal():
            raise BadServer(f"{host}: connections={connections}, write 1 to 1000.")
        name, helo = options.pop("name", host), options.pop("helo", "")
        if options:
            raise BadServer(f"{host}: no such option: {', '.join(sorted(options))}")
        try:
            port = parts.port or (465 if implicit else 25)
        except ValueError:
            raise BadServer(f"{host}: the port must be a number up to 65535.") from None
        return cls(
            name=name,
            host=host,
            port=port,
            implicit_tls=implicit,
            starttls=cast(StartTLS, starttls),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            connections=int(connections),
            helo=helo,
        )


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait in each phase: RFC 5321 4.5.3.2, and ours where it has none.

    `dot` must be long: giving up on a relay that is still thinking is what makes doubt.
    """

    connect: float = 30
    greeting: float = 300
    tls: float = 60
    ehlo: float = 300
    auth: float = 120
    mail: float = 300
    rcpt: float = 300
    data: float = 120
    block: float = 180  # Without one octet of the content being taken.
    dot: float = 600
    rset: float = 300
    quit: float = 5
    idle: float = 60  # Nothing to send: let go of the connection.


@functools.lru_cache(maxsize=2)
def context(checked: bool) -> ssl.SSLContext:
    """The TLS context of this process: loading the trusted certificates takes tens of ms.

    A private certificate authority is named by OpenSSL's own variable, SSL_CERT_FILE.
    """
    made = ssl.create_default_context()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    # Python 3.13 began to refuse certificates that lack what RFC 5280 wants beside a valid chain,
    # as those of many private authorities do: a newer Python would stop the mail of their relays.
    made.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not checked:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made
