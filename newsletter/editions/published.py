"""What of a publication anybody may read: the one place that decides what is public.

Public is an issue that is published and listed, and of its items those that are not hidden and
not in a private category. A translation is reached from its original; lists and feeds hold the
original alone, unless the original stands in another publication. A feed of one language holds the
translations in it, and the original where there is none.

Every read here costs a bounded number of rows however old the archive grows: lists go by keyset
along `issue_archive` and `item_feed`, and a combination of categories is one slice of each,
merged here, because `category IN (…)` sorts the whole archive on PostgreSQL.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, Exists, Max, Min, OuterRef, Prefetch, Q, QuerySet
from django.db.models.query import prefetch_related_objects

from newsletter import editions
from newsletter.models import Issue, Item, Link, Revision
from subscribers import language_table
from subscribers.models import Category, Publication
from subscribers.times import zone_of

from .months import Month

PAGE_ISSUES = 30
PAGE_ITEMS = 100


# --- categories -------------------------------------------------------------------------------


def categories(publication: Publication) -> list[Category]:
    """Every category whose items are public, in the publication's order; retired ones too."""
    return [
        category
        for category in publication.categories.select_related("merged_into")
        if category.visibility != Category.Visibility.PRIVATE
    ]


def offered(public: Iterable[Category]) -> list[Category]:
    """Of public categories those to show in lists: open, and not retired."""
    return [
        category
        for category in public
        if category.visibility == Category.Visibility.OPEN and category.retired_at is None
    ]


def named(public: Iterable[Category], slug: str) -> Category | None:
    """The public category of this slug, or the one it was merged into; None if there is none."""
    by_slug = {category.slug: category for category in public}
    by_key = {category.pk: category for category in by_slug.values()}
    found = by_slug.get(slug) or by_slug.get(unicodedata.normalize("NFC", slug))
    for _ in range(len(by_key)):  # merged twice over; a circle ends too
        if found is None or found.merged_into_id is None:
            break
        found = by_key.get(found.merged_into_id)
    return found


def with_merged(public: Iterable[Category], chosen: Iterable[Category]) -> list[Category]:
    """`chosen`, and what was merged into them: items filed before keep their old category."""
    public = list(public)
    wanted = {category.pk for category in chosen}
    for _ in public:
        wanted |= {category.pk for category in public if category.merged_into_id in wanted}
    return [category for category in public if category.pk in wanted]


def sisters(publication: Publication) -> list[Publication]:
    """Publications that say the same in other languages, this one left out."""
    root = publication.sister_of_id or publication.pk
    rows = Publication.objects.filter(Q(pk=root) | Q(sister_of=root)).exclude(pk=publication.pk)
    return list(rows.order_by("language", "pk"))


# --- issues -----------------------------------------------------------------------------------


def _one_language(publication: Publication, prefix: str = "", language: str = "") -> Q:
    """One of each issue and its translations here: the original, or the one in `language`."""
    original = Q(**{f"{prefix}original__isnull": True}) | ~Q(
        **{f"{prefix}original__publication": publication}
    )
    if not language:
        return original
    translated = _translated(publication).filter(
        original=OuterRef(f"{prefix}pk" if not prefix else "issue_id"), language=language
    )
    mine = {f"{prefix}language": language, f"{prefix}original__publication": publication}
    return Q(**mine) | (original & ~Q(Exists(translated)))


def _translated(publication: Publication) -> QuerySet[Issue]:
    """Public translations that stand beside their originals in one publication."""
    return Issue.objects.filter(
        publication=publication,
        original__publication=publication,
        listed=True,
        published_at__isnull=False,
    )


def languages_of(publication: Publication) -> list[str]:
    """Languages, besides the publication's own, of which there are translations here."""
    rows = _translated(publication).exclude(language=publication.language)
    codes = [one.code for one in language_table.LANGUAGES if one.code != publication.language]
    return [code for code in codes if rows.filter(language=code).exists()]


def issues(publication: Publication, language: str = "") -> QuerySet[Issue]:
    """The public issues, newest first, each with its publication."""
    return (
        Issue.objects.filter(
            _one_language(publication, language=language),
            publication=publication,
            listed=True,
            published_at__isnull=False,
        )
        .select_related("publication")
        .order_by("-published_at", "-id")
    )


def single_issues(publication: Publication, language: str = "") -> QuerySet[Issue]:
    """Those of feeds: who follows one has every item already when a round-up repeats it."""
    return issues(publication, language).exclude(kind=Issue.Kind.ROUNDUP)


