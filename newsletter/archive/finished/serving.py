"""Finished octets for who asks: before Django where the server is WSGI, else before all views.

What is handed out went through all middlewares when it was built, so security headers and
language are in it. The host is checked, each answer is counted and logged. Range requests are
answered with the whole: the octets are small, and a proxy cuts them better.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date

from newsletter.models import Change, Issue
from subscribers import languages
from subscribers.models import Publication

from . import ASKS, answers, codings, mark_of, purging
from .answers import Answer
from .changes import Changes
from .store import NOTHING, Body, Entry, Scope, Store

Respond = Callable[[HttpRequest], HttpResponseBase]
Meta = Mapping[str, Any]
Key = tuple[object, ...]

logger = logging.getLogger("newsletter.pages")

STORE = Store(most_bytes=64_000_000, most_entries=4_000)
CHANGES = Changes(STORE.forget)
# How often this process answered how: `stored`, `unchanged` (304), `built`.
ANSWERS: Counter[str] = Counter()
# Host headers that Django found good. Whoever sends another is asked by Django first.
_hosts: set[str | None] = set()
_MOST_HOSTS = 50

# Addresses of which nothing is ever stored: to find that out anew costs as much as to find the
# view, and both are asked for again and again.
_NEVER = ("/admin/", "/api/")
_REQUEST_ID = "X-Request-ID"
_STORED = {HTTPStatus.OK, HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.GONE}
_VARIES = {"accept-language", "accept-encoding"}
_PERSONAL = (
    "HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_RANGE", "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE",
)  # fmt: skip


def clear() -> None:
    """Forget everything that is stored and known; for tests."""
    STORE.clear()
    CHANGES.reset()
    _hosts.clear()


# --- what is stored ---------------------------------------------------------------------------


def stored(meta: Meta) -> Answer | None:
    """The answer to a GET or HEAD whose entry is there and right; None: ask Django."""
    if meta.get("REQUEST_METHOD") not in ("GET", "HEAD") or meta.get("HTTP_HOST") not in _hosts:
        return None
    return _stored(_key(meta, ASKS), meta)


def _stored(key: Key, meta: Meta) -> Answer | None:
    # Only who asks for something stored makes us look at the database.
    if _find(key, meta) is None or not CHANGES.may_serve():
        return None
    entry = _find(key, meta)  # What was found just now may have been dropped.
    return None if entry is None else _answer(meta, entry, "stored")


def _key(meta: Meta, asks: Collection[str]) -> Key:
    query = meta.get("QUERY_STRING", "")
    return (
        _is_secure(meta),
        meta.get("SCRIPT_NAME", ""),
        meta.get("PATH_INFO", ""),
        _heeded(query, asks) if query else "",
    )


def _is_secure(meta: Meta) -> bool:
    """As `HttpRequest.is_secure`: over https there is one header more."""
    if settings.SECURE_PROXY_SSL_HEADER:
        name, secure = settings.SECURE_PROXY_SSL_HEADER
        if (said := meta.get(name)) is not None:
            return bool(said.split(",")[0].strip() == secure)
    return bool(meta.get("wsgi.url_scheme") == "https")


def _heeded(query: str, asks: Collection[str]) -> str:
    """What of a query is heeded, in one form: an address has few spellings in the store."""
    kept: list[tuple[str, str]] = []
    for name, values in sorted(QueryDict(query).lists()):
        if name == "lang":
            kept += [(name, known) for value in values[-1:] if (known := languages.known(value))]
        elif name in asks:
            kept += [(name, str(value)) for value in values]
    return urlencode(kept)


def _find(key: Key, meta: Meta) -> Entry | None:
    entry = STORE.get(key)
    if entry is not None and entry.language:
        wish = languages.wished(meta)
        if entry.language != wish:
            key = (*key, wish)
            entry = STORE.get(key)
    if entry is not None and entry.good_until is not None and entry.good_until <= time.time():
        STORE.drop(key)
        return None
    return entry


def _answer(meta: Meta, entry: Entry, how: str) -> Answer:
    coding = answers.coding(meta, entry)
    body = entry.bodies.get(coding)
    if body is None:
        body = answers.encoded(entry.bodies[codings.IDENTITY], coding)
        STORE.add_body(entry, coding, body)
    found = answers.answer(meta, entry, body)
    if not CHANGES.fresh:
        found = purging.for_no_cdn(found)
    ANSWERS["unchanged" if found.status == HTTPStatus.NOT_MODIFIED else how] += 1
    if logger.isEnabledFor(logging.DEBUG):
        path = meta.get("PATH_INFO", "")
        logger.debug("%s %s %d %s", meta.get("REQUEST_METHOD"), path, found.status, how)
    return found


# --- the two doors ----------------------------------------------------------------------------


def before(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """A WSGI application that answers what is stored itself, and asks `application` for the rest.

    Django's own handling of a request costs more than all that is left to do.
    """

    def respond(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        found = stored(environ)
        if found is None:
            return application(environ, start_response)
        start_response(f"{found.status} {HTTPStatus(found.status).phrase}", found.headers)
        return [found.octets]

    return respond


def finished_bytes(get_response: Respond) -> Respond:
    """The middleware: builds what is not there, and under another server answers what is."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD") or request.path_info.startswith(_NEVER):
            return get_response(request)
        found = stored(request.META)
        if found is None:
            match = _match(request)
            mark = mark_of(match.func) if match is not None else None
            if match is None or mark is None or not _host_is_ours(request):
                return get_response(request)  # A foreign host is refused there, in words.
            slug = match.kwargs.get("publication")
            if slug is not None and Publication.closed(slug):
                return get_response(request)  # Who asks matters: nothing of it is kept.
            # Now that the view is known, without what another one heeds.
            key = _key(request.META, mark.asks)
            found = _stored(key, request.META)
            if found is None:
                built = _build(request, get_response, match, key)
                if isinstance(built, HttpResponseBase):
                    return built
                found = built
        return HttpResponse(found.octets, status=found.status, headers=dict(found.headers))

    return respond


