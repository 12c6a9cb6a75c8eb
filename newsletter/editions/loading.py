"""Rows -> values: four queries at most for an issue whatever its size, five for a hundred."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import TextField
from django.db.models.functions import Cast

from newsletter.models import Issue, Item, Link
from subscribers import languages
from subscribers.models import Category

from .values import (
    BulletView,
    CategoryView,
    Follows,
    IssueView,
    ItemView,
    LinkView,
    Origin,
    item_path,
)


def category_view(category: Category, language: str = "") -> CategoryView:
    """A category's row as a value, by its name in `language` where it has one."""
    return CategoryView(
        category.pk,
        category.slug,
        languages.words(category, language).name if language else category.name,
        category.colour,
        category.bit,
        category.visibility,
    )


def bullet_views(stored: Iterable[Mapping[str, Any]]) -> tuple[BulletView, ...]:
    """Item.bullets as stored (lead, text, children) -> values."""
    return tuple(
        BulletView(
            str(bullet.get("lead", "")),
            str(bullet.get("text", "")),
            bullet_views(bullet.get("children", ())),
        )
        for bullet in stored
    )


def item_view(
    item: Item, sources: Iterable[LinkView], place: int = 0, language: str = ""
) -> ItemView:
    """An item's row, its category joined, and its sources as a value.

    `place` is that of a copy's original, as ItemView says; `language` is the issue's.
    """
    return ItemView(
        id=item.pk,
        number=item.number,
        anchor=item.anchor,
        entry_id=item.entry_id,
        title=item.title,
        category=None if item.category is None else category_view(item.category, language),
        sources=tuple(sources),
        date=item.date,
        insight=item.insight,
        bullets=bullet_views(item.bullets),
        body=item.body,
        score=item.score,
        extra=item.extra,
        published_at=item.published_at,
        corrected_at=item.corrected_at,
        place=place,
        home=_home(item.copied_from) if item.copied_from is not None else "",
        follows=_follows(item.follows, item) if item.follows is not None else None,
        picture=item.picture,
        picture_alt=item.picture_alt,
    )


def _follows(earlier: Item, item: Item) -> Follows | None:
    """None while the earlier one is not public: what was mailed only, was withdrawn or is still a
    draft is named on no page and in no feed; what is private, only to whoever reads it."""
    home = _home(earlier)
    filed = earlier.category
    private = filed is not None and filed.visibility == Category.Visibility.PRIVATE
    if not home or (private and earlier.category_id != item.category_id):
        return None
    # What is for the readers of one publication is not named to those of another.
    theirs = earlier.issue.publication
    if theirs.readers_only and theirs.pk != item.issue.publication_id:
        return None
    return Follows(earlier.title, earlier.issue.date, "" if earlier.hidden else home)


def _home(original: Item) -> str:
    """The one permanent address of an item, which its copies share."""
    issue = original.issue
    if issue.published_at is None or not issue.listed:
        return ""
    return item_path(issue.publication.slug, issue.slug, original.anchor)


def _origins(copies: Iterable[Item], zone: dt.tzinfo) -> tuple[Origin, ...]:
    """The issues that copies come from, in the order in which they appeared."""
    found: dict[int, Origin] = {}
    for copy in copies:
        issue = copy.copied_from.issue if copy.copied_from is not None else None
        if issue is not None and issue.published_at is not None:
            day = issue.published_at.astimezone(zone).date()
            found[issue.pk] = Origin(issue.pk, issue.published_at, day)
    return tuple(sorted(found.values(), key=lambda one: (one.published_at, one.issue)))


class _Row(NamedTuple):
    """An item as stored; its JSON as text, so that rows can be compared and hashed."""

    pk: int
    issue: int
    number: int
    category: int | None
    anchor: str
    entry_id: str
    title: str
    date: dt.date | None
    insight: str
    bullets: str
    body: str
    score: float | None
    extra: str
    published_at: dt.datetime | None
    corrected_at: dt.datetime | None
    picture: str
    picture_alt: str
    copied_from: int | None
    follows: int | None

    @property
    def tied(self) -> bool:
        """Whether what other issues' items are is part of it, which may change by itself."""
        return self.copied_from is not None or self.follows is not None

    def item(self) -> Item:
        """The row of the model, as far as `item_view` reads it."""
        return Item(
            pk=self.pk,
            issue_id=self.issue,
            number=self.number,
            category_id=self.category,
            anchor=self.anchor,
            entry_id=self.entry_id,
            title=self.title,
            date=self.date,
            insight=self.insight,
            bullets=json.loads(self.bullets),
            body=self.body,
            score=self.score,
            extra=json.loads(self.extra),
            published_at=self.published_at,
            corrected_at=self.corrected_at,
            picture=self.picture,
            picture_alt=self.picture_alt,
            copied_from_id=self.copied_from,
            follows_id=self.follows,
        )


_COLUMNS = (
    "pk", "issue_id", "number", "category_id", "anchor", "entry_id", "title", "date", "insight",
    Cast("bullets", TextField()), "body", "score", Cast("extra", TextField()), "published_at",
    "corrected_at", "picture", "picture_alt", "copied_from_id", "follows_id",
)  # fmt: skip

# What is longer is not kept, and of all together no more letters; some MB in each process.
_LONGEST, _MOST = 12_000, 3_000_000
_ROW = 500  # What is around its words, in letters.


