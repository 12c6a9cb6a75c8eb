"""One order out of three: that of the last import, of the draft, and of the document. Pure."""

from __future__ import annotations

import bisect
from collections.abc import Hashable, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def merge_orders(base: Sequence[T], now: Sequence[T], new: Sequence[T]) -> list[T] | None:
    """The three hold the same things. The order with the moves of both; None if they contradict.

    Of two things the draft's order counts where a person changed it, else the document's. That
    is an order of all if and only if no two things come before as many others: a tournament is
    transitive when its scores are all different (Landau 1953).
    """
    if list(base) == list(now) or list(now) == list(new):
        return list(new)
    if list(base) == list(new):
        return list(now)
    was, by_hand, by_file = (_places(order) for order in (base, now, new))
    for thing in moved(base, now) & moved(base, new):
        if any(
            (by_hand[thing] < by_hand[other]) != (by_file[thing] < by_file[other]) for other in base
        ):
            return None  # Both moved it, to two places.
    before = dict.fromkeys(base, 0)
    for at, one in enumerate(base):
        for other in base[at + 1 :]:
            changed = (was[one] < was[other]) != (by_hand[one] < by_hand[other])
            order = by_hand if changed else by_file
            before[one if order[one] < order[other] else other] += 1
    if len(set(before.values())) != len(before):
        return None
    return sorted(base, key=lambda thing: -before[thing])


def moved(base: Sequence[T], other: Sequence[T]) -> set[T]:
    """The fewest things that were taken out of `base` and put elsewhere to make `other`."""
    places = _places(base)
    # The longest rising run of places: `ends[n]` is the smallest last place of one of n + 1.
    ends: list[int] = []
    before: dict[int, int] = {}
    for thing in other:
        place = places[thing]
        at = bisect.bisect_left(ends, place)
        before[place] = ends[at - 1] if at else -1
        ends[at : at + 1] = [place]
    kept: set[int] = set()
    place = ends[-1] if ends else -1
    while place >= 0:
        kept.add(place)
        place = before[place]
    return {thing for thing in base if places[thing] not in kept}


def place_behind(settled: list[T], order: Sequence[T]) -> None:
    """Put what `settled` has not yet behind what stands in front of it in `order`."""
    known = set(settled)
    for front, thing in zip([None, *order], order, strict=False):
        if thing not in known:
            settled.insert(settled.index(front) + 1 if front is not None else 0, thing)
            known.add(thing)


def _places(order: Sequence[T]) -> dict[T, int]:
    return {thing: place for place, thing in enumerate(order)}
