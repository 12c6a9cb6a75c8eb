"""DNS as the doctor asks it: an empty answer is a fact, no answer is not one."""

from __future__ import annotations

import ipaddress
import time
from typing import Any

import dns.exception
import dns.resolver
import dns.reversename

from newsletter.config.name_server import split

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Seconds for one question, all name servers and repetitions together, and for all questions.
PATIENCE = 4.0
IN_ALL = 9.0


class NotSeen(Exception):
    """Nobody answered (or only with a server failure), so nothing is known."""


class Dns:
    """Questions to one resolver; each is asked once.

    `server` is `ADDRESS` or `ADDRESS:PORT` (an IPv6 address in brackets); empty is what the machine
    uses. After a question that nobody answered, or once all answers together took too long, nothing
    more is asked: every other one would wait as long. Methods raise NotSeen, and return an empty
    list for a name without such records.
    """

    def __init__(
        self, server: str = "", patience: float = PATIENCE, in_all: float | None = None
    ) -> None:
        self.server = server
        self._patience = patience
        self._known: dict[tuple[str, str], list[Any]] = {}
        self._silent = ""
        self._in_all = self._left = IN_ALL if in_all is None else in_all
        self._resolver: dns.resolver.Resolver | None = None

    def texts(self, name: str) -> list[str]:
        """TXT records, the strings of each put together (RFC 7208 3.3, RFC 6376 3.6.2.2)."""
        return [
            b"".join(record.strings).decode("utf-8", "replace") for record in self._ask(name, "TXT")
        ]

    def addresses(self, name: str) -> list[Address]:
        """A and AAAA records."""
        return [*self.of_family(name, 4), *self.of_family(name, 6)]

    def of_family(self, name: str, version: int) -> list[Address]:
        """The A (version 4) or AAAA (6) records."""
        kind = "A" if version == 4 else "AAAA"
        return [ipaddress.ip_address(record.address) for record in self._ask(name, kind)]

    def mail_servers(self, name: str) -> list[str]:
        """The hosts of MX records, best first; "" stands for a null MX (RFC 7505)."""
        found = sorted((r.preference, _plain(r.exchange)) for r in self._ask(name, "MX"))
        return [host for _preference, host in found]

    def names(self, address: Address) -> list[str]:
        """The names an address points back to (PTR)."""
        pointer = dns.reversename.from_address(str(address)).to_text()
        return [_plain(record.target) for record in self._ask(pointer, "PTR")]

    def answers(self) -> bool:
        """Whether the resolver answers at all: every resolver knows the root."""
        try:
            self._ask(".", "NS")
        except NotSeen:
            return not self._silent
        return True

    def _ask(self, name: str, kind: str) -> list[Any]:
        key = (name.rstrip(".").lower(), kind)
        if key not in self._known:
            self._known[key] = self._look_up(name, kind)
        return self._known[key]

    def _look_up(self, name: str, kind: str) -> list[Any]:
        if self._silent:
            raise NotSeen(self._silent)
        started = time.monotonic()
        try:
            return self._answer(name, kind)
        finally:
            self._left -= time.monotonic() - started
            if self._left <= 0 and not self._silent:
                self._silent = f"DNS: its answers take more than {self._in_all:.0f} s in all"

    def _answer(self, name: str, kind: str) -> list[Any]:
        try:
            answer = self._made().resolve(
                name, kind, search=False, lifetime=self._patience, raise_on_no_answer=False
            )
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.exception.SyntaxError):
            return []
        except (dns.resolver.LifetimeTimeout, dns.resolver.NoResolverConfiguration) as error:
            self._silent = f"DNS: {type(error).__name__}"
            raise NotSeen(self._silent) from None
        except dns.resolver.NoNameservers as error:
            if "SERVFAIL" in str(error) or "REFUSED" in str(error):
                raise NotSeen(f"{name} {kind}: SERVFAIL") from None
            self._silent = "DNS: no name server could be reached"
            raise NotSeen(self._silent) from None
        except (dns.exception.DNSException, ValueError, UnicodeError):
            return []  # A name that cannot be asked for has no records.
        return list(answer)

    def _made(self) -> dns.resolver.Resolver:
        if self._resolver is None:
            self._resolver = dns.resolver.Resolver(configure=not self.server)
            if self.server:
                host, port = split(self.server)
                self._resolver.nameservers = [host]
                self._resolver.port = port
        return self._resolver


def _plain(name: Any) -> str:
    return str(name.to_text(omit_final_dot=True)).removesuffix(".").lower()
