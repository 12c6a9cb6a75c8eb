"""A reader's categories in a publication as one integer; the only place that knows bits.

Bits 0-47 belong to categories created open, 48-59 to those created hidden or private, bit 60 is
"tail links", bit 61 "also new ones"; bit 62 is never chosen. A bit that no category owns yet
mirrors bit 61, so following new categories needs no sweep over the readers, and nobody slides into
a private category.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import Category, Publication

OPEN_BITS = range(0, 48)
CLOSED_BITS = range(48, 60)
TAIL = 1 << 60
NEW = 1 << 61
# No choice: what an edition's key says besides, of readers in whose language it is not.
FOREIGN = 1 << 62
_OPEN_MASK = (1 << 48) - 1
CATEGORY_MASK = (1 << 60) - 1


class NoBitLeft(Exception):
    """Every bit of this kind belongs to a live category."""


def mask_of(categories: Iterable[Category]) -> int:
    """The bits of these categories, or-ed; a retired category whose bit was freed has none."""
    mask = 0
    for category in categories:
        if category.bit is not None:
            mask |= 1 << category.bit
    return mask


@dataclass(frozen=True, slots=True)
class Choice:
    """A reader's choice: an immutable value over `Subscription.choice`."""

    bits: int

    @classmethod
    def all(cls) -> Choice:
        """Every open category, present and to come, and the tail links."""
        return cls(_OPEN_MASK | TAIL | NEW)

    @classmethod
    def of(
        cls,
        categories: Iterable[Category],
        *,
        live: Iterable[Category],
        new: bool = False,
        tail: bool = True,
    ) -> Choice:
        """Exactly `categories`, and with `new` also those to come.

        `live` are all categories of the publication that own a bit: bits outside them are
        unowned and mirror `new`.
        """
        bits = mask_of(categories)
        if new:
            bits |= (_OPEN_MASK & ~mask_of(live)) | NEW
        if tail:
            bits |= TAIL
        return cls(bits)

    @property
    def new(self) -> bool:
        """Whether categories created later are included."""
        return bool(self.bits & NEW)

    @property
    def tail(self) -> bool:
        """Whether the tail links are wanted."""
        return bool(self.bits & TAIL)

    def has(self, category: Category) -> bool:
        """Whether this category is chosen."""
        return category.bit is not None and bool(self.bits >> category.bit & 1)

    def categories(self, live: Iterable[Category]) -> list[Category]:
        """Those of `live` that are chosen, in their order."""
        return [category for category in live if self.has(category)]


def form_update(
    shown: Iterable[Category],
    ticked: Iterable[Category],
    *,
    live: Iterable[Category],
    new: bool | None = None,
    tail: bool | None = None,
) -> tuple[int, int]:
    """(clear, set) for `choice = (choice & ~clear) | set`, one atomic statement.

    Bits of categories that were not on the form cannot be touched. `new` and `tail` are None
    when the form did not ask. Unowned open bits follow `new`.
    """
    clear = mask_of(shown)
    chosen = mask_of(ticked) & clear
    if new is not None:
        unowned = _OPEN_MASK & ~mask_of(live)
        clear |= unowned | NEW
        if new:
            chosen |= unowned | NEW
    if tail is not None:
        clear |= TAIL
        if tail:
            chosen |= TAIL
    return clear, chosen


def live(publication: Publication) -> list[Category]:
    """Every category of a publication that owns a bit, in their order."""
    return list(publication.categories.filter(bit__isnull=False))


def free_bit(publication: Publication, visibility: str) -> int:
    """The lowest bit no category of the publication owns, for a category of this visibility.

    Raises NoBitLeft when 48 open (or 12 hidden and private) categories are alive: a reader could
    not use a form of that length either.
    """
    taken = set(publication.categories.filter(bit__isnull=False).values_list("bit", flat=True))
    bits = OPEN_BITS if visibility == "open" else CLOSED_BITS
    for bit in bits:
        if bit not in taken:
            return bit
    raise NoBitLeft(f"{publication.slug} has {len(bits)} live categories of this kind; retire one.")
