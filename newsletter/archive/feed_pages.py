"""The pages about feeds: their addresses for people, and as OPML for programs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from newsletter import conf
from newsletter.editions import published
from newsletter.feeds import contents, opml
from newsletter.feeds.formats import FORMATS
from newsletter.feeds.views import (
    for_people,
    publication_or_missing,
    reader_of,
    unknown_category,
    wanted_slugs,
)
from newsletter.rendering import neutral
from subscribers import languages
from subscribers.models import Publication

from .pages import feed_links, public_page, render_page


@require_safe
def feeds_page(request: HttpRequest, publication: str) -> HttpResponse:
    """`/PUB/feeds/`: tick categories, get three addresses. A form that only asks, no script."""
    found = publication_or_missing(publication)
    languages.speak(request, languages.of_publication(found))
    public = published.categories(found)
    offered = published.offered(public)
    slugs = wanted_slugs(request)
    chosen = contents.of_categories(found, public, slugs)
    if isinstance(chosen, str):
        raise unknown_category(chosen)
    rows = list(chosen.categories or ())
    language = get_language() or "en"
    names = [neutral.line(languages.words(row, language).name) for row in rows]
    context = {
        "here": "feeds",
        "categories": offered,
        "chosen": {row.slug for row in rows},
        "heading": contents.listed(names),
        "mine": _addresses(found, [row.slug for row in rows]) if rows else [],
        "whole": _addresses(found, None),
        "items": [
            (one.label, conf.base_url() + contents.items_path(found.slug, one)) for one in FORMATS
        ],
        "translated": [
            (code, _addresses(found, None, code)) for code in published.languages_of(found)
        ],
        "each": [(row, _addresses(found, [row.slug])) for row in offered],
        "feeds": feed_links(found),
        "canonical": f"{conf.base_url()}/{found.slug}/feeds/",
        "noindex": bool(rows),
    }
    return public_page(render_page(request, "newsletter/feeds.html", found, context))


def _addresses(
    publication: Publication, slugs: list[str] | None, language: str = ""
) -> list[tuple[str, str]]:
    return [
        (
            one.label,
            conf.base_url() + contents.feed_path(publication.slug, slugs, one, language=language),
        )
        for one in FORMATS
    ]


@for_people
@require_safe
def feed_of_reader(request: HttpRequest, token: str) -> HttpResponse:
    """`/s/f/TOKEN/`: one reader's own feed addresses and what they hold now."""
    subscription = reader_of(token)
    found = subscription.publication
    languages.speak(request, languages.of_subscription(subscription))
    public = published.categories(found)
    chosen = contents.of_reader(subscription, public, token)
    context = {
        "chosen": chosen.categories,
        "addresses": [(one.label, conf.base_url() + chosen.path(one)) for one in FORMATS],
        "noindex": True,
    }
    response = render_page(request, "newsletter/feed_of_reader.html", found, context)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_safe
def feeds_opml(request: HttpRequest, publication: str) -> HttpResponse:
    """`/PUB/feeds.opml`: the publication's feeds for a feed reader to import."""
    found = publication_or_missing(publication)
    return _opml(request, found.name, [found])


@require_safe
def all_feeds_opml(request: HttpRequest) -> HttpResponse:
    """`/opml`: the feeds of every publication of this site."""
    return _opml(
        request, "Sudi", list(Publication.objects.filter(readers_only=False).order_by("name", "pk"))
    )


def _opml(request: HttpRequest, title: str, found: list[Publication]) -> HttpResponse:
    groups = [(one, published.offered(published.categories(one))) for one in found]
    response = HttpResponse(
        opml.write(title, groups), content_type=f"{opml.MEDIA_TYPE}; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="feeds.opml"'
    request.language_is_settled = True  # type: ignore[attr-defined]
    return public_page(response)
