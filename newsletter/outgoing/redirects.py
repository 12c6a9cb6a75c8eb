"""What is asked after a redirect. Pure. RFC 9110, section 15.4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from .errors import BadResponse, Blocked
from .targets import Target, join

Method = Literal["GET", "HEAD", "POST"]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What still makes sense at another host. All else may prove who we are (Authorization, a
# webhook's signature), and the new host was chosen by the old one.
_FOR_ANYBODY = frozenset({"accept", "accept-language", "content-type", "user-agent"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, before it is octets. `headers` has names in lower case."""

    method: Method
    target: Target
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def follow(asked: Asked, status: int, locations: Sequence[str]) -> Asked | None:
    """The next request, or None if this response is the last.

    `locations` are the values of the Location field. Raises BadUrl, Blocked and BadResponse.
    """
    if status not in _REDIRECTS or not locations:
        return None
    if len(set(locations)) > 1:
        raise BadResponse("location")
    target = join(asked.target, locations[0])
    method, body, headers = asked.method, asked.body, dict(asked.headers)
    # 303 says so; for 301 and 302 all clients do it with POST, and servers count on it.
    if method == "POST" and status in (301, 302, 303):
        method, body = "GET", None
        headers.pop("content-type", None)
    if body is not None and (asked.target.scheme, target.scheme) == ("https", "http"):
        raise Blocked("downgrade")  # What was given for a closed envelope is not sent open.
    if target.origin != asked.target.origin:
        headers = {name: value for name, value in headers.items() if name in _FOR_ANYBODY}
    return Asked(method, target, body, headers)
