"""An issue and a reader's choice -> which items that reader gets. Pure, but for loading.

`IssueView` is the issue as every output needs it (mail, text, web page, feed): plain frozen
values, loaded with four queries, safe to hand to a template.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from newsletter.models import Issue, Item, Link
from subscribers.choice import CATEGORY_MASK, TAIL
from subscribers.models import Category


@dataclass(frozen=True, slots=True)
class CategoryView:
    """A category as shown. `colour` is #rrggbb or empty."""

    id: int
    slug: str
    name: str
    colour: str
    bit: int | None
    visibility: str


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link; an empty url is a source named without one."""

    id: int
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class BulletView:
    """A bullet: lead phrase (may be empty), text, nested bullets; Markdown."""

    lead: str
    text: str
    children: tuple[BulletView, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemView:
    """One visible item. `insight` and `body` are Markdown, `title` is inline Markdown."""

    id: int
    number: int
    anchor: str
    entry_id: str
    title: str
    category: CategoryView | None
    sources: tuple[LinkView, ...] = ()
    date: dt.date | None = None
    insight: str = ""
    bullets: tuple[BulletView, ...] = ()
    body: str = ""
    score: float | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    published_at: dt.datetime | None = None
    corrected_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class IssueView:
    """An issue with its visible items in order and its tail links."""

    id: int
    publication: str
    slug: str
    entry_id: str
    title: str
    date: dt.date
    language: str
    subject: str
    preheader: str
    intro: str
    items: tuple[ItemView, ...]
    tail_title: str = ""
    tail: tuple[LinkView, ...] = ()
    published_at: dt.datetime | None = None
    corrected_at: dt.datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def mask(self) -> int:
        """Bits of the categories that have a visible item, plus the tail bit if there are links.

        An edition's key is `choice & mask`.
        """
        mask = TAIL if self.tail else 0
        for item in self.items:
            if item.category is not None and item.category.bit is not None:
                mask |= 1 << item.category.bit
        return mask

    @property
    def category_mask(self) -> int:
        """`mask` without the tail bit: no bit of it chosen, no mail."""
        return self.mask & CATEGORY_MASK

    def select(self, selection: int) -> tuple[ItemView, ...]:
        """The items whose category's bit is in `selection`, in the issue's order."""
        return tuple(
            item
            for item in self.items
            if item.category is not None
            and item.category.bit is not None
            and selection >> item.category.bit & 1
        )

    def categories(self) -> tuple[CategoryView, ...]:
        """The categories that have a visible item, in order of their first item."""
        seen: dict[int, CategoryView] = {}
        for item in self.items:
            if item.category is not None:
                seen.setdefault(item.category.id, item.category)
        return tuple(seen.values())


def selections(mask: int) -> list[int]:
    """Every non-empty selection of the categories in `mask`, without the tail bit, ascending."""
    bits = [1 << n for n in range(60) if mask >> n & 1]
    found = [0]
    for bit in bits:
        found += [one | bit for one in found]
    return sorted(found[1:])


def category_view(category: Category) -> CategoryView:
    """A category's row as a value."""
    return CategoryView(
        category.pk,
        category.slug,
        category.name,
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


def item_view(item: Item, sources: Iterable[LinkView]) -> ItemView:
    """An item's row, its category joined, and its sources as a value."""
    return ItemView(
        id=item.pk,
        number=item.number,
        anchor=item.anchor,
        entry_id=item.entry_id,
        title=item.title,
        category=None if item.category is None else category_view(item.category),
        sources=tuple(sources),
        date=item.date,
        insight=item.insight,
        bullets=bullet_views(item.bullets),
        body=item.body,
        score=item.score,
        extra=item.extra,
        published_at=item.published_at,
        corrected_at=item.corrected_at,
    )


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
    for link in links.order_by("issue_id", "item_id", "number"):
        view = LinkView(link.pk, link.label, link.url)
        if link.item_id is None:
            tails.setdefault(link.issue_id, []).append(view)
        else:
            sources.setdefault(link.item_id, []).append(view)
    items: dict[int, list[ItemView]] = {}
    rows = Item.objects.filter(issue__in=issues, hidden=False).select_related("category")
    for item in rows.order_by("issue_id", "number"):
        items.setdefault(item.issue_id, []).append(item_view(item, sources.get(item.pk, ())))
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
        )
        for issue in issues
    ]
