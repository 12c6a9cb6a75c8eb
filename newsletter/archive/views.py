"""The public pages: publications, archives, issues, categories. Nothing here writes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from newsletter import conf, editions
from newsletter.editions import published
from newsletter.feeds import contents
from newsletter.feeds.views import (
    Missing,
    publication_or_missing,
    unknown_category,
    wanted_slugs,
)
from newsletter.models import Issue
from newsletter.rendering import neutral, words
from subscribers import languages, styles, theme
from subscribers.models import Category, Publication
from subscribers.pictures.sharing import Shared

from . import listing, sharing, structured, withdrawn
from .pages import feed_links, public_page, render_page

_ITEMS_A_PAGE = 40


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
    shown = [one.latest for one in found if one.latest and not one.readers_only]
    latest = Issue.objects.in_bulk(shown)
    context = {"entries": [(one, latest.get(one.latest)) for one in found]}
    return public_page(render(request, "newsletter/publications.html", context))


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
    name = neutral.line(languages.words(found, get_language() or "").name)
    context = {
        "here": "archive",
        "lines": listing.rows(published.lines(rows), name),
        "categories": published.offered(public),
        "first": not (before or after),
        "picture": _of_newest(found, rows) if not (before or after) else None,
        "newer": rows[0].slug if rows and has_newer else "",
        "older": rows[-1].slug if rows and has_older else "",
        "feeds": feed_links(found),
        "sisters": published.sisters(found),
        "canonical": f"{conf.base_url()}/{found.slug}/",
        "noindex": bool(before or after),
        "structured": structured.of_list(
            f"{conf.base_url()}/{found.slug}/",
            name,
            [(f"{conf.base_url()}/{found.slug}/{row.slug}/", row.title) for row in rows],
        ),
    }
    return public_page(render_page(request, "newsletter/publication.html", found, context))


def _of_newest(publication: Publication, rows: list[Issue]) -> Shared | None:
    """What stands for the publication itself where it is shared: its newest issue's picture."""
    if not rows:
        return None
    return sharing.picture(publication, published.public_view(editions.load(rows[0])))


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
    if now != slugs or (len(slugs) == 1 and f"/{publication.slug}/c/" not in request.path):
        return HttpResponsePermanentRedirect(conf.mounted(here))
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
        "here_path": conf.mounted(here),
        "feeds": feed_links(publication, now, title),
        "canonical": conf.base_url() + here,
        "structured": structured.of_list(
            conf.base_url() + here,
            title,
            [
                (
                    f"{conf.base_url()}/"
                    + editions.item_path(publication.slug, piece.issue.slug, piece.item.anchor),
                    piece.item.title,
                )
                for piece in window.pieces
            ],
        ),
        "noindex": bool(before) or len(rows) > 1,
        "first": not before,
        "chosen_keys": {row.pk for row in rows},
    }
    return public_page(render_page(request, "newsletter/items.html", publication, context))


@require_safe
def issue(request: HttpRequest, publication: str, issue: str) -> HttpResponse:
    """`/PUB/ISSUE/`: a published, listed issue; anything else does not exist."""
    found = publication_or_missing(publication)
    languages.speak(request, languages.of_publication(found))
    row = published.issue(found, issue)
    if row is None and (taken_back := withdrawn.of_address(found, issue)):
        return withdrawn.gone(request, found, taken_back)
    row = row or _named(found, issue)
    view = published.public_view(editions.load(row))
    return public_page(issue_page(request, view, found, row))


