"""Who may read a publication that is for its readers alone: its pages, feeds and cards.

A reader comes by a link from a mail and keeps a cookie that holds their feed's token: it opens
what they may read and changes nothing. On a host with accounts of its own, whoever is signed in
and subscribed; and the people who work on the publication. Everybody else is shown where to ask.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from newsletter import conf
from newsletter.feeds.views import for_people, reader_of
from subscribers import languages, links, visitor
from subscribers.models import Publication, Subscription
from subscribers.roles import Act, may

from .pages import render_page

# Named for the publication's key: a cookie of one is not even sent to another.
_COOKIE = "sudi_reader_%d"
_COOKIE_SECONDS = 180 * 24 * 3600
# What a stranger needs to see the page that turns him away, and what the law wants seen.
_OPEN = {"look", "imprint"}

View = Callable[..., HttpResponse]


def guarded(patterns: Iterable[URLPattern]) -> Iterator[URLPattern]:
    """The addresses of the site; those of a publication ask who is there if it is closed."""
    for pattern in patterns:
        if pattern.name not in _OPEN:
            pattern.callback = _guard(pattern.callback)
        yield pattern


def _guard(view: View) -> View:
    # The mark of `finished` goes with it; what is answered for somebody says so and is not stored.
    @functools.wraps(view)
    def guard(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        slug = kwargs.get("publication")
        publication = Publication.closed(str(slug)) if slug is not None else None
        if publication is None:
            return view(request, *args, **kwargs)
        if not _may_read(request, publication):
            return _turned_away(request, publication)
        return _for_somebody(view(request, *args, **kwargs))

    return guard


def _may_read(request: HttpRequest, publication: Publication) -> bool:
    token = request.COOKIES.get(_COOKIE % publication.pk, "")
    opened = links.open_token(token, links.Purpose.FEED) if token else None
    ties = Subscription.objects.filter(
        publication=publication, state=Subscription.State.ACTIVE, subscriber__erased_at=None
    )
    if opened and ties.filter(pk=opened.subject, feed_serial=opened.extra).exists():
        return True
    address = visitor.address(request)
    tie = visitor.subscription(address, publication) if address else None
    if tie is not None and tie.state == Subscription.State.ACTIVE:
        return True
    user = getattr(request, "user", None)
    return user is not None and may(user, Act.SEE, publication)


def _turned_away(request: HttpRequest, publication: Publication) -> HttpResponse:
    languages.speak(request, languages.of_publication(publication))
    response = render_page(request, "newsletter/readers_only.html", publication, {"noindex": True})
    response.status_code = 403
    return _for_somebody(response)


def _for_somebody(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    patch_vary_headers(response, ["Cookie"])
    return response


@for_people
@require_safe
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """`/s/f/TOKEN/issues/`: to the archive; where it is closed, with what opens it from now on."""
    tie = reader_of(token)
    response = HttpResponse(status=303)
    response.headers["Location"] = conf.mounted(f"/{tie.publication.slug}/")
    return admitted(response, tie, token)


def admitted(response: HttpResponse, tie: Subscription, token: str) -> HttpResponse:
    """A personal answer; of a closed publication it opens the other pages in this browser."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    if tie.publication.readers_only:
        response.set_cookie(
            _COOKIE % tie.publication_id,
            token,
            max_age=_COOKIE_SECONDS,
            path=conf.mounted(f"/{tie.publication.slug}/"),
            secure=conf.base_url().startswith("https:"),
            httponly=True,
            samesite="Lax",
        )
    return response
