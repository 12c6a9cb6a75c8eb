"""Which entries a feed has, under which ids and dates; rows in, a `value.Feed` out."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.db.models import Count
from django.templatetags.static import static
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from newsletter import conf, editions
from newsletter.editions import every_item, published, search
from newsletter.editions.months import Month
from subscribers import languages
from subscribers.choice import Choice
from subscribers.models import Category, Publication, Subscription
from subscribers.times import zone_of

from ..models import Change, Issue, Item
from .entries import issue_entry, item_entry, whole_second
from .formats import Format
from .value import Entry, Feed

# A digest comes once a day: a copy is good for half an hour, and a hub tells who wants it sooner.
MINUTES = 30
# Thirty issues of a digest of a hundred items would be nine megabytes; older ones are paged.
MOST_ITEMS_IN_ISSUES = 400


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a feed is of: everything (`categories` None), categories, a reader's choice, or what a
    search finds.

    Everything has an entry for each issue, or for each item (`by_item`). `slices` are the
    categories to read: those chosen and what was merged into them.
    """

    publication: Publication
    categories: tuple[Category, ...] | None = None
    slices: tuple[Category, ...] = ()
    month: Month | None = None
    subscription: Subscription | None = None
    token: str = ""
    search: search.Asked | None = None
    by_item: bool = False
    # A feed of the translations in it; empty: the publication's own language.
    language: str = ""

    @property
    def speaks(self) -> str:
        """Django's code of the language of its titles."""
        return languages.known(self.language) or languages.of_publication(self.publication)

    def path(self, form: Format, month: Month | None = None) -> str:
        """The feed's own address below BASE_URL, percent-encoded."""
        if self.token:
            return with_query(f"/s/f/{self.token}/feed.{form}", [], month)
        if self.search is not None:
            return f"/{self.publication.slug}/search/feed.{form}?{self.search.query}"
        if self.by_item:
            return items_path(self.publication.slug, form, month)
        slugs = None if self.categories is None else [c.slug for c in self.categories]
        return feed_path(self.publication.slug, slugs, form, month, self.language)


def feed_path(
    publication: str,
    slugs: Sequence[str] | None,
    form: Format | str,
    month: Month | None = None,
    language: str = "",
) -> str:
    """The one address of a feed: `slugs` None is the whole publication.

    One category has an address of its own, several stand in the query, sorted, each once.
    """
    names = sorted(set(slugs or ()))
    if len(names) == 1:
        path = f"/{publication}/c/{quote(names[0], safe='')}/feed.{form}"
        return with_query(path, [], month, language)
    return with_query(f"/{publication}/feed.{form}", names, month, language)


def items_path(publication: str, form: Format | str, month: Month | None = None) -> str:
    """The address of the feed with an entry for each item of the whole publication."""
    return with_query(f"/{publication}/items.{form}", [], month)


def with_query(
    path: str, slugs: Sequence[str], month: Month | None = None, language: str = ""
) -> str:
    """`path?category=…&category=…&language=…&month=…`, whatever of it there is."""
    query = [("category", slug) for slug in slugs]
    if language:
        query.append(("language", language))
    if month is not None:
        query.append(("month", str(month)))
    return f"{path}?{urlencode(query, quote_via=quote)}" if query else path


def page_path(publication: str, slugs: Sequence[str] | None) -> str:
    """The page that shows what the feed holds."""
    names = sorted(set(slugs or ()))
    if len(names) == 1:
        return f"/{publication}/c/{quote(names[0], safe='')}/"
    return with_query(f"/{publication}/", names)


def listed(names: Sequence[str]) -> str:
    """Names in a row, in the active language."""
    return pgettext("between names", ", ").join(names)


def title_of_items(publication: str) -> str:
    """What the feed with an entry for each item is called, in the active language."""
    return _("%(publication)s: item by item") % {"publication": publication}


