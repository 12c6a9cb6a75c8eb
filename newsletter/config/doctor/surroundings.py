"""What the checks look at: the site's settings, its DNS, its relays, its clock.

Each is asked once for a whole examination, and each can be given instead, which is how faults are
planted in tests: a resolver, a clock, a disk.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from newsletter import conf
from newsletter.sending import probing
from newsletter.sending.probing import Probe
from newsletter.smtp.server import is_loopback
from subscribers.models import Publication

from .dns import Address, Dns
from .web import Answer, Unreachable, fetch

_HOST = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]\b", re.IGNORECASE
)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass
class Surroundings:
    """The site as the checks see it. `bounce` asks for a test bounce that has to come home."""

    dns: Dns = field(default_factory=lambda: Dns(conf.dns_resolver()))
    now: Callable[[], dt.datetime] = _now
    disk: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage
    bounce: float = 0.0

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

    @functools.cached_property
    def relays(self) -> list[Probe]:
        """How each relay answered."""
        return probing.probe()

    @functools.cached_property
    def outgoing(self) -> tuple[list[Address], bool]:
        """The public addresses that mail is delivered from, and whether that is more than a guess.

        Named by RELAY_ADDRESSES, or those of the name by which a relay on this machine greets.
        """
        if named := conf.relay_addresses():
            return list(named), True
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

    @functools.cached_property
    def health(self) -> Answer | Unreachable:
        """What /healthz at BASE_URL answers."""
        return self.ask("/healthz")

    def ask(self, path: str, body: bytes | None = None) -> Answer | Unreachable:
        """GET, or POST with a body, at BASE_URL. Raises NotSeen when DNS does not answer."""
        try:
            return fetch(self.dns, conf.base_url() + path, body)
        except Unreachable as error:
            return error
