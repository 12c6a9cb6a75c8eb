"""A site that moved to another domain: what still comes to an old one.

Mails, feeds and bookmarks name the old host for years. Whoever reads is led to the same address
of the new one. A one-click request is answered where it was sent: RFC 8058, section 3.1, forbids a
redirect there. Ids of feeds never held a host, so nothing appears twice in a feed reader.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.encoding import escape_uri_path

from newsletter import conf

Respond = Callable[[HttpRequest], HttpResponse]
_ONE_CLICK = "/s/u/"
_PROBES = ("/healthz", "/readyz")


class _SameMethod(HttpResponsePermanentRedirect):
    # RFC 9110, section 15.4.9: what is posted stays a post.
    status_code = 308


def names(said: str, own: str) -> list[str]:
    """The hosts of OLD_HOSTS. Raises ImproperlyConfigured for what is no name, or is our own."""
    found = [name.lower() for name in said.replace(",", " ").split()]
    for name in found:
        if re.search(r"[/:@*]", name) or name == own:
            raise ImproperlyConfigured(
                f"OLD_HOSTS: {name!r}: write names alone, like news.example.com, not BASE_URL's."
            )
    return found


def middleware(get_response: Respond) -> Respond:
    """Lead from the hosts of `OLD_HOSTS` to BASE_URL. Before anything that stores answers."""
    old = frozenset(conf.old_hosts())

    def respond(request: HttpRequest) -> HttpResponse:
        host = request.META.get("HTTP_HOST", "").rpartition("@")[2].partition(":")[0].lower()
        path = request.path_info
        if host not in old or path in _PROBES:
            return get_response(request)
        reads = request.method in ("GET", "HEAD")
        if not reads and path.startswith(_ONE_CLICK):
            return get_response(request)
        query = request.META.get("QUERY_STRING", "")
        address = conf.base_url() + escape_uri_path(path) + (f"?{query}" if query else "")
        return (HttpResponsePermanentRedirect if reads else _SameMethod)(address)

    return respond
