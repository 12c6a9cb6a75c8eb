"""An item, or a whole issue, as the entry of a feed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.template.loader import render_to_string
from django.utils import translation

from newsletter import conf, editions
from newsletter.editions import published
from subscribers import languages, pictures

from ..digest import markdown
from ..models import Revision
from ..rendering import columns, neutral, words
from . import kept, value
from .value import Enclosure, Entry, Via


def item_entry(piece: published.Piece, change: int, notes: Sequence[Revision] = ()) -> Entry:
    """An item as an entry. Its link is our page, its source is named beside it.

    Items of an issue appear at one moment; entries that share a moment are put in any order by
    readers, so each stands a second behind the one before it. `change` is the number of the
    publication's newest change; `notes` are the corrections of the item.
    """
    item, issue = piece.item, piece.issue
    assert item.published_at is not None
    published = whole_second(item.published_at) - dt.timedelta(seconds=item.number - 1)
    title = words.update(item) + markdown.plain_text(item.title, links=False)
    return Entry(
        id=item.entry_id,
        title=title,
        link=f"{conf.base_url()}/{editions.item_path(piece.publication, issue.slug, item.anchor)}",
        html=_item_html(item, change, notes),
        published=published,
        updated=whole_second(item.corrected_at) if item.corrected_at else published,
        summary=_summary(item),
        language=languages.stored(issue.language) or issue.language,
        categories=((item.category.slug, item.category.name),) if item.category else (),
        sources=tuple(
            Via(source.label, url)
            for source in item.sources
            if (url := neutral.address(source.url))
        ),
        picture=_enclosure(item.picture),
    )


def _enclosure(name: str) -> Enclosure | None:
    picture = pictures.named(name)
    if picture is None:
        return None
    return Enclosure(picture.address(), picture.media_type, pictures.octets(picture))


def _item_html(item: editions.ItemView, change: int, notes: Sequence[Revision]) -> str:
    def build() -> bytes:
        html = render_to_string("newsletter/feed_item.html", {"item": item, "notes": notes})
        # A surrogate that came out of JSON has no octets.
        return value.feed_html(html).encode()

    return kept.ITEMS.get((item.id, change, translation.get_language()), build).decode()


def issue_entry(view: editions.IssueView, notes: Sequence[Revision] = ()) -> Entry:
    """A whole issue as an entry; `view` holds public items only, `notes` are its corrections."""
    assert view.published_at is not None
    published = whole_second(view.published_at)
    base = f"{conf.base_url()}/{view.publication}/{view.slug}/"
    headlines = [markdown.plain_text(item.title, links=False) for item in view.items[:3]]
    return Entry(
        id=view.entry_id,
        title=markdown.plain_text(view.title, links=False),
        link=base,
        html=render_to_string(
            "newsletter/feed_issue.html", {"issue": view, "base": base, "notes": notes}
        ),
        published=published,
        updated=whole_second(view.corrected_at) if view.corrected_at else published,
        summary=" · ".join(headlines),
        language=languages.stored(view.language) or view.language,
        categories=tuple((c.slug, c.name) for c in view.categories()),
        picture=_enclosure(next((item.picture for item in view.items if item.picture), "")),
    )


def _summary(item: editions.ItemView, most: int = 300) -> str:
    source = item.insight or item.body
    if not source and item.bullets:
        source = item.bullets[0].text
    line = value.text(markdown.plain_text(source, links=False))
    return columns.shorten(line, most)


def whole_second(moment: dt.datetime) -> dt.datetime:
    """The moment as feeds write it, in UTC."""
    return moment.astimezone(dt.UTC).replace(microsecond=0)
