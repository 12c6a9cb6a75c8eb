"""Rows -> values: four queries for an issue whatever its size, six for a hundred of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from newsletter.models import Issue, Item, Link
from subscribers.models import Category

from .values import BulletView, CategoryView, IssueView, ItemView, LinkView


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
            on_site=issue.channels != Issue.Channels.MAIL,
        )
        for issue in issues
    ]
