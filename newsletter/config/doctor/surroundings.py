"""What the checks look at: the site's settings, its DNS, its relays, its clock.

Each is asked once for a whole examination, and each can be given instead, which is how faults are
planted in tests: a resolver, a clock, a disk.
"""

from __future__ import annotations

import datetime as dt
import functools
import ipaddress
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings

from newsletter import bounces, conf
from newsletter.config import forwarded
from newsletter.sending import probing
from newsletter.sending.probing import Probe
from newsletter.smtp.server import is_loopback
from subscribers.models import Publication

from .asked import Asked, Late
from .dns import Address, Dns
from .web import Answer, Unreachable, fetch

T = TypeVar("T")

# Seconds in which a request of our own site, or a mailbox, has to answer.
_WEB, _MAILBOX = 8.0, 10.0

_HOST = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]\b", re.IGNORECASE
)


# RFC 1918, RFC 4193, RFC 6598 and this machine: no receiver ever sees one.
_INSIDE = [
    ipaddress.ip_network(one)
    for one in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "fc00::/7",
        "fe80::/10",
        "::1/128",
    )
]


def inside(address: Address) -> bool:
    """Whether an address is of an inner network, from which no mail reaches another server."""
    return any(address in one for one in _INSIDE if one.version == address.version)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass
class Surroundings:
    """The site as the checks see it. `bounce` asks for a test bounce that has to come home."""

    dns: Dns = field(default_factory=lambda: Dns(conf.dns_resolver()))
    now: Callable[[], dt.datetime] = _now
    disk: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage
    bounce: float = 0.0
    _asked: dict[str, Asked[Any]] = field(default_factory=dict)

    @property
    def trial(self) -> bool:
        """Whether this is a trial: its mail is caught, so nobody's DNS has a part in it."""
        return settings.DEBUG and not conf.dns_resolver()

    @functools.cached_property
    def publications(self) -> list[Publication]:
        """Every publication."""
        return list(Publication.objects.order_by("id"))

    @functools.cached_property
    def sender_domains(self) -> list[str]:
        """The domains of the From addresses."""
        found = (one.from_address.rpartition("@")[2].lower() for one in self.publications)
        return list(dict.fromkeys(found))

    @functools.cached_property
    def return_domains(self) -> list[str]:
        """The domains of the envelope senders, for which SPF is asked."""
        if own := conf.bounce_domain():
            return [own.lower()]
        return self.sender_domains

    def below_base(self, path: str) -> str:
        """A path of this host as one below BASE_URL, which may have a path itself; empty if it is
        not below it."""
        base = urlsplit(conf.base_url()).path
        return path.removeprefix(base) if path.startswith(f"{base}/") else ""

    def begin(self, key: str, ask: Callable[[], T], seconds: float) -> Asked[T]:
        """Ask somebody else, under a name by which it is asked once; checks begin with it early."""
        if key not in self._asked:
            self._asked[key] = Asked(ask, seconds)
        return self._asked[key]

    def begin_relays(self) -> Asked[list[Probe]]:
        """Connect to every relay; a probe ends by itself."""
        return self.begin("relays", probing.probe, 2 * probing.IN_ALL)

    @property
    def relays(self) -> list[Probe]:
        """How each relay answered."""
        return self.begin_relays().answer()

    def begin_alert_relays(self) -> Asked[list[Probe]]:
        """Connect to the relay for alerts, where there is one."""
        urls = conf.alert_smtp_urls()
        return self.begin("alert relays", lambda: probing.probe(urls), 2 * probing.IN_ALL)

    def begin_mailboxes(self) -> list[tuple[str, Asked[str]]]:
        """Log in to every mailbox of BOUNCE_MAILBOX."""
        return [
            (where, self.begin(f"mailbox {number}", ask, _MAILBOX))
            for number, (where, ask) in enumerate(bounces.mailboxes_to_try())
        ]

    @property
    def mailboxes(self) -> list[tuple[str, str]]:
        """Each mailbox of BOUNCE_MAILBOX, and why it cannot be read, or empty."""
        found = []
        for where, asked in self.begin_mailboxes():
            try:
                found.append((where, asked.answer()))
            except Late:
                found.append((where, f"no answer within {_MAILBOX:.0f} s"))
        return found

    @functools.cached_property
    def outgoing(self) -> tuple[list[Address], bool]:
        """The public addresses that mail is delivered from, and whether that is more than a guess.

        Named by RELAY_ADDRESSES, or those of the name by which a relay on this machine greets.
        """
        if named := [one for one in conf.relay_addresses() if not inside(one)]:
            return named, True
        found: list[Address] = []
        for relay in self.relays:
            name = _HOST.search(relay.greeting) if relay.local else None
            if name:
                found += [a for a in self.dns.addresses(name[0]) if not a.is_loopback]
        return list(dict.fromkeys(found)), False

    @functools.cached_property
    def base_host(self) -> str:
        """The host of BASE_URL."""
        return conf.base_url().partition("://")[2].partition("/")[0].rpartition("@")[2].lower()

    @property
    def base_is_local(self) -> bool:
        """Whether BASE_URL leads to this machine only."""
        host = self.base_host
        return is_loopback(host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host)

    def begin_request(self, path: str, body: bytes | None = None) -> Asked[Answer]:
        """GET, or POST with a body, at BASE_URL."""
        return self.begin(path, lambda: fetch(self.dns, conf.base_url() + path, body), _WEB)

    @property
    def health(self) -> Answer | Unreachable:
        """What /healthz at BASE_URL answers. Raises NotSeen when DNS does not answer."""
        return self.ask("/healthz")

    @functools.cached_property
    def not_reflected(self) -> bool:
        """Whether only this machine gets no answer: visitors do, and behind many routers nobody can
        reach the public address from within. Where nobody listens, it is refused instead.
        """
        health = self.health
        if not isinstance(health, Unreachable) or health.phase != "time":
            return False
        last = forwarded.last_from_outside()
        return last is not None and self.now().date() - last <= dt.timedelta(days=1)

    def ask(self, path: str, body: bytes | None = None) -> Answer | Unreachable:
        """What a path at BASE_URL answers. Raises NotSeen when DNS does not answer."""
        try:
            return self.begin_request(path, body).answer()
        except Unreachable as error:
            return error
        except Late:
            return Unreachable("time", f"no answer within {_WEB:.0f} s")
