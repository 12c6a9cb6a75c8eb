"""The one way out for HTTP: every request the program makes of another server goes through here.

    response = request("POST", url, body=body, headers={...}, limits=Limits(seconds=10))

Whoever edits an issue, sets a hub or subscribes a webhook chooses where this machine connects to.
So a request reaches public addresses only, and holds its caller no longer than it allowed:

- `targets` reads an address strictly: http or https, no credentials, one spelling of each host.
- `addresses` says which IP addresses are public.
- `redirects` says what is asked next, or that it must not be.
- `lookup` finds a name's addresses, `wire` is a socket that keeps to a deadline and a budget,
  `door` puts them together. All that happens, happens in these three.
- `errors` is the one family of exceptions: codes, never a server's text.

Built on `http.client.HTTPResponse` and sockets of our own. Clients were looked at first: in
urllib3 2 (and requests, which is built on it) `Timeout(total=)` bounds connecting and each single
read, not the whole (its documentation says so), so that a server sending an octet now and then
holds the caller for hours; httpx has no total limit either. Neither connects to an address that
was checked before without replacing its transport, which is most of what stands here, and both
take proxies from the environment. A leaf: no models, no settings, no Django.
"""

from newsletter.outgoing.addresses import is_public
from newsletter.outgoing.door import USER_AGENT, Limits, Response, request
from newsletter.outgoing.errors import (
    BadResponse,
    BadUrl,
    Blocked,
    Insecure,
    OutgoingError,
    ResponseTooLarge,
    TimedOut,
    TooManyRedirects,
    UnknownHost,
    Unreachable,
)

__all__ = [
    "USER_AGENT",
    "BadResponse",
    "BadUrl",
    "Blocked",
    "Insecure",
    "Limits",
    "OutgoingError",
    "Response",
    "ResponseTooLarge",
    "TimedOut",
    "TooManyRedirects",
    "UnknownHost",
    "Unreachable",
    "is_public",
    "request",
]
