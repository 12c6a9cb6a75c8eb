"""`/PUB/ISSUE/ITEM/`: one item by itself, at the address by which it is shared and remembered."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.translation import get_language, pgettext
from django.views.decorators.http import require_safe

from newsletter import conf, editions
from newsletter.editions import IssueView, earlier, item_path, published
from newsletter.feeds.views import Missing, publication_or_missing
from newsletter.models import Issue
from newsletter.rendering import neutral, words
from subscribers import languages, theme
from subscribers.models import Publication

from . import item_languages, listing, sharing, source_pages, structured, withdrawn
from .pages import feed_links, public_page, render_page


@require_safe
def item(request: HttpRequest, publication: str, issue: str, item: str) -> HttpResponse:
    """A public item of a published, listed issue; anything else does not exist."""
    found = publication_or_missing(publication)
    languages.speak(request, languages.of_publication(found))
    row = published.issue(found, issue)
    taken_back = withdrawn.of_item_address(found, issue, item)
    if taken_back is not None:
        return withdrawn.gone(request, found, taken_back)
    if row is None:
        raise Missing(pgettext("item", "There is no item at this address."))
    view = published.public_view(editions.load(row))
    place = next((n for n, one in enumerate(view.items) if one.anchor == item), None)
    if place is None:
        raise Missing(pgettext("item", "There is no item at this address."))
    one = view.items[place]
    if one.home:  # A copy in a round-up: one item, one address.
        return HttpResponsePermanentRedirect(conf.mounted(f"/{one.home}"))
    return public_page(_page(request, found, row, view, place))


def _page(
    request: HttpRequest, publication: Publication, row: Issue, view: IssueView, place: int
) -> HttpResponse:
    one = view.items[place]
    title = words.update(one) + neutral.line(words.plain(one.title))
    address = f"{conf.base_url()}/{item_path(view.publication, view.slug, one.anchor)}"
    picture = sharing.picture(publication, view, one)
    others = item_languages.elsewhere(row, one.id)
    context = {
        "issue": view,
        "row": row,
        "item": one,
        "title": title,
        "about": neutral.line(words.summary(one, 200)),
        "canonical": address,
        "leads": theme.style_of(publication.theme).leads,
        "date": listing.day_beside(view, publication),
        "previous": view.items[place - 1] if place else None,
        "next": view.items[place + 1] if place + 1 < len(view.items) else None,
        "others": others,
        "in_original": next((other for other in others if other.is_original), None),
        "earlier": earlier.told_before(one.id, apart=row),
        "corrections": published.corrections_of_items([one.id]).get(one.id, ()),
        "hosts": source_pages.hosts(one),
        "feeds": feed_links(publication, [one.category.slug], one.category.name)
        if one.category and one.category.visibility == "open"
        else feed_links(publication),
        "picture": picture,
        "tall": sharing.tall(publication, view, one),
        "structured": structured.of_item(
            view,
            one,
            neutral.line(languages.words(publication, get_language() or "").name),
            picture.address,
        ),
    }
    return render_page(request, "newsletter/item.html", publication, context)
