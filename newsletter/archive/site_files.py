"""Files every site has: style sheet of a publication, robots.txt, sitemaps, the icon."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from newsletter import conf
from newsletter.editions import published
from newsletter.feeds import contents
from newsletter.feeds.views import publication_or_missing
from newsletter.models import Change
from subscribers.models import Publication

from . import stylesheet
from .pages import public_page

_MOST_IN_SITEMAP = 50_000  # sitemaps.org


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
    lines += [f"Disallow: /{part}/" for part in ("s", "admin", "api", "dev")]
    lines += ["Disallow: /metrics", "", f"Sitemap: {conf.base_url()}/sitemap.xml", ""]
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
        for key, slug, made in Publication.objects.order_by("pk").values_list(
            "pk", "slug", "created_at"
        )
    ]
    return _sitemap(request, "newsletter/sitemaps.xml", {"sitemaps": found})


@require_safe
def sitemap(request: HttpRequest, publication: str) -> HttpResponse:
    """`/PUB/sitemap.xml`: the archive, the categories, and the newest issues."""
    found = publication_or_missing(publication)
    base = f"{conf.base_url()}/{found.slug}"
    pages = [f"{base}/", f"{base}/feeds/"]
    pages += [
        conf.base_url() + contents.page_path(found.slug, [one.slug])
        for one in published.categories(found)
        if one.merged_into_id is None
    ]
    rows = published.issues(found).values_list("slug", "published_at", "corrected_at")
    issues = [
        (f"{base}/{slug}/", corrected or published)
        for slug, published, corrected in rows[: _MOST_IN_SITEMAP - len(pages)]
    ]
    return _sitemap(request, "newsletter/sitemap.xml", {"pages": pages, "issues": issues})


def _sitemap(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    request.language_is_settled = True  # type: ignore[attr-defined]
    return public_page(render(request, template, context, content_type="application/xml"))