def issue_page(
    request: HttpRequest,
    view: editions.IssueView,
    publication: Publication,
    row: Issue | None = None,
    *,
    of: int = 0,
    signed: bool = False,
) -> HttpResponse:
    """An issue's page from its value.

    With `row` the published page, with its neighbours, translations and corrections. Without, a
    preview for the admin: `view` may be a draft and hold any items; it says that it is a
    preview, is kept nowhere, and may stand in a frame of this site. `of`: a reader's own part of
    so many items. `signed`: each item stands between comments, for a preview to put what
    `preview_item` gives in its place.
    """
    style, contents = _style_of(view, publication)
    seconds = sum(words.seconds_to_read(_text_of(item)) for item in view.items)
    shared, about = structured.preview(view)
    context = {
        **_seen_by_items(view, style),
        "signed": signed,
        "groups": _contents(view) if contents else [],
        "meta": words.meta(len(view.items), seconds),
        "date": listing.day_beside(view, publication),
        "shared": shared,
        "about": about,
        "canonical": f"{conf.base_url()}/{publication.slug}/{view.slug}/",
        "feeds": feed_links(publication),
        "preview": row is None,
        "of": of,
        "noindex": bool(of),
        "wide": contents,
        "lead_apart": contents and style.leads,
        "folded": len(view.items) > styles.UNFOLDED,
    }
    if row is not None:
        name = neutral.line(languages.words(publication, get_language() or "").name)
        picture = sharing.picture(publication, view)
        context["structured"] = structured.of_issue(view, name, picture.address)
        # In its language, and never the issue itself in another one.
        apart = row.language != publication.language
        listed = published.others(published.issues(publication, row.language if apart else ""), row)
        context |= {
            "row": row,
            "picture": picture,
            "tall": sharing.tall(publication, view),
            "previous": published.older(listed, row).first(),
            "next": published.newer(listed, row).first(),
            "translations": (others := published.translations(row)),
            "original": next((one for one in (row, *others) if one.original_id is None), None),
            "feeds": feed_links(publication, language=_feed_language(row)),
            "corrections": published.corrections(row),
            "withdrawn": withdrawn.notes(row),
        }
    response = render_page(request, "newsletter/issue.html", publication, context)
    return _for_a_frame(response) if row is None else response


def preview_item(
    request: HttpRequest, view: editions.IssueView, publication: Publication, item: int
) -> str:
    """What stands between the comments of an item of `issue_page` as a preview; "" if it is not
    there. Of 300 items the page takes most of a second, and one of them a few milliseconds."""
    place = next((at for at, one in enumerate(view.items) if one.id == item), None)
    if place is None:
        return ""
    style, _contents_shown = _style_of(view, publication)
    context = {
        **_seen_by_items(view, style),
        "item": view.items[place],
        "first": place == 0,
        "preview": True,
    }
    made = render_page(request, "newsletter/preview_item.html", publication, context)
    return made.content.decode().strip()


def _style_of(view: editions.IssueView, publication: Publication) -> tuple[styles.Style, bool]:
    """The publication's style, and whether it shows contents of so many items."""
    style = theme.style_of(publication.theme)
    return style, 0 < style.contents_from <= len(view.items)


def _seen_by_items(view: editions.IssueView, style: styles.Style) -> dict[str, object]:
    """What the template of one item knows of its issue."""
    return {
        "issue": view,
        "sections": view.sorted_by_category and not style.contents_from,
        "leads": style.leads,
    }


def _for_a_frame(response: HttpResponse) -> HttpResponse:
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; "
        "frame-ancestors 'self'; form-action 'none'; base-uri 'none'"
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _feed_language(row: Issue) -> str:
    """The language of whose feed an issue's page tells, if not the publication's own."""
    original = row.original
    beside = original is not None and original.publication_id == row.publication_id
    return row.language if beside and row.language != row.publication.language else ""


def _contents(
    view: editions.IssueView,
) -> list[tuple[editions.CategoryView | None, list[editions.ItemView]]]:
    """The contents in the order of the bodies: by category where the issue is sorted by them.

    Else as one list, or, when it is long, in parts of ten to fold.
    """
    if view.sorted_by_category:
        return [
            (category, list(items))
            for category, items in itertools.groupby(view.items, lambda item: item.category)
        ]
    size = styles.SECTION if len(view.items) > styles.UNFOLDED else len(view.items)
    return [
        (None, list(view.items[first : first + size])) for first in range(0, len(view.items), size)
    ]


def _text_of(item: editions.ItemView) -> str:
    def of(bullets: Sequence[editions.BulletView]) -> str:
        return " ".join(f"{b.lead} {b.text} {of(b.children)}" for b in bullets)

    return f"{item.title} {item.insight} {of(item.bullets)} {item.body}"