def _match(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None


def _host_is_ours(request: HttpRequest) -> bool:
    try:
        request.get_host()
    except DisallowedHost:
        return False
    if len(_hosts) < _MOST_HOSTS and not settings.USE_X_FORWARDED_HOST:
        _hosts.add(request.META.get("HTTP_HOST"))
    return True


# --- building ---------------------------------------------------------------------------------


def _build(
    request: HttpRequest, get_response: Respond, match: ResolverMatch, key: Key
) -> HttpResponseBase | Answer:
    """Build the answer, or wait for who builds it; keep it if it can be kept."""
    wish = languages.wished(request.META)
    made: list[HttpResponseBase] = []

    def build() -> Entry | None:
        scope = _scope(match)
        # Before anything is read: then the date is never newer than what is shown.
        changed = None
        if scope != NOTHING:
            _number, changed = Change.objects.newest(scope.publication, scope.issue)
        began = time.monotonic()
        response = _impersonal(request, str(key[-1]), get_response)
        made.append(response)
        return _entry(response, scope, changed, time.monotonic() - began)

    if not CHANGES.may_serve():
        entry, ran = build(), True
    else:
        entry, ran = STORE.built(key, build)
        if not ran and entry is not None and entry.language not in ("", wish):
            entry, ran = STORE.built((*key, wish), build)
    if entry is None:
        return made[-1]
    return _answer(request.META, entry, "built" if ran else "stored")


def _scope(match: ResolverMatch) -> Scope:
    """What the page shows, from its address; the whole site where the address does not say."""
    slug, mark = match.kwargs.get("publication"), mark_of(match.func)
    if mark is not None and mark.fixed:
        return NOTHING
    if slug is None:
        return Scope()
    key = Publication.objects.filter(slug=slug).values_list("pk", flat=True).first() or 0
    if not key or mark is None or not mark.one_issue:
        return Scope(key)
    found = Issue.objects.filter(publication=key, slug=match.kwargs["issue"])
    return Scope(key, found.values_list("pk", flat=True).first() or 0)


def _impersonal(request: HttpRequest, query: str, get_response: Respond) -> HttpResponseBase:
    """The answer to the bare question: whoever asks first leaves nothing of himself in it."""
    meta: MutableMapping[str, Any] = request.META
    kept = {name: meta.pop(name) for name in _PERSONAL if name in meta}
    kept["REQUEST_METHOD"] = request.method
    request.method = "GET"
    meta.update(REQUEST_METHOD="GET", QUERY_STRING=query)
    try:
        return get_response(request)
    finally:
        meta.update(kept)
        request.method = kept["REQUEST_METHOD"]


def _entry(
    response: HttpResponseBase, scope: Scope, changed: int | None, took: float
) -> Entry | None:
    """What is kept of a response built in so many seconds, None if it must not be."""
    if response.status_code not in _STORED or not isinstance(response, HttpResponse):
        return None
    varies = {name.strip().lower() for name in response.get("Vary", "").split(",") if name}
    if response.cookies or not varies <= _VARIES:
        # A view that is marked and still asks who is there: a fault of ours.
        logger.error("%s is for somebody and is not stored.", response)
        return None
    if "public" not in response.get("Cache-Control", ""):
        return None
    compressible = codings.is_compressible(response.get("Content-Type", ""))
    compressible = compressible and len(response.content) >= codings.LEAST
    if compressible:
        patch_vary_headers(response, ["Accept-Encoding"])
    if changed is not None:
        response.headers["Last-Modified"] = http_date(changed)
    good_until = getattr(response, "good_until", None)
    for name, value in purging.headers(scope, took=took, good_until=good_until).items():
        response.headers[name] = value
    # The number of one request says nothing to those who get the same octets after it.
    response.headers.pop(_REQUEST_ID, None)
    return Entry(
        status=response.status_code,
        scope=scope,
        bodies={codings.IDENTITY: _plain(response)},
        compressible=compressible,
        language=str(response.get("Content-Language", "")) if "accept-language" in varies else "",
        changed=changed,
        good_until=good_until,
    )


def _plain(response: HttpResponse) -> Body:
    octets = response.content
    tag = f'"{hashlib.sha256(octets).hexdigest()[:32]}"'
    headers = {name.lower(): (name, value) for name, value in response.items()}
    headers["content-length"] = ("Content-Length", str(len(octets)))
    headers["etag"] = ("ETag", tag)
    return Body(octets, headers, tag)