def issue(publication: Publication, slug: str) -> Issue | None:
    """A public issue by its address, translations included."""
    return (
        Issue.objects.filter(
            publication=publication, slug=slug, listed=True, published_at__isnull=False
        )
        .select_related("publication", "corrects__publication")
        .first()
    )


def others(found: QuerySet[Issue], than: Issue) -> QuerySet[Issue]:
    """Those of `found` that are neither `than` nor say the same in another language."""
    root = than.original_id or than.pk
    # An original has none: in SQL "not NULL" would leave out every original.
    return found.exclude(pk=root).exclude(original__isnull=False, original=root)


def older(found: QuerySet[Issue], than: Issue) -> QuerySet[Issue]:
    """Those of `found` published before `than`, newest first."""
    return found.filter(published_at__lte=than.published_at).filter(
        Q(published_at__lt=than.published_at) | Q(id__lt=than.pk)
    )


def newer(found: QuerySet[Issue], than: Issue) -> QuerySet[Issue]:
    """Those of `found` published after `than`, oldest first."""
    return (
        found.filter(published_at__gte=than.published_at)
        .filter(Q(published_at__gt=than.published_at) | Q(id__gt=than.pk))
        .order_by("published_at", "id")
    )


def translations(of: Issue) -> list[Issue]:
    """Public issues that say the same in other languages, this one left out."""
    root = of.original_id or of.pk
    return list(
        Issue.objects.filter(Q(pk=root) | Q(original=root), listed=True, published_at__isnull=False)
        .exclude(pk=of.pk)
        .select_related("publication")
        .order_by("language", "id")
    )


def corrections(of: Issue) -> list[Revision]:
    """The public history of corrections, oldest first, without the wide columns."""
    return list(_corrections().filter(issue=of))


def corrections_of_issues(found: Iterable[int]) -> dict[int, list[Revision]]:
    """The same of several issues, by their keys; one query, none where nothing is asked for."""
    return _by("issue_id", _corrections().filter(issue__in=list(found)))


def corrections_of_items(found: Iterable[int]) -> dict[int, list[Revision]]:
    """The corrections of these items, by their keys."""
    return _by("item_id", _corrections().filter(item__in=list(found)))


def _corrections() -> QuerySet[Revision]:
    """What is said of an item that is not public is not public either."""
    return (
        Revision.objects.filter(kind=Revision.Kind.CORRECTION)
        .exclude(item__hidden=True)
        .exclude(item__category__visibility=Category.Visibility.PRIVATE)
        .only("at", "note", "issue_id", "item_id")
        .order_by("issue_id", "number")
    )


def _by(column: str, found: QuerySet[Revision]) -> dict[int, list[Revision]]:
    grouped: dict[int, list[Revision]] = {}
    for revision in found:
        grouped.setdefault(getattr(revision, column), []).append(revision)
    return grouped


def public_view(view: editions.IssueView) -> editions.IssueView:
    """The issue without items of private categories."""
    private = Category.Visibility.PRIVATE
    return replace(
        view,
        items=tuple(i for i in view.items if not i.category or i.category.visibility != private),
    )


@dataclass(frozen=True, slots=True)
class Line:
    """An issue in a list: its row, how many public items it has, its first headlines."""

    issue: Issue
    items: int
    headlines: tuple[str, ...]


def lines(found: Sequence[Issue], headlines: int = 3) -> list[Line]:
    """What a list shows of these issues; two queries."""
    private = Q(category__visibility=Category.Visibility.PRIVATE)
    shown = Item.objects.filter(issue__in=found, hidden=False).exclude(private)
    counts = dict(shown.values_list("issue").annotate(Count("id")).order_by())
    titles: dict[int, list[str]] = {}
    # A few more than wanted: the first ones may be hidden or private.
    first = shown.filter(number__lte=headlines + 3).order_by("issue_id", "number")
    for key, title in first.values_list("issue_id", "title"):
        titles.setdefault(key, []).append(title)
    return [
        Line(one, counts.get(one.pk, 0), tuple(titles.get(one.pk, ())[:headlines])) for one in found
    ]


# --- items ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """A public item and the issue it stands in."""

    item: editions.ItemView
    issue: Issue
    publication: str


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces of whole issues, newest issue first, each in its issue's order."""

    pieces: tuple[Piece, ...]
    more: bool  # whether older ones exist


