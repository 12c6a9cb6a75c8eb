"""What every response carries: content security policy, language, caching rules.

Plain functions, each a middleware. A view that needs more than the strict policy sets the
`Content-Security-Policy` header itself; what it set is kept.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.cache import patch_vary_headers

from subscribers import languages

from . import errors

Respond = Callable[[HttpRequest], HttpResponse]

# Pages for readers: no script at all, nothing from another host, never inside a foreign frame.
SITE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
# The admin's theme (django-unfold) runs Alpine, which evaluates expressions in attributes, and
# writes inline styles. It is behind a login, and still reaches no other host.
ADMIN_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; manifest-src 'self'; form-action 'self'; "
    "frame-ancestors 'self'; base-uri 'self'; object-src 'none'"
)
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=()"


def headers(get_response: Respond) -> Respond:
    """Security and caching headers for every response, static files included."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        admin = request.path_info.startswith("/admin/")
        response.headers.setdefault(
            "Content-Security-Policy", ADMIN_POLICY if admin else SITE_POLICY
        )
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if admin or request.path_info.startswith("/s/"):
            # Personal: neither a shared cache nor a search engine may keep it.
            response.headers.setdefault("Cache-Control", "private, no-store")
            response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        elif response.status_code >= 400:
            # An issue may be published at an address a moment after somebody guessed it.
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return respond


def _wish(request: HttpRequest) -> str:
    """What the browser asks for. Only the admin heeds the language cookie (its own switch):

    public pages lie in shared caches, where a cookie must not decide what others see.
    """
    if request.path_info.startswith(("/admin/", "/i18n/")):
        return translation.get_language_from_request(request)
    return languages.wished(request.META)


def language(get_response: Respond) -> Respond:
    """The language of the page's own words.

    `?lang=` wins and needs no cookie; else a view may settle it with `languages.speak`; else the
    browser's wish, and only then does the answer vary with it. `request.asked_language` is a
    code we speak, or None.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        asked = languages.known(request.GET.get("lang")) or None
        request.asked_language = asked  # type: ignore[attr-defined]
        request.language_is_settled = asked is not None  # type: ignore[attr-defined]
        translation.activate(asked or _wish(request))
        response = get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or "en")
        if not getattr(request, "language_is_settled", False):
            patch_vary_headers(response, ("Accept-Language",))
        return response

    return respond


def own_not_found(get_response: Respond) -> Respond:
    """With DEBUG, too, who asks for what is not there reads our page and no list of patterns."""

    def respond(request: HttpRequest) -> HttpResponse:
        try:
            resolve(request.path_info)
        except Resolver404 as error:  # No view is asked, so no exception of one comes by.
            return errors.not_found(request, error)
        return get_response(request)

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return errors.not_found(request, exception) if isinstance(exception, Http404) else None

    respond.process_exception = process_exception  # type: ignore[attr-defined]
    return respond
