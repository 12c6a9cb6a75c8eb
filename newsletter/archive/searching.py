"""`/PUB/search/`: the archive by words, category, source and day. A search has an address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import pgettext
from django.views.decorators.http import conditional_page, require_safe

from newsletter import conf, editions
from newsletter.digest import markdown
from newsletter.editions import published, search
from newsletter.feeds import contents
from newsletter.feeds.formats import FORMATS
from newsletter.feeds.views import publication_or_missing
from newsletter.models import Issue
from newsletter.rendering import neutral
from subscribers import languages, network
from subscribers.models import Category, Publication

from . import source_pages
from .calls import Calls
from .pages import FeedLink, public_page, render_page

# Typing and paging stay far below; a program that reads the archive has the feeds.
CALLS = Calls(interval=1.0, burst=30)


@dataclass(frozen=True, slots=True)
class Hit:
    """An item as a search shows it; `source` is the host by which others of it are found."""

    item: editions.ItemView
    issue: Issue
    title: SafeString
    excerpt: SafeString
    source: str


@conditional_page
@require_safe
def search_page(request: HttpRequest, publication: str) -> HttpResponse:
    """The form, and what was found where something was asked."""
    found = publication_or_missing(publication)
    languages.speak(request, languages.of_publication(found))
    public = published.categories(found)
    given = request.GET.dict()
    context: dict[str, object] = {
        "here": "search",
        "given": given,
        "categories": published.offered(public),
        "most_letters": search.MOST_LETTERS,
        "canonical": f"{conf.base_url()}/{found.slug}/search/",
        "noindex": bool(request.GET),
    }
    status = 200
    if any(given.get(name, "").strip() for name in ("q", "category", "source", "since", "until")):
        status, more = _answer(request, found, public, given)
        context |= more
    response = render_page(request, "newsletter/search.html", found, context)
    response.status_code = status
    if status == 429:
        response.headers["Retry-After"] = "30"
    return public_page(response) if status == 200 else response


def _answer(
    request: HttpRequest,
    publication: Publication,
    public: Sequence[Category],
    given: dict[str, str],
) -> tuple[int, dict[str, object]]:
    try:
        asked = search.read(given)
    except search.NotAsked as error:
        return 422, {"wrong": _why(error.why), "wrong_field": _field(error.why)}
    if not CALLS.take(network.network(request)):
        return 429, {"busy": True}
    before = given.get("before", "")
    below = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    found = search.find(publication, asked, public=public, before=below)
    if found is None:
        return 422, {
            "wrong": pgettext("archive", "There is no such category here."),
            "wrong_field": "category",
        }
    pieces = search.pieces(publication, found)
    return 200, {
        "asked": asked,
        "hits": [_hit(piece, asked) for piece in pieces],
        "older": found.older,
        "first": below is None,
        "feeds": _feeds(publication, asked),
    }


def _hit(piece: published.Piece, asked: search.Asked) -> Hit:
    item = piece.item
    texts = [item.insight, *_bullets(item.bullets), item.body]
    return Hit(
        item,
        piece.issue,
        search.marked(neutral.line(markdown.plain_text(item.title, links=False)), asked.terms),
        search.excerpt(texts, asked.terms),
        next(iter(source_pages.hosts(item)), ""),
    )


def _bullets(bullets: Sequence[editions.BulletView]) -> list[str]:
    found: list[str] = []
    for bullet in bullets:
        found += [f"{bullet.lead} {bullet.text}".strip(), *_bullets(bullet.children)]
    return found


def _feeds(publication: Publication, asked: search.Asked) -> list[FeedLink]:
    chosen = contents.Chosen(publication, search=asked)
    title = f"{publication.name}: {asked.text or asked.query}"
    return [
        FeedLink(one, f"{title} ({one.label})", conf.mounted(chosen.path(one))) for one in FORMATS
    ]


def _field(why: str) -> str:
    return why if why in ("source", "since", "until") else "q"


def _why(why: str) -> str:
    """What is wrong with a search, and what to do."""
    day = pgettext("archive", "Write a day like 2026-03-31.")
    return {
        "empty": pgettext("archive", "Write a word to look for."),
        "long": pgettext("archive", "This is too long. Write a few words."),
        "many": pgettext("archive", "These are too many words. Write at most eight."),
        "since": day,
        "until": day,
        "source": pgettext("archive", "Write a source as its host, like example.org."),
    }[why]
