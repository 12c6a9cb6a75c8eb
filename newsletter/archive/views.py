"""The public pages: publications, archives, issues, categories, feeds. Nothing here writes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from newsletter import editions
from newsletter.editions import published
from newsletter.feeds import contents, opml
from newsletter.feeds.formats import FORMATS, Format
from newsletter.feeds.views import (
    Missing,
    publication_or_missing,
    reader_of,
    unknown_category,
    wanted_slugs,
)
from newsletter.models import Issue
from newsletter.rendering import neutral, words
from subscribers import languages
from subscribers.models import Category, Publication

from . import stylesheet

# Public pages may lie in a shared cache so long; a publishing shows within a minute.
_SECONDS = 60
_ITEMS_A_PAGE = 40
# Beyond this the contents would be longer than what a reader looks through.
_MOST_UNFOLDED = 30
_MOST_IN_SITEMAP = 50_000  # sitemaps.org


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed to name in a page's head: its form and title, its address below BASE_URL."""

    form: Format
    title: str
    path: str


def _feed_links(
    publication: Publication, slugs: Sequence[str] | None = None, what: str = ""
) -> list[FeedLink]:
    title = neutral.line(languages.words(publication, get_language() or "").name)
    if what:
        title = f"{title}: {what}"
    return [
        FeedLink(one, f"{title} ({one.label})", contents.feed_path(publication.slug, slugs, one))
        for one in FORMATS
    ]


