"""An issue as every output needs it (mail, text, web page, feed): plain frozen values. Pure."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

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


# Bits of a start: with 12 of them it fits the freeze's queue.
MOST_TOLD = 12


class EditionKey(NamedTuple):
    """What tells an edition of an issue from the others: two readers with one key get the same.

    `start` says what had reached its readers before: in a round-up how many of its issues, else
    which items, a bit each (`IssueView.told`). It is 0 where nothing is left out.
    """

    selection: int
    start: int = 0


class Origin(NamedTuple):
    """An issue whose items a round-up holds: where it stands among others, and its day there."""

    issue: int
    published_at: dt.datetime
    day: dt.date


class Follows(NamedTuple):
    """The earlier item that a follow-up goes on with: its title, its issue's date and its permanent
    address on the site, without the first stroke; empty where it is not to be read there."""

    title: str
    date: dt.date
    path: str


def item_path(publication: str, issue: str, anchor: str) -> str:
    """An item's permanent address on the site, its own page, without the first stroke.

    The first two are slugs. Feeds, search, sitemap, shares and other issues lead there; within its
    issue, on the site and in its mail, an item is `#anchor`.
    """
    return f"{publication}/{issue}/{anchor}/"


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
    # Of a copy: the place of its original's issue among the round-up's origins, from 1, and the
    # original's permanent address on the site, without the first stroke; empty if it has none.
    place: int = 0
    home: str = ""
    # Of a follow-up.
    follows: Follows | None = None
    # Where the publication leaves out what reached a reader before: the items that told its story.
    told_in: tuple[int, ...] = ()
    # The name of its picture (`subscribers.pictures.named`), and what that shows.
    picture: str = ""
    picture_alt: str = ""


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
    # Of a correction mail: the address name of the issue it corrects. Nobody chooses from it, and
    # its page is that issue's.
    corrects: str = ""
    # Of a round-up: the issues its items are copied from, oldest first.
    origins: tuple[Origin, ...] = ()
    # Whether it has a page of its own: not what goes out as mail only, or to one reader.
    on_site: bool = True

    @property
    def told(self) -> dict[int, int]:
        """Item -> its bit in a start, of those that earlier items told; the first MOST_TOLD."""
        ids = [item.id for item in self.items if item.told_in]
        return {pk: 1 << place for place, pk in enumerate(ids[:MOST_TOLD])}

    def _left_out(self, start: int) -> set[int]:
        """The items that readers of a start do not get."""
        if not start:
            return set()
        if self.origins:
            return {item.id for item in self.items if item.place <= start}
        return {pk for pk, bit in self.told.items() if bit & start}

    @property
    def mask(self) -> int:
        """Bits of the categories that have a visible item, plus the tail bit if there are links.

        An edition's key is `choice & mask`; a correction has one edition, with every bit.
        """
        return self.mask_from(0)

    def mask_from(self, start: int) -> int:
        """The mask of what is left for readers of a start."""
        if self.corrects:
            return CATEGORY_MASK
        mask = TAIL if self.tail else 0
        out = self._left_out(start)
        for item in self.items:
            if item.id in out:
                continue
            if item.category is not None and item.category.bit is not None:
                mask |= 1 << item.category.bit
        return mask

    @property
    def sorted_by_category(self) -> bool:
        """Whether no category comes back after another one; any selection is sorted then, too."""
        filed = (item.category and item.category.id for item in self.items)
        runs = [key for key, _items in itertools.groupby(filed)]
        return len(runs) == len(set(runs))

    @property
    def path(self) -> str:
        """The page where its items stand, below BASE_URL; empty where there is none."""
        slug = self.corrects or (self.slug if self.on_site else "")
        return f"{self.publication}/{slug}/" if slug else ""

    @property
    def category_mask(self) -> int:
        """`mask` without the tail bit: no bit of it chosen, no mail."""
        return self.mask & CATEGORY_MASK

    def select(self, selection: int, start: int = 0) -> tuple[ItemView, ...]:
        """The items whose category's bit is in `selection`, in the issue's order.

        `start` leaves out those of so many origins of a round-up, or what had been told. Of a
        correction all: they are for whoever had them, in whatever category they are now.
        """
        if self.corrects:
            return self.items
        out = self._left_out(start)
        return tuple(
            item
            for item in self.items
            if item.id not in out
            and item.category is not None
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
