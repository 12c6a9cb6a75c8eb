"""A stored entry and a client's headers -> status, headers and octets. Pure.

`meta` is the CGI dictionary that a WSGI server and Django's `request.META` have in common.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.utils.http import parse_etags, parse_http_date_safe

from newsletter.models.changes import settled

from . import codings
from .store import Body, Entry

# What RFC 9110, 15.4.5, wants in a 304; the client keeps the rest of what it has.
_IN_304 = (
    "cache-control", "cdn-cache-control", "content-location", "etag", "expires", "last-modified",
    "surrogate-key", "vary",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes to the client."""

    status: int
    headers: list[tuple[str, str]]
    octets: bytes


def answer(meta: Mapping[str, Any], entry: Entry, body: Body, now: float | None = None) -> Answer:
    """The answer to GET or HEAD with this entry in the coding of `body`."""
    headers = body.headers
    changed = settled(entry.changed, time.time() if now is None else now)
    if changed is None and "last-modified" in headers:
        headers = {name: pair for name, pair in headers.items() if name != "last-modified"}
    status = entry.status
    if status == HTTPStatus.OK:
        status = condition(meta, body.tag, changed)
    if status == HTTPStatus.NOT_MODIFIED:
        return Answer(status, [headers[name] for name in _IN_304 if name in headers], b"")
    if status == HTTPStatus.PRECONDITION_FAILED:
        return Answer(status, [("Content-Length", "0")], b"")
    octets = body.octets if meta.get("REQUEST_METHOD") != "HEAD" else b""
    return Answer(status, list(headers.values()), octets)


def condition(meta: Mapping[str, Any], tag: str, changed: int | None) -> int:
    """200, 304 or 412 by the request's conditions, in the order of RFC 9110, 13.2.2.

    `tag` is the strong tag of what would be sent, quotes included; `changed` its date in seconds
    since 1970, None if no date can be told.
    """
    wanted, before = meta.get("HTTP_IF_MATCH"), _date(meta, "HTTP_IF_UNMODIFIED_SINCE")
    if wanted is not None:
        fails = wanted.strip() != "*" and tag not in parse_etags(wanted)
    else:
        fails = before is not None and (changed is None or changed > before)
    if fails:
        return HTTPStatus.PRECONDITION_FAILED
    if (known := meta.get("HTTP_IF_NONE_MATCH")) is not None:
        tags = parse_etags(known)
        same = "*" in tags or any(one.removeprefix("W/") == tag for one in tags)
        return HTTPStatus.NOT_MODIFIED if same else HTTPStatus.OK
    since = _date(meta, "HTTP_IF_MODIFIED_SINCE")
    if since is not None and changed is not None and changed <= since:
        return HTTPStatus.NOT_MODIFIED
    return HTTPStatus.OK


def _date(meta: Mapping[str, Any], name: str) -> int | None:
    value = meta.get(name)
    return parse_http_date_safe(value) if value is not None else None


def coding(meta: Mapping[str, Any], entry: Entry) -> str:
    """The content coding to answer in."""
    return codings.choose(meta.get("HTTP_ACCEPT_ENCODING")) if entry.compressible else ""


def encoded(plain: Body, coding: str) -> Body:
    """The same octets in another coding, under a tag of their own (RFC 9110, 8.8.3.3)."""
    octets = codings.encode(plain.octets, coding)
    tag = f'{plain.tag[:-1]}-{coding}"'
    headers = plain.headers | {
        "content-length": ("Content-Length", str(len(octets))),
        "content-encoding": ("Content-Encoding", coding),
        "etag": ("ETag", tag),
    }
    return Body(octets, headers, tag)
