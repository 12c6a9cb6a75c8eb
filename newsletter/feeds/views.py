"""The addresses of feeds: what is asked for, and the answer.

Public feeds are stored finished (`archive.finished`), with their tags and dates. A reader's own
feed is nobody else's, and of searches there is no end, so neither is ever stored; unchanged, they
cost two reads and nothing is built.
"""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Callable
from importlib.metadata import version

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from newsletter import conf
from newsletter.editions import published, search
from newsletter.editions.months import Month
from newsletter.models import Change
from newsletter.models.changes import settled
from subscribers import languages, links
from subscribers.models import Publication, Subscription
from subscribers.times import zone_of
from subscribers.views.pages import bad_link

from . import contents
from .contents import Chosen
from .formats import Format, named

# Part of every ETag: another version may write the same rows otherwise.
_VERSION = version("sudi")
# More slugs in one address than a publication can have categories is no choice.
_MOST_SLUGS = 200


class Missing(Http404):
    """Nothing here, with a sentence the page may show to the reader."""


class LinkEnded(Missing):
    """A reader's own address that is not, or no longer, good."""


def for_people(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of a reader's own address: where it has ended, it says how to get another.

    An old mail has the address of before, after its reader gave their feed a new one.
    """

    @functools.wraps(view)
    def page(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except LinkEnded:
            return bad_link(request)

    return page


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
        path = contents.feed_path(
            publication, slugs, form, _month(request), request.GET.get("language", "")
        )
        return HttpResponsePermanentRedirect(conf.mounted(path))
    return _answer(request, publication, slugs, named(form))


@require_safe
def one_category(request: HttpRequest, publication: str, category: str, form: str) -> HttpResponse:
    """`/PUB/c/CATEGORY/feed.FORM`: the items of one category."""
    return _answer(request, publication, [category], named(form))


@require_safe
def every_item(request: HttpRequest, publication: str, form: str) -> HttpResponse:
    """`/PUB/items.FORM`: every item of the publication, in categories yet to come too."""
    found = publication_or_missing(publication)
    return _public(request, Chosen(found, month=_month(request), by_item=True), named(form))


@gzip_page
@require_safe
def of_search(request: HttpRequest, publication: str, form: str) -> HttpResponse:
    """`/PUB/search/feed.FORM?q=…`: what a search finds, the newest of it."""
    found = publication_or_missing(publication)
    try:
        asked = search.read(request.GET.dict())
    except search.NotAsked:
        raise Missing(_("Nothing can be looked for with this address.")) from None
    chosen = Chosen(found, search=asked)
    if request.META.get("QUERY_STRING", "") != asked.query:
        # One feed, one address.
        return HttpResponsePermanentRedirect(conf.mounted(chosen.path(named(form))))
    return _if_changed(request, found, "", lambda: _public(request, chosen, named(form)))


@require_safe
def customary(request: HttpRequest, publication: str, form: str) -> HttpResponse:
    """Addresses that feed readers try by themselves lead to the real one."""
    path = contents.feed_path(
        publication, wanted_slugs(request), form, language=request.GET.get("language", "")
    )
    return HttpResponsePermanentRedirect(conf.mounted(path))


@gzip_page
@require_safe
def of_reader(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """`/s/f/TOKEN/feed.FORM`: what one reader has chosen, as it stands now."""
    subscription = reader_of(token)
    publication = subscription.publication

    def made() -> HttpResponse:
        month = _month(request)
        public = published.categories(publication)
        return _written(contents.of_reader(subscription, public, token, month), named(form))

    mine = f"{subscription.choice} {subscription.feed_serial} {subscription.language}"
    response = _if_changed(request, publication, mine, made)
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
    if found is not None and found.publication.readers_only:
        found = found if found.state == Subscription.State.ACTIVE else None
    if found is None and links.is_nobodys(token):
        raise Missing(_("This is the feed address of a rehearsal: it is nobody's."))
    if found is None:
        raise LinkEnded(_("This feed address is not valid, or not valid any more."))
    return found


def _month(request: HttpRequest) -> Month | None:
    text = request.GET.get("month")
    if text is None:
        return None
    month = Month.parse(text)
    if month is None:
        raise Missing(_("Write a month like 2026-03."))
    return month


def _language(request: HttpRequest, publication: Publication) -> str:
    """The language that ?language= asks for, of which the publication has translations."""
    asked = request.GET.get("language", "")
    if asked and asked not in published.languages_of(publication):
        raise Missing(_("There is no feed in this language."))
    return asked


def _answer(request: HttpRequest, slug: str, slugs: list[str], form: Format) -> HttpResponse:
    publication = publication_or_missing(slug)
    if request.GET.get("language") == publication.language:
        # Its own language needs no saying: one feed, one address.
        path = contents.feed_path(slug, slugs, form, _month(request))
        return HttpResponsePermanentRedirect(conf.mounted(path))
    month, language = _month(request), _language(request, publication)
    chosen: Chosen | str = Chosen(publication, month=month, language=language)
    if slugs:
        public = published.categories(publication)
        chosen = contents.of_categories(publication, public, slugs, month, language)
        if isinstance(chosen, str):
            raise unknown_category(chosen)
        now = [category.slug for category in chosen.categories or ()]
        if sorted(now) != slugs:  # Merged into another one: its feed goes on there.
            path = contents.feed_path(publication.slug, now, form, month, language)
            return HttpResponsePermanentRedirect(conf.mounted(path))
    assert isinstance(chosen, Chosen)
    return _public(request, chosen, form)


def _public(request: HttpRequest, chosen: Chosen, form: Format) -> HttpResponse:
    request.language_is_settled = True  # type: ignore[attr-defined]
    response = _written(chosen, form)
    patch_cache_control(
        response, public=True, max_age=contents.MINUTES * 60, stale_if_error=contents.MINUTES * 60
    )
    # Feed readers that live in a browser may fetch it; there is nothing personal in it.
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _if_changed(
    request: HttpRequest, publication: Publication, of: str, make: Callable[[], HttpResponse]
) -> HttpResponse:
    """A feed that is not stored: made, unless the reader has it as it would be."""
    request.language_is_settled = True  # type: ignore[attr-defined]
    number, second = Change.objects.newest(publication.pk)
    etag, changed = _etag(request, publication, of, number), settled(second, time.time())
    response = get_conditional_response(request, etag=etag, last_modified=changed)
    if not isinstance(response, HttpResponse):
        response = make()
        if changed is not None:
            response.headers["Last-Modified"] = http_date(changed)
    response.headers["ETag"] = etag
    return response


def _etag(request: HttpRequest, publication: Publication, of: str, change: int) -> str:
    """The tag of a feed: what it is made of, without making it."""
    parts = [_VERSION, conf.base_url(), request.get_full_path(), str(change), of]
    if "month" in request.GET:  # Its archive mark appears when the month is over.
        parts.append(str(Month.of(timezone.now(), zone_of(publication))))
    return '"' + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32] + '"'


def _written(chosen: Chosen, form: Format) -> HttpResponse:
    feed = contents.build(chosen, form)
    if chosen.month is not None and not feed.entries:
        raise Missing(_("Nothing was published in that month."))
    response = HttpResponse(form.write(feed), content_type=f"{form.media_type}; charset=utf-8")
    response.headers["Content-Language"] = languages.stored(chosen.speaks)
    hub = contents.hub_of(chosen)
    if hub:
        address = conf.base_url() + chosen.path(form)
        response.headers["Link"] = f'<{hub}>; rel="hub", <{address}>; rel="self"'
    if chosen.month is not None:  # From then on it is marked as an archive.
        _start, end = chosen.month.bounds(zone_of(chosen.publication))
        if end > timezone.now():
            response.good_until = end.timestamp()  # type: ignore[attr-defined]
    return response