def build(chosen: Chosen, form: Format) -> Feed:
    """The feed, in its language; a month's archive may come out empty."""
    with translation.override(chosen.speaks), timezone.override(zone_of(chosen.publication)):
        # Before the rows are read: words kept under it are never older than it says.
        change, _at = Change.objects.newest(chosen.publication.pk)
        entries, older, newer = _entries(chosen, change)
        return _feed(chosen, form, entries, older, newer)


def _entries(chosen: Chosen, change: int) -> tuple[list[Entry], Month | None, Month | None]:
    publication, month = chosen.publication, chosen.month
    rows = None if chosen.categories is None else list(chosen.slices)
    zone = zone_of(publication)
    newer = None
    if chosen.search is not None:
        return _found(publication, chosen.search, change), None, None
    if month is None:
        if chosen.by_item:
            window = every_item.newest(publication)
            entries, more = _item_entries(window.pieces, change), window.more
        else:
            entries, more = _newest(publication, rows, chosen.language, change)
        older = Month.of(entries[-1].published, zone) if more and entries else None
        return entries, older, newer
    start, end = month.bounds(zone)
    if chosen.by_item:
        entries = _item_entries(every_item.of_month(publication, month), change)
    elif rows is None:
        found = published.single_issues(publication, chosen.language).filter(
            published_at__gte=start, published_at__lt=end
        )
        entries = _issue_entries(list(found))
    else:
        pieces = published.items_of_month(publication, rows, month, chosen.language)
        entries = _item_entries(pieces, change)
    return (
        entries,
        published.month_before(publication, rows, start),
        published.month_after(publication, rows, end),
    )


def _found(publication: Publication, asked: search.Asked, change: int) -> list[Entry]:
    public = published.categories(publication)
    found = search.find(publication, asked, public=public, most=published.PAGE_ISSUES)
    return [] if found is None else _item_entries(search.pieces(publication, found), change)


def _newest(
    publication: Publication, rows: list[Category] | None, language: str, change: int
) -> tuple[list[Entry], bool]:
    if rows is not None:
        window = published.items(publication, rows, language=language)
        return _item_entries(window.pieces, change), window.more
    newest = published.single_issues(publication, language)
    found = list(newest[: published.PAGE_ISSUES + 1])
    counts = dict(
        Item.objects.filter(issue__in=found).values_list("issue").annotate(Count("id")).order_by()
    )
    taken: list[Issue] = []
    items = 0
    for issue in found[: published.PAGE_ISSUES]:
        items += counts.get(issue.pk, 0)
        if taken and items > MOST_ITEMS_IN_ISSUES:
            break
        taken.append(issue)
    return _issue_entries(taken), len(taken) < len(found)


def _issue_entries(found: Sequence[Issue]) -> list[Entry]:
    corrected = [issue.pk for issue in found if issue.corrected_at is not None]
    notes = published.corrections_of_issues(corrected) if corrected else {}
    return [
        issue_entry(published.public_view(view), notes.get(view.id, ()))
        for view in editions.load_all(found)
    ]


def _item_entries(pieces: Sequence[published.Piece], change: int) -> list[Entry]:
    corrected = [piece.item.id for piece in pieces if piece.item.corrected_at is not None]
    notes = published.corrections_of_items(corrected) if corrected else {}
    return [item_entry(piece, change, notes.get(piece.item.id, ())) for piece in pieces]


