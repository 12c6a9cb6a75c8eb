"""What of a publication anybody may read: the one place that decides what is public.

Public is an issue that is published and listed, and of its items those that are not hidden and
not in a private category. A translation is reached from its original; lists and feeds hold the
original alone, unless the original stands in another publication.

Every read here costs a bounded number of rows however old the archive grows: lists go by keyset
along `issue_archive` and `item_feed`, and a combination of categories is one slice of each,
merged here, because `category IN (…)` sorts the whole archive on PostgreSQL.
"""

from __future__ import annotations

import calendar
import datetime as dt
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, Max, Min, Q, QuerySet, prefetch_related_objects

from newsletter import editions
from newsletter.models import Issue, Item, Link, Revision
from subscribers.models import Category, Publication
from subscribers.times import zone_of

PAGE_ISSUES = 30
PAGE_ITEMS = 100


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month, as addresses write it (`2026-03`), in a publication's time zone."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Month | None:
        """The month `text` names, or None."""
        try:
            day = dt.datetime.strptime(text, "%Y-%m")
        except ValueError:
            return None
        found = cls(day.year, day.month)
        return found if str(found) == text else None

    @classmethod
    def of(cls, moment: dt.datetime, zone: dt.tzinfo) -> Month:
        """The month in which `moment` lies there."""
        local = moment.astimezone(zone)
        return cls(local.year, local.month)

    def bounds(self, zone: dt.tzinfo) -> tuple[dt.datetime, dt.datetime]:
        """First moment of the month and of the next one."""
        start = dt.datetime(self.year, self.month, 1, tzinfo=zone)
        days = calendar.monthrange(self.year, self.month)[1]
        return start, (start.replace(tzinfo=None) + dt.timedelta(days)).replace(tzinfo=zone)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


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


# --- issues -----------------------------------------------------------------------------------


def _one_language(publication: Publication, prefix: str = "") -> Q:
    return Q(**{f"{prefix}original__isnull": True}) | ~Q(
        **{f"{prefix}original__publication": publication}
    )


def issues(publication: Publication) -> QuerySet[Issue]:
    """The public issues, newest first, each with its publication."""
    return (
        Issue.objects.filter(
            _one_language(publication),
            publication=publication,
            listed=True,
            published_at__isnull=False,
        )
        .select_related("publication")
        .order_by("-published_at", "-id")
    )


def single_issues(publication: Publication) -> QuerySet[Issue]:
    """Those of feeds: who follows one has every item already when a round-up repeats it."""
    return issues(publication).exclude(kind=Issue.Kind.ROUNDUP)


def issue(publication: Publication, slug: str) -> Issue | None:
    """A public issue by its address, translations included."""
    return (
        Issue.objects.filter(
            publication=publication, slug=slug, listed=True, published_at__isnull=False
        )
        .select_related("publication", "corrects__publication")
        .first()
    )


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


def _slice(publication: Publication, category: Category) -> QuerySet[Item]:
    return (
        Item.objects.filter(
            _one_language(publication, "issue__"),
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
) -> Window:
    """About `most` newest pieces of these categories, never part of an issue.

    `before` leaves out what was published at that moment or later. One slice of each category
    (two where an issue would be cut), and one query for the sources.
    """
    rows: list[Item] = []
    horizon: dt.datetime | None = None  # Down to here every category is complete.
    for category in chosen:
        found = _slice(publication, category)
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
    return Window(_pieces(publication, rows[:end]), end < len(rows) or horizon is not None)


def items_of_month(
    publication: Publication, chosen: Sequence[Category], month: Month
) -> tuple[Piece, ...]:
    """Every public piece of these categories published in that month."""
    start, end = month.bounds(zone_of(publication))
    rows: list[Item] = []
    for category in chosen:
        rows += _slice(publication, category).filter(published_at__gte=start, published_at__lt=end)
    rows.sort(key=_place)
    return _pieces(publication, rows)


def pieces(publication: Publication, found: Sequence[int]) -> tuple[Piece, ...]:
    """The pieces of these public items, by their keys, in the order given."""
    rows = Item.objects.select_related("category", "issue").in_bulk(found)
    return _pieces(publication, [rows[key] for key in found if key in rows])


def _place(row: Item) -> tuple[float, int, int]:
    assert row.published_at is not None
    return (-row.published_at.timestamp(), -row.issue_id, row.number)


def _pieces(publication: Publication, rows: Sequence[Item]) -> tuple[Piece, ...]:
    sources: dict[int, list[editions.LinkView]] = {}
    if any(row.follows_id for row in rows):
        prefetch_related_objects(list(rows), "follows__issue__publication")
    if rows:
        links = Link.objects.filter(
            item__in=[row.pk for row in rows], kind=Link.Kind.SOURCE
        ).order_by("item_id", "number")
        for link in links:
            if link.item_id is not None:
                view = editions.LinkView(link.pk, link.label, link.url)
                sources.setdefault(link.item_id, []).append(view)
    return tuple(
        Piece(editions.item_view(row, sources.get(row.pk, ())), row.issue, publication.slug)
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
