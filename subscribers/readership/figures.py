"""What changes of choices do to the figures: pure, for folding and for what is not folded yet."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ..models import WHOLE


class Change(NamedTuple):
    """`readers` of a publication went from one choice to another on a day; None: no reader."""

    publication: int
    day: dt.date
    old: int | None
    new: int | None
    readers: int


@dataclass(slots=True)
class Effects:
    """What to add to the figures: `counts` by (publication, bit), the others by
    (publication, category or 0, day)."""

    counts: Counter[tuple[int, int]] = field(default_factory=Counter)
    won: Counter[tuple[int, int, dt.date]] = field(default_factory=Counter)
    lost: Counter[tuple[int, int, dt.date]] = field(default_factory=Counter)


def bits(mask: int) -> Iterable[int]:
    """The numbers of the bits that are set."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def effects(changes: Iterable[Change], owned: Mapping[tuple[int, int], int]) -> Effects:
    """The sum of these changes. `owned`: (publication, bit) -> the category that has the bit."""
    found = Effects()
    for publication, day, old, new, readers in _alike(changes):
        was = 0 if old is None else old | 1 << WHOLE
        now = 0 if new is None else new | 1 << WHOLE
        for sign, mask, moved in (
            (1, now & ~was, found.won),
            (-1, was & ~now, found.lost),
        ):
            for bit in bits(mask):
                found.counts[publication, bit] += sign * readers
                category = 0 if bit == WHOLE else owned.get((publication, bit))
                if category is not None:
                    moved[publication, category, day] += readers
    return found


def _alike(changes: Iterable[Change]) -> list[Change]:
    """Changes that are the same but for the number of readers as one: an import has thousands."""
    sums: Counter[tuple[int, dt.date, int | None, int | None]] = Counter()
    for *about, readers in changes:
        sums[tuple(about)] += readers  # type: ignore[index]
    return [Change(*about, readers) for about, readers in sums.items()]


def counted(rows: Iterable[tuple[int, int, int]]) -> Counter[tuple[int, int]]:
    """Readers by (publication, bit) out of readers by (publication, choice, readers)."""
    found: Counter[tuple[int, int]] = Counter()
    for publication, choice, readers in rows:
        for bit in bits(choice | 1 << WHOLE):
            found[publication, bit] += readers
    return found