def _feed(
    chosen: Chosen,
    form: Format,
    entries: list[Entry],
    older: Month | None,
    newer: Month | None,
) -> Feed:
    publication = chosen.publication
    language = chosen.speaks
    called = languages.words(publication, language)
    slugs = None if chosen.categories is None else [c.slug for c in chosen.categories]
    names = [languages.words(c, language).name for c in chosen.categories or ()]
    if chosen.subscription is not None:
        title = _("%(publication)s: my choice") % {"publication": called.name}
        page = f"/s/f/{chosen.token}/"
    elif chosen.search is not None:
        title = _("%(publication)s: %(categories)s") % {
            "publication": called.name,
            "categories": chosen.search.text or chosen.search.query,
        }
        page = f"/{publication.slug}/search/?{chosen.search.query}"
    elif chosen.by_item:
        title = title_of_items(called.name)
        page = page_path(publication.slug, None)
    elif chosen.categories is None:
        title, page = called.name, page_path(publication.slug, None)
    else:
        title = _("%(publication)s: %(categories)s") % {
            "publication": called.name,
            "categories": listed(names),
        }
        page = page_path(publication.slug, slugs)
    month = chosen.month
    now_month = Month.of(timezone.now(), zone_of(publication))

    def at(one: Month | None) -> str:
        return "" if one is None else conf.base_url() + chosen.path(form, one)

    return Feed(
        id=_feed_id(chosen),
        title=title if month is None else f"{title} ({month})",
        description=called.description,
        language=languages.stored(language) or publication.language,
        link=conf.base_url() + page,
        address=conf.base_url() + chosen.path(form, month),
        author=called.name,
        icon=conf.absolute(static("newsletter/icon-512.png")),
        updated=max((e.updated for e in entries), default=whole_second(publication.created_at)),
        entries=tuple(entries),
        minutes=MINUTES,
        categories=tuple((c.slug, n) for c, n in zip(chosen.categories or (), names, strict=True)),
        hub=hub_of(chosen),
        current="" if month is None else conf.base_url() + chosen.path(form),
        older=at(older),
        newer=at(newer),
        archive=month is not None and (month.year, month.month) < (now_month.year, now_month.month),
    )


def hub_of(chosen: Chosen) -> str:
    """The WebSub hub a feed names: those it is told of, the whole and each single category.

    A reader's own feed names none, since the hub would learn its token.
    """
    several = chosen.categories is not None and len(chosen.categories) != 1
    if (
        chosen.search is not None
        or several
        or chosen.language
        or chosen.subscription is not None
        or chosen.month is not None
    ):
        return ""
    return chosen.publication.hub_url


def _feed_id(chosen: Chosen) -> str:
    """A feed's id from what never changes: not its address, name or title.

    The moment the publication was made tells two sites apart whose first publication has the
    same number.
    """
    publication = chosen.publication
    parts = [str(publication.pk), publication.created_at.astimezone(dt.UTC).isoformat()]
    if chosen.subscription is not None:
        parts.append(f"choice {chosen.subscription.pk} {chosen.subscription.feed_serial}")
    elif chosen.search is not None:
        parts.append(f"search {chosen.search.query}")
    elif chosen.categories is not None:
        parts.append(
            "categories " + " ".join(str(k) for k in sorted(c.pk for c in chosen.categories))
        )
    elif chosen.by_item:
        parts.append("items")
    if chosen.language:
        parts.append(f"language {chosen.language}")
    if chosen.month is not None:
        parts.append(str(chosen.month))
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, ' / '.join(parts))}"


def of_reader(
    subscription: Subscription,
    public: Sequence[Category],
    token: str,
    month: Month | None = None,
) -> Chosen:
    """The feed of what this reader has chosen now; private categories are never in it."""
    chosen = Choice(subscription.choice).categories(public)
    own = languages.stored(subscription.language)
    return Chosen(
        subscription.publication,
        tuple(chosen),
        tuple(published.with_merged(public, chosen)),
        month=month,
        subscription=subscription,
        token=token,
        language="" if own == subscription.publication.language else own,
    )


def of_categories(
    publication: Publication,
    public: Sequence[Category],
    slugs: Sequence[str],
    month: Month | None = None,
    language: str = "",
) -> Chosen | str:
    """The feed of these categories; the first slug that names no public one, if there is one."""
    chosen: dict[int, Category] = {}
    for slug in slugs:
        category = published.named(public, slug)
        if category is None:
            return slug
        chosen[category.pk] = category
    ordered = [category for category in public if category.pk in chosen]
    slices = tuple(published.with_merged(public, ordered))
    return Chosen(publication, tuple(ordered), slices, month=month, language=language)
