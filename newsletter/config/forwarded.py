"""What a web server in front of us says about a visitor, and who says it without our trust.

Forwarded headers (X-Forwarded-*, RFC 7239) from a peer that is not in TRUSTED_PROXIES are taken out
of the request before anything can believe them, and counted: a peer most of whose requests carry
one is a web server that nobody named, and then all visitors look like one. The doctor reads this.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, transaction
from django.db.models import F, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from newsletter import conf
from newsletter.models import ForwardedPeer
from subscribers.models import DailyCount
from subscribers.network import client_address, is_proxy, network_of

Respond = Callable[[HttpRequest], HttpResponse]

# Said with /healthz, so that the doctor's own request tells how requests arrive.
HEADER = "Sudi-Forwarded"
DIRECT, DIRECT_HTTPS = "direct", "direct https"
BELIEVED, BELIEVED_HTTPS = "believed", "believed https"
IGNORED = "ignored"

_FIELDS = (
    "HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT", "HTTP_X_FORWARDED_SERVER",
)  # fmt: skip
# Days with a request that came from outside; a name of DailyCount.
_OUTSIDE = "answered_outside"
_KEEP_DAYS = 7
_WRITE_EVERY = 10.0
_MOST_PEERS = 2000
# Peers that are written down in a day: whoever owns many addresses must not fill the table.
_MOST_A_DAY = 1000
# Requests with a forwarded header before a peer is spoken of.
_LEAST = 3


def middleware(get_response: Respond) -> Respond:
    """Take untrusted forwarded headers away and count them. Stands before all that reads them."""

    def respond(request: HttpRequest) -> HttpResponse:
        peer = str(request.META.get("REMOTE_ADDR", ""))
        trusted = is_proxy(peer)
        carried = [field for field in _FIELDS if field in request.META]
        if not trusted:
            for field in carried:
                del request.META[field]
            _tally.count(_named(peer), bool(carried))
        request.sudi_forwarded = _how(request, trusted, bool(carried))  # type: ignore[attr-defined]
        response = get_response(request)
        if response.status_code < 400:
            _seen_from_outside(request)
        return response

    return respond


def _how(request: HttpRequest, trusted: bool, carried: bool) -> str:
    if carried and not trusted:
        return IGNORED
    if carried:
        return BELIEVED_HTTPS if request.is_secure() else BELIEVED
    return DIRECT_HTTPS if request.is_secure() else DIRECT


def _named(peer: str) -> str:
    """A private address as it is, a public one no finer than its network, "" for a socket."""
    try:
        public = ipaddress.ip_address(peer).is_global
    except ValueError:
        return ""
    return network_of(peer) if public else peer


class _Tally:
    """Requests by peer, in this process; what concerns us is written every ten seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._peers: dict[str, list[int]] = {}
        self._written = 0.0

    def count(self, peer: str, carried: bool) -> None:
        with self._lock:
            counts = self._peers.setdefault(peer, [0, 0])
            counts[0] += 1
            counts[1] += carried
            if not carried or time.monotonic() - self._written < _WRITE_EVERY:
                return
            self._written = time.monotonic()
            due = {name: tuple(c) for name, c in self._peers.items() if c[1]}
            for name in due:
                del self._peers[name]
            if len(self._peers) > _MOST_PEERS:
                self._peers.clear()
        _write(due)

    def forget(self) -> None:
        """Begin anew (tests)."""
        with self._lock:
            self._peers.clear()
            self._written = 0.0


_tally = _Tally()


def _write(due: dict[str, tuple[int, ...]]) -> None:
    today = timezone.now().date()
    rows = ForwardedPeer.objects.filter(day=today)
    try:
        with transaction.atomic():
            room = _MOST_A_DAY - rows.count()
            for peer, (requests, forwarded) in due.items():
                if room <= 0 and not rows.filter(peer=peer).exists():
                    continue
                room -= ForwardedPeer.objects.get_or_create(day=today, peer=peer)[1]
                rows.filter(peer=peer).update(
                    requests=F("requests") + requests, forwarded=F("forwarded") + forwarded
                )
    except DatabaseError:
        pass  # A page must not fail because something about it could not be counted.


_last_day: list[dt.date] = []


def _seen_from_outside(request: HttpRequest) -> None:
    """Once a day and process: somebody with a public address had an answer."""
    today = timezone.now().date()
    if _last_day == [today]:
        return
    try:
        if not ipaddress.ip_address(client_address(request)).is_global:
            return
        DailyCount.objects.add(_OUTSIDE)
    except (ValueError, DatabaseError):
        return
    _last_day[:] = [today]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A peer that speaks for others without our trust; `peer` is "" for a Unix socket."""

    peer: str
    requests: int
    forwarded: int


def suspects() -> list[Suspect]:
    """Peers most of whose requests of yesterday and today carried a forwarded header."""
    since = timezone.now().date() - dt.timedelta(days=1)
    rows = (
        ForwardedPeer.objects.filter(day__gte=since)
        .values_list("peer")
        .annotate(requests_=Sum("requests"), forwarded_=Sum("forwarded"))
        .order_by("-forwarded_")
    )
    return [
        Suspect(peer, requests, forwarded)
        for peer, requests, forwarded in rows
        if forwarded >= _LEAST and forwarded * 2 > requests and not _trusted_now(peer)
    ]


def _trusted_now(peer: str) -> bool:
    if not peer:
        return is_proxy(peer)
    network = ipaddress.ip_network(peer)
    return any(
        network.version == one.version and network.subnet_of(one)  # type: ignore[arg-type]
        for one in conf.trusted_proxies()
    )


def last_from_outside() -> dt.date | None:
    """The last day of this week on which somebody from outside was answered."""
    since = timezone.now().date() - dt.timedelta(days=_KEEP_DAYS)
    days = DailyCount.objects.filter(name=_OUTSIDE, day__gte=since).order_by("-day")
    return days.values_list("day", flat=True).first()


def sweep() -> None:
    """Forget peers after a week."""
    before = timezone.now().date() - dt.timedelta(days=_KEEP_DAYS)
    ForwardedPeer.objects.filter(day__lt=before).delete()
