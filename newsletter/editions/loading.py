"""Rows -> values: four queries at most for an issue whatever its size, five for a hundred."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

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


def _items_of(issues: Sequence[Issue]) -> dict[int, list[Item]]:
    """The visible items of each issue, in order."""
    rows: dict[int, list[Item]] = {}
    found = Item.objects.filter(issue__in=issues, hidden=False)
    if any(issue.kind == Issue.Kind.ROUNDUP for issue in issues):
        found = found.select_related("copied_from__issue__publication")
    for item in found.order_by("issue_id", "number"):
        rows.setdefault(item.issue_id, []).append(item)
    # Joined, each row would bring a category of its own, and for most the empty columns of three
    # tables, since most follow nothing.
    every = [item for mine in rows.values() for item in mine]
    categories = Category.objects.in_bulk({item.category_id for item in every} - {None})
    for item in every:
        if item.category_id is not None:
            item.category = categories.get(item.category_id)
    followers = [item for item in every if item.follows_id is not None]
    earlier = Item.objects.select_related("issue__publication", "category").in_bulk(
        {item.follows_id for item in followers}
    )
    whole = {issue.pk: issue for issue in issues}
    for item in followers:
        item.issue = whole[item.issue_id]
        item.follows = earlier.get(item.follows_id)
    return rows


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
    rows = _items_of(issues)
    for issue in issues:
        mine = rows.get(issue.pk, [])
        if issue.kind == Issue.Kind.ROUNDUP:
            origins[issue.pk] = _origins(mine, ZoneInfo(issue.publication.time_zone))
        places = {one.issue: n for n, one in enumerate(origins.get(issue.pk, ()), start=1)}
        for row in mine:
            place = places.get(row.copied_from.issue_id, 0) if row.copied_from and places else 0
            view = item_view(row, sources.get(row.pk, ()), place, issue.language)
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
