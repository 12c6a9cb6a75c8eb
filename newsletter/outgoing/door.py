"""One request and what came back: check, connect, send, read, follow."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from . import addresses, lookup, wire
from .deadline import Deadline
from .errors import (
    BadResponse,
    Blocked,
    Insecure,
    ResponseTooLarge,
    TimedOut,
    TooManyRedirects,
    Unreachable,
)
from .redirects import Asked, Method, follow
from .targets import Target, parse

USER_AGENT = "Sudi"

_PIECE = 16 * 1024
# RFC 9110, sections 5.1 and 5.5, in the part of Latin-1 that is not control characters.
_HEADER_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")
# What frames a message or belongs to the connection is written here; cookies are never sent.
_OURS = {
    "accept-encoding", "connection", "content-length", "cookie", "expect", "host", "te", "trailer",
    "transfer-encoding", "upgrade",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may take.

    `seconds`: from the call to its return, with lookups and all redirects.
    `connect_seconds`: trying one of a host's addresses before the next.
    `redirects`: followed at most; with 0 a redirect is itself the response.
    `head`: octets of a response's status line and headers, interim ones (1xx) included.
    `body`: octets of the last response's body; with 0 it is not read at all.
    `high_ports`: whether ports from 1024 up are asked, beside 80 and 443.
    """

    seconds: float = 20.0
    connect_seconds: float = 5.0
    redirects: int = 5
    head: int = 64 * 1024
    body: int = 1024 * 1024
    high_ports: bool = False

    def allow_port(self, port: int) -> bool:
        """Whether this port is asked. Below 1024 stand mail, shells and printers."""
        return port in (80, 443) or (self.high_ports and port >= 1024)


@dataclass(frozen=True, slots=True)
class Response:
    """`headers` has names in lower case; those that came twice are joined with ", ".

    `url` is what answered, after redirects. All but `status` is the other server's words.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


@dataclass(frozen=True, slots=True)
class Network:
    """How names are resolved, which addresses count as public, whose certificates are believed.

    There is one in the program. Tests put another in its place, since their servers stand on
    loopback; nothing else may, and a test sees to it.
    """

    resolve: lookup.Resolve = lookup.resolve
    public: Callable[[str], bool] = addresses.is_public
    tls: Callable[[], ssl.SSLContext] = wire.context


INTERNET = Network()
_DEFAULTS = Limits()


def request(
    method: Method,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    limits: Limits = _DEFAULTS,
) -> Response:
    """What the server at `url`, or where it redirects to, responds, whatever the status.

    Blocks for at most `limits.seconds`. Raises OutgoingError for all that others can cause. Raises
    ValueError for a body without POST or POST without one, and for headers no caller may set.
    """
    if (body is not None) != (method == "POST"):
        raise ValueError("POST has a body, GET and HEAD have none")
    deadline = Deadline(limits.seconds)
    asked = Asked(method, parse(url), body, _checked(headers or {}))
    for _redirect in range(limits.redirects):
        response, onward = _exchange(asked, limits, deadline)
        if onward is None:
            return response
        asked = onward
    response, onward = _exchange(asked, limits, deadline)
    if onward is not None and limits.redirects:
        raise TooManyRedirects()
    return response


def _checked(headers: Mapping[str, str]) -> dict[str, str]:
    found = {"user-agent": USER_AGENT, "accept": "*/*"}
    found |= {name.lower(): value for name, value in headers.items()}
    for name, value in found.items():
        if name in _OURS or not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise ValueError(f"header {name!r}")
    return found


def _exchange(asked: Asked, limits: Limits, deadline: Deadline) -> tuple[Response, Asked | None]:
    """One request over a connection of its own: the response and, for a redirect, what is next."""
    sock = _connect(asked.target, limits, deadline)
    connection = wire.Wire(sock, deadline)
    try:
        connection.allow(limits.head, "head")
        connection.send(_octets(asked))
        # Closed here: left to the garbage collector, it may find its reader gone (Python 3.13).
        with contextlib.closing(_final(connection, asked.method)) as answer:
            fields = answer.headers
            onward = None
            if limits.redirects:
                onward = follow(asked, answer.status, fields.get_all("location", []))
            content = b""
            if onward is None and limits.body and asked.method != "HEAD":
                content = _read(answer, connection, limits)
        known: dict[str, str] = {}
        for name, value in fields.items():
            before = known.get(name.lower())
            known[name.lower()] = value if before is None else f"{before}, {value}"
        return Response(answer.status, known, content, asked.target.url), onward
    except TimeoutError:
        raise TimedOut("exchange") from None
    except http.client.RemoteDisconnected:  # Also a ConnectionError.
        raise Unreachable() from None
    except http.client.IncompleteRead:
        raise BadResponse("cut") from None
    except (http.client.HTTPException, ValueError):
        raise BadResponse("http") from None
    except ssl.SSLError:
        raise Insecure() from None
    except OSError:
        raise Unreachable() from None
    finally:
        connection.close()


def _connect(target: Target, limits: Limits, deadline: Deadline) -> socket.socket:
    """To an address of the target that was checked, and to no other."""
    if not limits.allow_port(target.port):
        raise Blocked("port")
    found = lookup.look_up(target.host, target.port, INTERNET.resolve, deadline)
    # Each of them: which is connected to must not be the other side's choice.
    if not all(INTERNET.public(address) for address in found):
        raise Blocked("address")
    sock = wire.connect(found, target.port, deadline, limits.connect_seconds)
    if target.scheme == "https":
        return wire.secure(sock, target.host, INTERNET.tls(), deadline)
    return sock


def _octets(asked: Asked) -> bytes:
    """RFC 9112, sections 3 and 6. No more requests follow, no compressed body is wanted."""
    lines = [
        f"{asked.method} {asked.target.path} HTTP/1.1",
        f"Host: {asked.target.authority}",
        *(f"{name.title()}: {value}" for name, value in asked.headers.items()),
        "Accept-Encoding: identity",
        "Connection: close",
    ]
    if asked.body is not None:
        lines.append(f"Content-Length: {len(asked.body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (asked.body or b"")


def _final(connection: wire.Wire, method: Method) -> http.client.HTTPResponse:
    """The response after the interim ones (RFC 9110, section 15.2). Their heads share a budget."""
    while True:
        # Of a socket it calls nothing but makefile.
        answer = http.client.HTTPResponse(cast(socket.socket, connection), method=method)
        try:
            answer.begin()
            if answer.status == 101:
                raise BadResponse("switch")
        except BaseException:
            answer.close()
            raise
        if answer.status >= 200:
            return answer
        answer.close()


def _read(answer: http.client.HTTPResponse, connection: wire.Wire, limits: Limits) -> bytes:
    """The whole body. Raises ResponseTooLarge and BadResponse."""
    if answer.headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
        raise BadResponse("encoding")
    if answer.length is not None and answer.length > limits.body:
        raise ResponseTooLarge("body")
    # What frames it (sizes of chunks, trailers) may take as much as a head.
    connection.allow(limits.body + limits.head, "body")
    content = bytearray()
    while piece := answer.read(_PIECE):
        content += piece
        if len(content) > limits.body:
            raise ResponseTooLarge("body")
    if answer.length:  # `read(n)` says nothing of a body shorter than it was said to be.
        raise BadResponse("cut")
    return bytes(content)


__all__ = ["INTERNET", "USER_AGENT", "Limits", "Network", "Response", "request"]