def _slice(publication: Publication, category: Category, language: str = "") -> QuerySet[Item]:
    return (
        Item.objects.filter(
            _one_language(publication, "issue__", language),
            category=category,
            published_at__isnull=False,
            hidden=False,
            copied_from__isnull=True,
            issue__listed=True,
            issue__published_at__isnull=False,
        )
        .select_related("category", "issue")
        .order_by("-published_at", "-id")
    )


def items(
    publication: Publication,
    chosen: Sequence[Category],
    *,
    most: int = PAGE_ITEMS,
    before: dt.datetime | None = None,
    language: str = "",
) -> Window:
    """About `most` newest pieces of these categories, never part of an issue.

    `before` leaves out what was published at that moment or later. One slice of each category
    (two where an issue would be cut), and one query for the sources.
    """
    rows: list[Item] = []
    horizon: dt.datetime | None = None  # Down to here every category is complete.
    for category in chosen:
        found = _slice(publication, category, language)
        if before is not None:
            found = found.filter(published_at__lt=before)
        part = list(found[:most])
        if len(part) == most:
            last = part[-1]
            part += found.filter(published_at=last.published_at, id__lt=last.pk)
            if last.published_at and (horizon is None or last.published_at > horizon):
                horizon = last.published_at
        rows += part
    if horizon is not None:
        rows = [row for row in rows if row.published_at and row.published_at >= horizon]
    rows.sort(key=_place)
    end = len(rows)
    if end > most:
        end = most
        while end < len(rows) and rows[end].published_at == rows[end - 1].published_at:
            end += 1
    # With a horizon a category went on below it: at worst the next page is empty.
    return Window(pieces(publication, rows[:end]), end < len(rows) or horizon is not None)


def items_of_month(
    publication: Publication, chosen: Sequence[Category], month: Month, language: str = ""
) -> tuple[Piece, ...]:
    """Every public piece of these categories published in that month."""
    start, end = month.bounds(zone_of(publication))
    rows: list[Item] = []
    for category in chosen:
        found = _slice(publication, category, language)
        rows += found.filter(published_at__gte=start, published_at__lt=end)
    rows.sort(key=_place)
    return pieces(publication, rows)


def _place(row: Item) -> tuple[float, int, int]:
    assert row.published_at is not None
    return (-row.published_at.timestamp(), -row.issue_id, row.number)


def pieces(publication: Publication, rows: Sequence[Item]) -> tuple[Piece, ...]:
    """Rows as pieces, in their order; one query for the sources."""
    sources: dict[int, list[editions.LinkView]] = {}
    if any(row.follows_id for row in rows):
        earlier = Item.objects.select_related("issue__publication", "category")
        prefetch_related_objects(list(rows), Prefetch("follows", earlier))
    if rows:
        links = Link.objects.filter(
            item__in=[row.pk for row in rows], kind=Link.Kind.SOURCE
        ).order_by("item_id", "number")
        for link in links:
            if link.item_id is not None:
                view = editions.LinkView(link.pk, link.label, link.url)
                sources.setdefault(link.item_id, []).append(view)
    return tuple(
        Piece(
            editions.item_view(row, sources.get(row.pk, ()), language=row.issue.language),
            row.issue,
            publication.slug,
        )
        for row in rows
    )


# --- months -----------------------------------------------------------------------------------


def month_before(
    publication: Publication, chosen: Sequence[Category] | None, moment: dt.datetime
) -> Month | None:
    """The last month before `moment` that has something; `chosen` None means issues."""
    zone = zone_of(publication)
    found = [
        rows.filter(published_at__lt=moment).order_by().aggregate(at=Max("published_at"))["at"]
        for rows in _rows(publication, chosen)
    ]
    return max(
        (Month.of(at, zone) for at in found if at), key=lambda m: (m.year, m.month), default=None
    )


def month_after(
    publication: Publication, chosen: Sequence[Category] | None, moment: dt.datetime
) -> Month | None:
    """The first month from `moment` on that has something; `chosen` None means issues."""
    zone = zone_of(publication)
    found = [
        rows.filter(published_at__gte=moment).order_by().aggregate(at=Min("published_at"))["at"]
        for rows in _rows(publication, chosen)
    ]
    return min(
        (Month.of(at, zone) for at in found if at), key=lambda m: (m.year, m.month), default=None
    )


def _rows(
    publication: Publication, chosen: Sequence[Category] | None
) -> list[QuerySet[Issue]] | list[QuerySet[Item]]:
    if chosen is None:
        return [single_issues(publication)]
    return [_slice(publication, category) for category in chosen]
