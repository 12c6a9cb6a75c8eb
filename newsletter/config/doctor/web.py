"""One HTTP request to our own address, by the doctor's resolver, without following redirects."""

from __future__ import annotations

import datetime as dt
import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from newsletter.smtp.server import is_loopback

from .dns import Dns

# Seconds to connect to each of two addresses, and for each read.
PATIENCE = 4.0
_MOST = 4096


class Unreachable(Exception):
    """No answer. `phase` is dns, connect, tls, http, or time for one that came too slowly."""

    def __init__(self, phase: str, text: str) -> None:
        super().__init__(text)
        self.phase, self.text = phase, text


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and from which address."""

    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes  # at most the first 4096 octets
    address: str
    expires: dt.datetime | None = None  # the certificate, where there is one


def fetch(dns: Dns, url: str, body: bytes | None = None) -> Answer:
    """Ask for `url` at the first of its addresses that connects. Raises Unreachable, NotSeen."""
    parts = urlsplit(url)
    host, https = parts.hostname or "", parts.scheme == "https"
    sock, address = _dial(_addresses(dns, host), parts.port or (443 if https else 80))
    try:
        if https:
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
    except (ssl.SSLError, OSError) as error:
        sock.close()
        said = getattr(error, "verify_message", "") or str(error)
        raise Unreachable("tls", said) from None
    expires = _expires(sock)
    connection = http.client.HTTPConnection(host)
    connection.sock = sock
    headers = {"Host": parts.netloc.rpartition("@")[2], "User-Agent": "sudi-doctor"}
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    try:
        connection.request("GET" if body is None else "POST", parts.path or "/", body, headers)
        response = connection.getresponse()
        read = response.read(_MOST)
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable("http", str(error) or type(error).__name__) from None
    finally:
        connection.close()
    kept = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, kept, read, address, expires)


def _expires(sock: socket.socket) -> dt.datetime | None:
    until = (sock.getpeercert() or {}).get("notAfter") if isinstance(sock, ssl.SSLSocket) else None
    if not isinstance(until, str):
        return None
    return dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(until), dt.UTC)


def _addresses(dns: Dns, host: str) -> list[str]:
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass
    if is_loopback(host):
        return ["127.0.0.1", "::1"]
    if found := [str(one) for one in dns.addresses(host)]:
        return found
    raise Unreachable("dns", host)


def _dial(addresses: list[str], port: int) -> tuple[socket.socket, str]:
    failed: OSError | None = None
    for address in addresses[:2]:
        try:
            return socket.create_connection((address, port), timeout=PATIENCE), address
        except OSError as error:
            failed = error
    phase = "time" if isinstance(failed, TimeoutError) else "connect"
    raise Unreachable(phase, f"{addresses[0]}:{port}: {failed}")