def _public(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The page with an ETag, or 304; any cache may keep it for a minute."""
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response.headers["ETag"] = etag
    found = get_conditional_response(request, etag=etag, response=response)
    answer = found if isinstance(found, HttpResponse) else response
    patch_cache_control(answer, public=True, max_age=_SECONDS)
    return answer


def _render(
    request: HttpRequest, template: str, publication: Publication, context: Mapping[str, object]
) -> HttpResponse:
    """A page of a publication; times in it are those of its own clock."""
    with timezone.override(published.zone_of(publication)):
        return render(request, template, {"publication": publication, **context})


# --- pages ------------------------------------------------------------------------------------


@require_safe
def publications(request: HttpRequest) -> HttpResponse:
    """`/`: every publication of this site, with its latest issue."""
    newest = Issue.objects.filter(
        publication=OuterRef("pk"), listed=True, published_at__isnull=False
    ).order_by("-published_at", "-id")
    found = list(
        Publication.objects.annotate(latest=Subquery(newest.values("pk")[:1])).order_by(
            "name", "pk"
        )
    )
    latest = Issue.objects.in_bulk([one.latest for one in found if one.latest])
    context = {"entries": [(one, latest.get(one.latest)) for one in found]}
    return _public(request, render(request, "newsletter/publications.html", context))


@require_safe
def publication(request: HttpRequest, publication: str) -> HttpResponse:
    """`/PUB/`: the archive, newest first; with ?category= the items of those categories."""
    found = publication_or_missing(publication)
    languages.speak(request, languages.of_publication(found))
    slugs = wanted_slugs(request)
    public = published.categories(found)
    if slugs:
        return _items_page(request, found, public, slugs)
    listed = published.issues(found)
    before, after = request.GET.get("before"), request.GET.get("after")
    # One more than shown tells whether there is another page in that direction.
    if after and not before:
        rows = list(published.newer(listed, _named(found, after))[: published.PAGE_ISSUES + 1])
        has_newer, has_older = len(rows) > published.PAGE_ISSUES, True
        rows = rows[: published.PAGE_ISSUES][::-1]
    else:
        if before:
            listed = published.older(listed, _named(found, before))
        rows = list(listed[: published.PAGE_ISSUES + 1])
        has_newer, has_older = bool(before), len(rows) > published.PAGE_ISSUES
        rows = rows[: published.PAGE_ISSUES]
    context = {
        "here": "archive",
        "lines": published.lines(rows),
        "categories": published.offered(public),
        "first": not (before or after),
        "newer": rows[0].slug if rows and has_newer else "",
        "older": rows[-1].slug if rows and has_older else "",
        "feeds": _feed_links(found),
        "canonical": f"{settings.BASE_URL}/{found.slug}/",
        "noindex": bool(before or after),
    }
    return _public(request, _render(request, "newsletter/publication.html", found, context))


def _named(publication: Publication, slug: str) -> Issue:
    found = published.issue(publication, slug)
    if found is None:
        raise Missing(_("There is no issue at this address."))
    return found


@require_safe
def category(request: HttpRequest, publication: str, category: str) -> HttpResponse:
    """`/PUB/c/CATEGORY/`: the items of one category, newest issue first."""
    found = publication_or_missing(publication)
    languages.speak(request, languages.of_publication(found))
    return _items_page(request, found, published.categories(found), [category])


def _items_page(
    request: HttpRequest, publication: Publication, public: list[Category], slugs: list[str]
) -> HttpResponse:
    chosen = contents.of_categories(publication, public, slugs)
    if isinstance(chosen, str):
        raise unknown_category(chosen)
    rows = list(chosen.categories or ())
    now = sorted(row.slug for row in rows)
    here = contents.page_path(publication.slug, now)
    if now != slugs or (len(slugs) == 1 and "/c/" not in request.path):
        return HttpResponsePermanentRedirect(here)
    before = request.GET.get("before")
    limit = _named(publication, before).published_at if before else None
    window = published.items(publication, chosen.slices, most=_ITEMS_A_PAGE, before=limit)
    groups: list[tuple[Issue, list[editions.ItemView]]] = []
    for piece in window.pieces:
        if not groups or groups[-1][0].pk != piece.issue.pk:
            groups.append((piece.issue, []))
        groups[-1][1].append(piece.item)
    language = get_language() or "en"
    names = [neutral.line(languages.words(row, language).name) for row in rows]
    title = contents.listed(names)
    context = {
        "chosen": rows,
        "heading": title,
        "description": neutral.text(languages.words(rows[0], language).description)
        if len(rows) == 1
        else "",
        "groups": groups,
        "one": len(rows) == 1,
        "categories": published.offered(public),
        "older": groups[-1][0].slug if window.more and groups else "",
        "here_path": here,
        "feeds": _feed_links(publication, now, title),
        "canonical": settings.BASE_URL + here,
        "noindex": bool(before) or len(rows) > 1,
        "first": not before,
        "chosen_keys": {row.pk for row in rows},
    }
    return _public(request, _render(request, "newsletter/items.html", publication, context))


@require_safe
def issue(request: HttpRequest, publication: str, issue: str) -> HttpResponse:
    """`/PUB/ISSUE/`: a published, listed issue; anything else does not exist."""
    found = publication_or_missing(publication)
    languages.speak(request, languages.of_publication(found))
    row = _named(found, issue)
    view = published.public_view(editions.load(row))
    return _public(request, issue_page(request, view, found, row))


def issue_page(
    request: HttpRequest,
    view: editions.IssueView,
    publication: Publication,
    row: Issue | None = None,
) -> HttpResponse:
    """An issue's page from its value.

    With `row` the published page, with its neighbours, translations and corrections. Without, a
    preview for the admin: `view` may be a draft and hold any items; it says that it is a
    preview, is kept nowhere, and may stand in a frame of this site.
    """
    groups: dict[int, tuple[editions.CategoryView, list[editions.ItemView]]] = {}
    for item in view.items:
        if item.category is not None:
            groups.setdefault(item.category.id, (item.category, []))[1].append(item)
    seconds = sum(words.seconds_to_read(_text_of(item)) for item in view.items)
    headlines = " · ".join(words.headline(item.title) for item in view.items[:3])
    context = {
        "issue": view,
        "groups": list(groups.values()),
        "meta": words.meta(len(view.items), seconds),
        "date": words.date(view.date),
        "summary": headlines,
        "canonical": f"{settings.BASE_URL}/{publication.slug}/{view.slug}/",
        "feeds": _feed_links(publication),
        "preview": row is None,
        "wide": len(view.items) > 2,
        "folded": len(view.items) > _MOST_UNFOLDED,
    }
    if row is not None:
        listed = published.issues(publication)
        context |= {
            "row": row,
            "previous": published.older(listed, row).first(),
            "next": published.newer(listed, row).first(),
            "translations": published.translations(row),
            "corrections": published.corrections(row),
        }
    response = _render(request, "newsletter/issue.html", publication, context)
    if row is None:
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; img-src 'self' data:; "
            "frame-ancestors 'self'; form-action 'none'; base-uri 'none'"
        )
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        response.headers["Cache-Control"] = "private, no-store"
    return response


def _text_of(item: editions.ItemView) -> str:
    def of(bullets: Sequence[editions.BulletView]) -> str:
        return " ".join(f"{b.lead} {b.text} {of(b.children)}" for b in bullets)

    return f"{item.title} {item.insight} {of(item.bullets)} {item.body}"


# --- feeds, for people ------------------------------------------------------------------------


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
        "each": [(row, _addresses(found, [row.slug])) for row in offered],
        "feeds": _feed_links(found),
        "canonical": f"{settings.BASE_URL}/{found.slug}/feeds/",
        "noindex": bool(rows),
    }
    return _public(request, _render(request, "newsletter/feeds.html", found, context))


def _addresses(publication: Publication, slugs: list[str] | None) -> list[tuple[str, str]]:
    return [
        (one.label, settings.BASE_URL + contents.feed_path(publication.slug, slugs, one))
        for one in FORMATS
    ]


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
        "addresses": [(one.label, settings.BASE_URL + chosen.path(one)) for one in FORMATS],
        "noindex": True,
    }
    response = _render(request, "newsletter/feed_of_reader.html", found, context)
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
    return _opml(request, "Sudi", list(Publication.objects.order_by("name", "pk")))


def _opml(request: HttpRequest, title: str, found: list[Publication]) -> HttpResponse:
    groups = [(one, published.offered(published.categories(one))) for one in found]
    response = HttpResponse(
        opml.write(title, groups), content_type=f"{opml.MEDIA_TYPE}; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="feeds.opml"'
    request.language_is_settled = True  # type: ignore[attr-defined]
    return _public(request, response)


# --- small things -----------------------------------------------------------------------------


@require_safe
def look(request: HttpRequest, publication: str) -> HttpResponse:
    """`/PUB/look.css`: the publication's colours."""
    found = publication_or_missing(publication)
    sheet = stylesheet.stylesheet(found, found.categories.all())
    request.language_is_settled = True  # type: ignore[attr-defined]
    return _public(request, HttpResponse(sheet, content_type="text/css; charset=utf-8"))


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """`/robots.txt`: personal links and the admin are nobody's to crawl."""
    lines = ["User-agent: *"]
    lines += [f"Disallow: /{part}/" for part in ("s", "admin", "api", "dev")]
    lines += ["Disallow: /metrics", "", f"Sitemap: {settings.BASE_URL}/sitemap.xml", ""]
    request.language_is_settled = True  # type: ignore[attr-defined]
    return _public(
        request, HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
    )


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """`/favicon.ico`, which browsers ask for unasked."""
    return HttpResponsePermanentRedirect(static("newsletter/icon-512.png"))


@require_safe
def sitemaps(request: HttpRequest) -> HttpResponse:
    """`/sitemap.xml`: one sitemap for each publication."""
    found = [
        (f"{settings.BASE_URL}/{one.slug}/sitemap.xml", one.changed_at)
        for one in Publication.objects.order_by("pk")
    ]
    return _sitemap(request, "newsletter/sitemaps.xml", {"sitemaps": found})


@require_safe
def sitemap(request: HttpRequest, publication: str) -> HttpResponse:
    """`/PUB/sitemap.xml`: the archive, the categories, and the newest issues."""
    found = publication_or_missing(publication)
    base = f"{settings.BASE_URL}/{found.slug}"
    pages = [f"{base}/", f"{base}/feeds/"]
    pages += [
        settings.BASE_URL + contents.page_path(found.slug, [one.slug])
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
    return _public(request, render(request, template, context, content_type="application/xml"))


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers; for load balancers and supervisors."""
    Publication.objects.exists()
    response = HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


# --- when something is not right --------------------------------------------------------------


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 with the sentence that goes with it, if we have one."""
    sentence = str(exception) if isinstance(exception, Missing) else ""
    return render(request, "404.html", {"sentence": sentence}, status=404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: a request no page can answer (a foreign host name, too many fields)."""
    return render(request, "400.html", status=400)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: signed in, but without the permission."""
    return render(request, "403.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """500: our fault. The page asks nothing of the database, which may be the cause."""
    return render(request, "500.html", status=500)
