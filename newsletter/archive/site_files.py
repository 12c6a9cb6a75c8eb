"""Files every site has: style sheet of a publication, robots.txt, sitemaps, the icon."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.http import require_safe

from newsletter import conf, editions
from newsletter.editions import every_item, published
from newsletter.feeds import contents
from newsletter.feeds.views import publication_or_missing
from newsletter.models import Change
from newsletter.rendering import neutral, words
from subscribers import languages
from subscribers.models import Publication

from . import stylesheet
from .pages import public_page

_MOST_IN_SITEMAP = 50_000  # sitemaps.org
# The newest items; older ones are found from their issues.
_MOST_ITEMS = 10_000
_NEWS = dt.timedelta(days=2)  # So long an issue is news to search engines.


@require_safe
def look(request: HttpRequest, publication: str) -> HttpResponse:
    """`/PUB/look.css`: the publication's colours."""
    found = publication_or_missing(publication)
    sheet = stylesheet.stylesheet(found, found.categories.all())
    request.language_is_settled = True  # type: ignore[attr-defined]
    return public_page(HttpResponse(sheet, content_type="text/css; charset=utf-8"))


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """`/robots.txt`: personal links and the admin are nobody's to crawl."""
    lines = ["User-agent: *"]
    lines += [f"Disallow: {conf.mounted(f'/{part}/')}" for part in ("s", "admin", "api", "dev")]
    lines += [
        f"Disallow: {conf.mounted('/metrics')}",
        "",
        f"Sitemap: {conf.base_url()}/sitemap.xml",
        "",
    ]
    request.language_is_settled = True  # type: ignore[attr-defined]
    return public_page(HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8"))


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """`/favicon.ico`, which browsers ask for unasked."""
    return HttpResponsePermanentRedirect(static("newsletter/icon-512.png"))


@require_safe
def sitemaps(request: HttpRequest) -> HttpResponse:
    """`/sitemap.xml`: one sitemap for each publication."""
    moments = Change.objects.moments()
    found = [
        (
            f"{conf.base_url()}/{slug}/sitemap.xml",
            max(moments.get(0, made), moments.get(key, made)),
        )
        for key, slug, made in Publication.objects.filter(readers_only=False)
        .order_by("pk")
        .values_list("pk", "slug", "created_at")
    ]
    return _sitemap(request, "newsletter/sitemaps.xml", {"sitemaps": found})


@require_safe
def sitemap(request: HttpRequest, publication: str) -> HttpResponse:
    """`/PUB/sitemap.xml`: the archive, the categories, the newest issues and items."""
    found = publication_or_missing(publication)
    base = f"{conf.base_url()}/{found.slug}"
    pages = [f"{base}/", f"{base}/months/", f"{base}/feeds/"]
    pages += [
        conf.base_url() + contents.page_path(found.slug, [one.slug])
        for one in published.categories(found)
        if one.merged_into_id is None
    ]
    rows = published.issues(found).values_list(
        "slug", "title", "language", "published_at", "corrected_at"
    )
    now = timezone.now()
    issues: list[dict[str, Any]] = [
        {
            "address": f"{base}/{slug}/",
            "title": neutral.line(words.plain(title)),
            # As search engines of news write it (ISO 639, but for Chinese).
            "language": "zh-cn" if language == "zh-Hans" else language.split("-")[0],
            "published": at,
            "changed": corrected or at,
            "is_news": at > now - _NEWS,
        }
        for slug, title, language, at, corrected in rows[: _MOST_IN_SITEMAP - len(pages)]
        if at is not None
    ]
    room = min(_MOST_ITEMS, _MOST_IN_SITEMAP - len(pages) - len(issues))
    items = [
        {
            "address": f"{conf.base_url()}/{editions.item_path(found.slug, slug, anchor)}",
            "changed": corrected or at,
        }
        for slug, anchor, at, corrected in every_item.addresses(found, room)
    ]
    name = neutral.line(languages.words(found, languages.of_publication(found)).name)
    context = {"pages": pages, "issues": issues, "items": items, "name": name}
    response = _sitemap(request, "newsletter/sitemap.xml", context)
    news = [one["published"] for one in issues if one["is_news"]]
    if news:  # Until the first of them is none any more.
        response.good_until = (min(news) + _NEWS).timestamp()  # type: ignore[attr-defined]
    return response


def _sitemap(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    request.language_is_settled = True  # type: ignore[attr-defined]
    return public_page(render(request, template, context, content_type="application/xml"))
