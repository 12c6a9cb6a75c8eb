"""`/PUB/sources/HOST/`: what was published here from one source, newest first.

It is a search for a source with an address of its own. Unlike a search it is stored finished: an
address exists only where an item has that source, so there are no more of them than sources.
"""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from newsletter import conf, editions
from newsletter.editions import published, search
from newsletter.editions.search.entries import host_of
from newsletter.feeds import contents
from newsletter.feeds.formats import FORMATS
from newsletter.feeds.views import Missing, publication_or_missing
from newsletter.models import SearchEntry
from newsletter.rendering import neutral, words
from subscribers import languages

from . import structured
from .pages import FeedLink, public_page, render_page


@require_safe
def source(request: HttpRequest, publication: str, host: str) -> HttpResponse:
    """The items of a source, a page at a time."""
    found = publication_or_missing(publication)
    languages.speak(request, languages.of_publication(found))
    asked = _asked(host)
    if asked is None:
        raise _missing()
    if asked.source != host:  # One source, one address.
        return HttpResponsePermanentRedirect(conf.mounted(path(found.slug, asked.source)))
    before = _place(request.GET.get("before", ""))
    public = published.categories(found)
    window = search.find(found, asked, public=public, before=before)
    pieces = search.pieces(found, window) if window is not None else ()
    if window is None or not pieces:
        raise _missing()
    address = conf.base_url() + path(found.slug, host)
    context = {
        "host": host,
        "rows": [(piece, neutral.line(words.summary(piece.item, 200))) for piece in pieces],
        "here_path": conf.mounted(path(found.slug, host)),
        "older": window.older,
        "first": before is None,
        "feeds": [
            FeedLink(
                one,
                f"{neutral.line(found.name)}: {host} ({one.label})",
                conf.mounted(contents.Chosen(found, search=asked).path(one)),
            )
            for one in FORMATS
        ],
        "canonical": address,
        "noindex": before is not None,
        "structured": structured.of_list(
            address,
            host,
            [
                (
                    f"{conf.base_url()}/"
                    + editions.item_path(found.slug, piece.issue.slug, piece.item.anchor),
                    piece.item.title,
                )
                for piece in pieces
            ],
        ),
    }
    return public_page(render_page(request, "newsletter/source.html", found, context))


def path(publication: str, host: str) -> str:
    """The address of a source's page below BASE_URL, percent-encoded."""
    return f"/{publication}/sources/{quote(host, safe='')}/"


def hosts(item: editions.ItemView) -> list[str]:
    """The hosts of an item's sources that have a page, each once."""
    found = dict.fromkeys(host_of(link.url) for link in item.sources if neutral.address(link.url))
    return [host for host in found if host and _asked(host) is not None]


def _asked(host: str) -> search.Asked | None:
    try:
        return search.read({"source": host})
    except search.NotAsked:
        return None


def _place(text: str) -> int | None:
    """Where a page goes on. Only below an item that is there: other numbers would be addresses
    without end."""
    if not text:
        return None
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    if not SearchEntry.objects.filter(place=number).exists():
        raise _missing()
    return number


def _missing() -> Missing:
    return Missing(pgettext("archive", "Nothing from this source was published here."))
