"""An issue as every output needs it (mail, text, web page, feed): plain frozen values. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from subscribers.choice import CATEGORY_MASK, TAIL


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
    # Whether it has a page that a mail may lead to: not if it goes out as mail only.
    on_site: bool = True

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