class _Made:
    """Items that were made last, by all that they are made of: a page of 300 of which one was
    edited makes one. When they are too many all are forgotten."""

    def __init__(self) -> None:
        self.views: dict[tuple[object, ...], ItemView] = {}
        self.letters = 0

    def keep(self, key: tuple[object, ...], view: ItemView, letters: int) -> None:
        """`view` under `key`, if it is not too long."""
        if letters > _LONGEST:
            return
        if self.letters + letters > _MOST:
            self.views, self.letters = {}, 0
        self.views[key] = view
        self.letters += letters


_made = _Made()


def _rows_of(issues: Sequence[Issue]) -> dict[int, list[_Row]]:
    """The visible items of each issue, in order."""
    rows: dict[int, list[_Row]] = {}
    found = Item.objects.filter(issue__in=issues, hidden=False).order_by("issue_id", "number")
    for one in found.values_list(*_COLUMNS):
        row = _Row._make(one)
        rows.setdefault(row.issue, []).append(row)
    return rows


class _Beside:
    """What stands in other rows about items: their categories, what they follow or are copied of.

    Joined, each row would bring a category of its own, and for most the empty columns of three
    tables, since most follow nothing.
    """

    def __init__(self, rows: Iterable[_Row], issues: Sequence[Issue]) -> None:
        every = list(rows)
        self.issues = {issue.pk: issue for issue in issues}
        self.categories = Category.objects.in_bulk({row.category for row in every} - {None})
        others = Item.objects.select_related("issue__publication", "category")
        # A digest copies nothing, and seldom follows anything.
        wanted = {row.follows for row in every} | {row.copied_from for row in every}
        self.items = others.in_bulk(wanted - {None})
        self._views: dict[tuple[int, str], CategoryView] = {}

    def category(self, pk: int | None, language: str) -> CategoryView | None:
        """A category by its name in a language."""
        if pk is None or pk not in self.categories:
            return None
        if (pk, language) not in self._views:
            self._views[pk, language] = category_view(self.categories[pk], language)
        return self._views[pk, language]

    def item(self, row: _Row) -> Item:
        """The item of a row, with these beside it."""
        item = row.item()
        item.issue = self.issues[row.issue]
        item.category = self.categories.get(row.category) if row.category is not None else None
        if row.follows is not None:
            item.follows = self.items.get(row.follows)
        if row.copied_from is not None:
            item.copied_from = self.items.get(row.copied_from)
        return item

    def view(self, row: _Row, sources: tuple[LinkView, ...], language: str) -> ItemView:
        """The view of an item that is no copy and follows nothing: made once of the same."""
        key = (row, sources, self.category(row.category, language))
        found = _made.views.get(key)
        if found is None:
            found = item_view(self.item(row), sources, language=language)
            said = (row.title, row.insight, row.body, row.bullets, row.extra)
            _made.keep(key, found, _ROW + sum(map(len, said)))
        return found


def load(issue: Issue) -> IssueView:
    """The issue as it stands in the database now; four queries whatever its size."""
    return load_all([issue])[0]


def load_all(issues: Sequence[Issue]) -> list[IssueView]:
    """Several issues at once: one query for their links, one for their items.

    Select `publication` with the issues, or each costs one more.
    """
    sources: dict[int, list[LinkView]] = {}
    tails: dict[int, list[LinkView]] = {}
    links = Link.objects.filter(issue__in=issues).exclude(kind=Link.Kind.BODY)
    ordered = links.order_by("issue_id", "item_id", "number")
    columns = ("issue_id", "item_id", "pk", "label", "url")
    item: int | None
    for of, item, pk, label, url in ordered.values_list(*columns):
        link = LinkView(pk, label, url)
        if item is None:
            tails.setdefault(of, []).append(link)
        else:
            sources.setdefault(item, []).append(link)
    items: dict[int, list[ItemView]] = {}
    origins: dict[int, tuple[Origin, ...]] = {}
    rows = _rows_of(issues)
    beside = _Beside((row for mine in rows.values() for row in mine), issues)
    for issue in issues:
        mine = rows.get(issue.pk, [])
        whole = {row.pk: beside.item(row) for row in mine if row.tied}
        if issue.kind == Issue.Kind.ROUNDUP:
            origins[issue.pk] = _origins(whole.values(), ZoneInfo(issue.publication.time_zone))
        places = {one.issue: n for n, one in enumerate(origins.get(issue.pk, ()), start=1)}
        for row in mine:
            its = tuple(sources.get(row.pk, ()))
            if (tied := whole.get(row.pk)) is None:
                view = beside.view(row, its, issue.language)
            else:
                place = places.get(tied.copied_from.issue_id, 0) if tied.copied_from else 0
                view = item_view(tied, its, place, issue.language)
            items.setdefault(issue.pk, []).append(view)
    return [
        IssueView(
            id=issue.pk,
            publication=issue.publication.slug,
            slug=issue.slug,
            entry_id=issue.entry_id,
            title=issue.title,
            date=issue.date,
            language=issue.language,
            subject=issue.subject,
            preheader=issue.preheader,
            intro=issue.intro,
            items=tuple(items.get(issue.pk, ())),
            tail_title=str(issue.extra.get("tail_title", "")),
            tail=tuple(tails.get(issue.pk, ())),
            published_at=issue.published_at,
            corrected_at=issue.corrected_at,
            extra=issue.extra,
            corrects=_page(issue),
            origins=origins.get(issue.pk, ()),
            on_site=issue.listed and issue.channels != Issue.Channels.MAIL,
        )
        for issue in issues
    ]


def _page(issue: Issue) -> str:
    """Where the items of a correction stand; empty for an issue with a page of its own."""
    correction = issue.kind == Issue.Kind.CORRECTION and issue.corrects is not None
    return issue.corrects.slug if correction and issue.corrects else ""
