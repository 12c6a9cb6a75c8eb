"""An address read strictly into what is asked of whom. Pure.

Two programs that read one address differently are how a check is got around: the one that checks
sees a public host, the one that connects another. So what has several readings is no address
here: numbers that are not four decimal ones, credentials, a dot at the end, a backslash, percent
signs in the host, names without a dot.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urljoin

import idna

from .errors import BadUrl

DEFAULT_PORTS = {"http": 80, "https": 443}
# Octets; servers commonly take 8,000 for the whole request line (RFC 9112, section 3).
_LONGEST = 8000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)(\?[^#]*)?(?:#.*)?")
_AUTHORITY = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:]+))(?::([0-9]{0,5}))?")
# A host name's labels (RFC 1123, section 2.1) and the underscore that some real ones have.
_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
# What resolvers and browsers take for a number, whole or in parts: 2130706433, 0x7f.1, 0177.0.0.1.
_NUMBER_LAST = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_SAFE = "/:@!$&'()*+,;=%~-._"


@dataclass(frozen=True, slots=True)
class Target:
    """`host` is an A-label name in lower case or an IP address without brackets; `path` has the
    query, in ASCII, and begins with a slash."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """RFC 6454."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """The value of the Host field (RFC 9110, section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def parse(url: str) -> Target:
    """What `url` asks for. Raises BadUrl. A fragment is dropped."""
    if len(url) > _LONGEST:
        raise BadUrl("length")
    if _CONTROL.search(url):
        raise BadUrl("characters")
    match = _URL.fullmatch(url)
    if match is None:
        raise BadUrl("scheme")
    scheme, authority = match[1].lower(), match[2]
    if scheme not in DEFAULT_PORTS:
        raise BadUrl("scheme")
    if "@" in authority:
        raise BadUrl("credentials")
    split = _AUTHORITY.fullmatch(authority)
    if split is None:
        raise BadUrl("host")
    host = _ipv6(split[1]) if split[1] else _host(split[2])
    port = int(split[3]) if split[3] else DEFAULT_PORTS[scheme]
    if not 0 < port < 65536:
        raise BadUrl("port")
    # A lone surrogate has no octets.
    with _bad("characters"):
        path = quote(match[3] or "/", safe=_SAFE) + quote(match[4] or "", safe=_SAFE + "?")
    if len(path) > _LONGEST:
        raise BadUrl("length")
    return Target(scheme, host, port, path)


def join(base: Target, location: str) -> Target:
    """Where a Location field (octets as Latin-1) leads from `base`. Raises BadUrl."""
    # The field is ASCII (RFC 9110, section 10.2.2); servers that break this mean UTF-8.
    with contextlib.suppress(UnicodeError):
        location = location.encode("latin-1").decode()
    if _CONTROL.search(location):  # Before urljoin, which removes some without a word.
        raise BadUrl("characters")
    with _bad("host"):  # urljoin on a broken bracket.
        location = urljoin(base.url, location.strip(" "))
    return parse(location)


@contextlib.contextmanager
def _bad(reason: str) -> Iterator[None]:
    try:
        yield
    except ValueError:  # UnicodeError and IDNAError are ValueErrors.
        raise BadUrl(reason) from None


def _ipv6(text: str) -> str:
    with _bad("host"):
        return str(ipaddress.IPv6Address(text))


def _host(text: str) -> str:
    host = text.lower()
    if not host.isascii():
        # UTS 46 maps what looks like ASCII to ASCII (full-width digits and dots, ligatures), so
        # everything below looks at the outcome.
        with _bad("host"):
            host = idna.encode(host, uts46=True).decode("ascii")
    if _NUMBER_LAST.fullmatch(host):
        with _bad("host"):
            return str(ipaddress.IPv4Address(host))
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise BadUrl("host")
    return host
