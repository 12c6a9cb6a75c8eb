"""Whether the links of an issue still lead somewhere. A job of its own, off unless CHECK_LINKS=1.

Anybody who can edit an issue chooses where this connects to, so it must not reach what only this
machine can reach. A host is resolved once, every address it has must be public, and the
connection goes to that very address: a name that answers differently the second time (DNS
rebinding) gains nothing. Every redirect starts over. Only the status line and headers are read.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import http.client
import ipaddress
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django_tasks import task

from newsletter.models import Issue, Link
from newsletter.rendering import neutral

log = logging.getLogger(__name__)

SECONDS = 10
REDIRECTS = 5
# Links of one issue that are tried, and at the same time; a real issue has below 200.
MOST, TOGETHER = 400, 6
# Drafts looked at in one sweep.
ISSUES = 20
_PORTS = {"http": 80, "https": 443}
# Answers that say "not for programs" and not "not here": the page is most likely alive.
_ALIVE = frozenset({401, 402, 403, 405, 406, 407, 429, 451, 999})
# Ranges that Python calls global and that hide an IPv4 address in an IPv6 one: NAT64, 6to4, Teredo.
_HIDING = [ipaddress.ip_network(n) for n in ("64:ff9b::/96", "2002::/16", "2001::/32")]

Resolve = Callable[[str, int], Sequence[str]]
Public = Callable[[str], bool]


class Unreachable(Exception):
    """Why a link cannot be followed, in a few English words."""


def is_public(address: str) -> bool:
    """Whether an IP address is on the open internet, also when it hides in another one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if any(ip in network for network in _HIDING):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def resolve(host: str, port: int) -> list[str]:
    """Every address of a host."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable("the host name is not known") from None
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def look(url: str, *, resolve: Resolve = resolve, public: Public = is_public) -> str:
    """Why `url` cannot be reached, or empty if it can. Blocks for at most a minute."""
    try:
        for _hop in range(REDIRECTS + 1):
            status, onward = _ask(url, resolve, public)
            if not onward:
                break
            url = onward
        else:
            return "too many redirects"
    except Unreachable as error:
        return str(error)
    return "" if status < 400 or status in _ALIVE else f"the server answers {status}"


def look_at(
    urls: Iterable[str], *, resolve: Resolve = resolve, public: Public = is_public
) -> dict[str, str]:
    """Link -> why it cannot be reached, for those that cannot."""
    wanted = list(dict.fromkeys(urls))[:MOST]
    with concurrent.futures.ThreadPoolExecutor(TOGETHER) as pool:
        reasons = pool.map(lambda url: look(url, resolve=resolve, public=public), wanted)
        return {url: reason for url, reason in zip(wanted, reasons, strict=True) if reason}


@task()
def check_issue(issue_id: int) -> None:
    """Look at every link of an issue and keep what was found in `Issue.extra["dead_links"]`.

    May run twice or never. Does nothing unless CHECK_LINKS is on.
    """
    if not settings.CHECK_LINKS:
        return
    urls = Link.objects.filter(issue=issue_id).exclude(url="").order_by("pk")
    found = look_at(filter(None, (neutral.address(u) for u in urls.values_list("url", flat=True))))
    _keep(issue_id, at=timezone.now().isoformat(), found=found)
    log.info("Issue %s: %d links cannot be reached.", issue_id, len(found))


def sweep() -> None:
    """Ask for a look at every issue not sent yet that has changed since the last one.

    Called by the worker about every minute; cheap when nothing is due.
    """
    if not settings.CHECK_LINKS:
        return
    waiting = Issue.objects.filter(state__in=[Issue.State.DRAFT, Issue.State.SCHEDULED])
    for issue in waiting.annotate(revision=Max("revisions__number")).order_by("-pk")[:ISSUES]:
        kept = issue.extra.get("dead_links")
        if isinstance(kept, dict) and kept.get("revision") == issue.revision:
            continue
        # Marked before it is done: the next sweep would ask again while this one is looking.
        _keep(issue.pk, revision=issue.revision)
        check_issue.enqueue(issue.pk)


def _keep(issue_id: int, **known: Any) -> None:
    with transaction.atomic():
        # Locked: an import may be writing the same field.
        for issue in Issue.objects.select_for_update().filter(pk=issue_id):
            before = issue.extra.get("dead_links")
            kept = {**(before if isinstance(before, dict) else {}), **known}
            issue.extra = {**issue.extra, "dead_links": kept}
            issue.save(update_fields=["extra"])


def _ask(url: str, resolve: Resolve, public: Public) -> tuple[int, str]:
    """Status and, for a redirect, where to."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.username:
        raise Unreachable("not an http address")
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise Unreachable("not an http address") from None
    addresses = resolve(parts.hostname, port)
    if not addresses or not all(public(address) for address in addresses):
        raise Unreachable("the address is not on the open internet")
    for method in ("HEAD", "GET"):
        status, location = _request(method, parts, addresses[0], port)
        if status not in (400, 403, 404, 405, 501):  # Some servers know no HEAD.
            break
    if status in (301, 302, 303, 307, 308) and location:
        return status, urljoin(url, location)
    return status, ""


def _request(method: str, parts: SplitResult, address: str, port: int) -> tuple[int, str]:
    host = str(parts.hostname)
    connection = _Pinned(address, host, port, secure=parts.scheme == "https")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    # A server that sends a byte now and then never runs into the timeout of a single read.
    last = threading.Timer(3 * SECONDS, connection.give_up)
    last.start()
    try:
        connection.request(
            method, target, headers={"User-Agent": "Sudi link check", "Accept": "*/*"}
        )
        answer = connection.getresponse()
        return int(answer.status), str(answer.getheader("Location") or "")
    except ssl.SSLError:
        raise Unreachable("the connection is not secure") from None
    except TimeoutError:
        raise Unreachable("no answer in time") from None
    except (OSError, http.client.HTTPException, ValueError):
        raise Unreachable("the server does not answer") from None
    finally:
        last.cancel()
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, that asks for the host it was resolved from."""

    def __init__(self, address: str, host: str, port: int, *, secure: bool) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self._address = address
        self._secure = secure
        if secure:
            self.default_port = 443  # Else the Host field would name the port.

    def give_up(self) -> None:
        """Wake whoever waits for this connection; from another thread."""
        if self.sock is not None:
            with contextlib.suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        if not self._secure:
            self.sock = plain
            return
        try:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise
