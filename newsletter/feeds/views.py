"""The addresses of feeds: what is asked for, whether it changed, and the answer.

An unchanged feed costs one read, of the publication's row: `changed_at` moves with every
publishing, correction and rename, and with the address it makes the ETag. Nothing is built.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from newsletter import conf, search
from newsletter.editions import published
from subscribers import languages, links
from subscribers.models import Publication, Subscription
from subscribers.times import zone_of

from . import contents, kept
from .contents import Chosen
from .formats import Format, named

# Part of every ETag: another version may write the same rows otherwise.
_VERSION = version("sudi")
# More slugs in one address than a publication can have categories is no choice.
_MOST_SLUGS = 200


class Missing(Http404):
    """Nothing here, with a sentence the page may show to the reader."""


def publication_or_missing(slug: str) -> Publication:
    """The publication of this address."""
    found = Publication.objects.filter(slug=slug).first()
    if found is None:
        raise Missing(_("There is no publication at this address."))
    return found


def wanted_slugs(request: HttpRequest) -> list[str]:
    """The categories asked for in the query, each once, sorted."""
    slugs = sorted({slug for slug in request.GET.getlist("category") if slug})
    if len(slugs) > _MOST_SLUGS:
        raise Missing(_("No publication has so many categories."))
    return slugs


def unknown_category(slug: str) -> Missing:
    """A category that does not exist, or that is not public: the same words for both."""
    return Missing(_("There is no category “%(slug)s” here.") % {"slug": slug})


@require_safe
def whole(request: HttpRequest, publication: str, form: str) -> HttpResponse:
    """`/PUB/feed.FORM`: the publication's issues; with ?category= items of those categories."""
    slugs = wanted_slugs(request)
    asked = request.GET.getlist("category")
    if asked and (len(slugs) < 2 or asked != slugs):
        # One feed, one address: another order or a double would be another feed to a reader.
        path = contents.feed_path(publication, slugs, form, _month(request))
        return HttpResponsePermanentRedirect(path)
    return _answer(request, publication, slugs, named(form))


@require_safe
def one_category(request: HttpRequest, publication: str, category: str, form: str) -> HttpResponse:
    """`/PUB/c/CATEGORY/feed.FORM`: the items of one category."""
    return _answer(request, publication, [category], named(form))


@require_safe
def of_search(request: HttpRequest, publication: str, form: str) -> HttpResponse:
    """`/PUB/search/feed.FORM?q=…`: what a search finds, the newest of it."""
    found = publication_or_missing(publication)
    response = _unchanged(request, found)
    if response is None:
        try:
            asked = search.read(request.GET.dict())
        except search.NotAsked:
            raise Missing(_("Nothing can be looked for with this address.")) from None
        chosen = Chosen(found, search=asked)
        if request.META.get("QUERY_STRING", "") != asked.query:
            # One feed, one address.
            return HttpResponsePermanentRedirect(chosen.path(named(form)))
        response = _written(request, chosen, named(form))
    response.headers["Cache-Control"] = f"public, max-age={contents.MINUTES * 60}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def customary(request: HttpRequest, publication: str, form: str) -> HttpResponse:
    """Addresses that feed readers try by themselves lead to the real one."""
    path = contents.feed_path(publication, wanted_slugs(request), form)
    return HttpResponsePermanentRedirect(path)


@require_safe
def of_reader(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """`/s/f/TOKEN/feed.FORM`: what one reader has chosen, as it stands now."""
    subscription = reader_of(token)
    state = f"{subscription.choice} {subscription.feed_serial}"
    response = _unchanged(request, subscription.publication, state)
    if response is None:
        month = _month(request)
        public = published.categories(subscription.publication)
        chosen = contents.of_reader(subscription, public, token, month)
        response = _written(request, chosen, named(form), state)
    response.headers["Cache-Control"] = f"private, max-age={contents.MINUTES * 60}"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def reader_of(token: str) -> Subscription:
    """Whose feed a token names; one page for every token that is not, or no longer, good."""
    opened = links.open_token(token, links.Purpose.FEED)
    found = None
    if opened is not None:
        found = (
            Subscription.objects.select_related("publication")
            .filter(
                pk=opened.subject,
                feed_serial=opened.extra,
                subscriber__erased_at__isnull=True,
            )
            .first()
        )
    if found is None and links.is_nobodys(token):
        raise Missing(_("This is the feed address of a rehearsal: it is nobody's."))
    if found is None:
        raise Missing(_("This feed address is not valid, or not valid any more."))
    return found


def _month(request: HttpRequest) -> published.Month | None:
    text = request.GET.get("month")
    if text is None:
        return None
    month = published.Month.parse(text)
    if month is None:
        raise Missing(_("Write a month like 2026-03."))
    return month


def _answer(request: HttpRequest, slug: str, slugs: list[str], form: Format) -> HttpResponse:
    publication = publication_or_missing(slug)
    response = _unchanged(request, publication)
    if response is None:
        month = _month(request)
        chosen: Chosen | str = Chosen(publication, month=month)
        if slugs:
            public = published.categories(publication)
            chosen = contents.of_categories(publication, public, slugs, month)
            if isinstance(chosen, str):
                raise unknown_category(chosen)
            now = [category.slug for category in chosen.categories or ()]
            if sorted(now) != slugs:  # Merged into another one: its feed goes on there.
                return HttpResponsePermanentRedirect(
                    contents.feed_path(publication.slug, now, form, month)
                )
        assert isinstance(chosen, Chosen)
        response = _written(request, chosen, form)
    response.headers["Cache-Control"] = f"public, max-age={contents.MINUTES * 60}"
    # Feed readers that live in a browser may fetch it; there is nothing personal in it.
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _etag(request: HttpRequest, publication: Publication, state: str) -> str:
    parts = [
        _VERSION, conf.base_url(), request.get_full_path(),
        publication.changed_at.isoformat(), state,
    ]  # fmt: skip
    if "month" in request.GET:  # Its archive mark appears when the month is over.
        parts.append(str(published.Month.of(timezone.now(), zone_of(publication))))
    return '"' + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32] + '"'


def _unchanged(
    request: HttpRequest, publication: Publication, state: str = ""
) -> HttpResponse | None:
    """304 (or 412) if the reader's copy is still right, else None."""
    request.language_is_settled = True  # type: ignore[attr-defined]
    etag = _etag(request, publication, state)
    response = get_conditional_response(
        request, etag=etag, last_modified=int(publication.changed_at.timestamp())
    )
    if not isinstance(response, HttpResponse):
        return None
    response.headers["ETag"] = etag
    return response


def _written(request: HttpRequest, chosen: Chosen, form: Format, state: str = "") -> HttpResponse:
    etag = _etag(request, chosen.publication, state)

    def build() -> bytes:
        feed = contents.build(chosen, form)
        if chosen.month is not None and not feed.entries:
            raise Missing(_("Nothing was published in that month."))
        return form.write(feed)

    # A reader's own feed is asked for by one; the others by many at once.
    body = build() if chosen.subscription else kept.BODIES.get(etag, build)
    response = HttpResponse(body, content_type=f"{form.media_type}; charset=utf-8")
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(int(chosen.publication.changed_at.timestamp()))
    language = languages.of_publication(chosen.publication)
    response.headers["Content-Language"] = languages.stored(language)
    hub = contents.hub_of(chosen)
    if hub:
        address = conf.base_url() + chosen.path(form)
        response.headers["Link"] = f'<{hub}>; rel="hub", <{address}>; rel="self"'
    return response
