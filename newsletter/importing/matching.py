"""Which item of one version is which of another: by link, by likeness, by position last. Pure."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from .names import letters
from .stories import link_key
from .versions import ItemVersion

# Of the pairs of letters of two titles, or of the parts of two texts, how many make them alike.
ALIKE = 0.6
# Items on a side that are compared each with each; of more, likeness says nothing in time.
_MOST_COMPARED = 200


def link_keys(item: ItemVersion) -> frozenset[uuid.UUID]:
    """The pages an item is about."""
    return frozenset(key for url in item.urls if (key := link_key(url)) is not None)


def pair(
    old: Sequence[ItemVersion], new: Sequence[ItemVersion], *, positions: bool = True
) -> dict[int, int]:
    """Places of `new` -> the places of `old` that are the same items.

    The same link and title, then the same link, the same title, a title or text that is alike,
    and, with `positions`, the same place between items that are known: unless both have links
    and titles of their own, for these are two stories.
    """
    search = _Search(old, new)
    search.by(lambda item, links: [(letters(item.title), link) for link in links])
    search.by(lambda item, links: list(links))
    search.by(lambda item, links: [letters(item.title)] if letters(item.title) else [])
    _by_likeness(search)
    if positions:
        _by_position(search)
    return search.found


class _Search:
    """The pairs found so far; each step looks only at what is left."""

    def __init__(self, old: Sequence[ItemVersion], new: Sequence[ItemVersion]) -> None:
        self.old, self.new = old, new
        self.old_links = [link_keys(item) for item in old]
        self.new_links = [link_keys(item) for item in new]
        self.found: dict[int, int] = {}
        self.taken: set[int] = set()

    def take(self, place: int, at: int) -> None:
        self.found[place] = at
        self.taken.add(at)

    def left(self) -> tuple[list[int], list[int]]:
        """Places of `new` and of `old` without a partner."""
        return (
            [place for place in range(len(self.new)) if place not in self.found],
            [at for at in range(len(self.old)) if at not in self.taken],
        )

    def by(self, marks: Callable[[ItemVersion, frozenset[uuid.UUID]], Iterable[object]]) -> None:
        """Pair what shares a mark; of several the one whose title is most alike."""
        places, others = self.left()
        having: dict[object, list[int]] = {}
        for at in others:
            for mark in marks(self.old[at], self.old_links[at]):
                having.setdefault(mark, []).append(at)
        for place in places:
            item = self.new[place]
            fits = {
                at
                for mark in marks(item, self.new_links[place])
                for at in having.get(mark, ())[:_MOST_COMPARED]
                if at not in self.taken
            }
            if len(fits) > 1:
                best = max(sorted(fits), key=lambda at: _shared(self.old[at].title, item.title))
                self.take(place, best)
            elif fits:
                self.take(place, fits.pop())


def _by_likeness(search: _Search) -> None:
    """Pair those whose title or text is alike, the most alike first."""
    places, others = search.left()
    if max(len(places), len(others)) > _MOST_COMPARED:
        return
    scores = [
        (likeness(search.old[at], search.new[place]), place, at)
        for place in places
        for at in others
    ]
    scores.sort(key=lambda one: (-one[0], one[1], one[2]))
    for score, place, at in scores:
        if score >= ALIKE and place not in search.found and at not in search.taken:
            search.take(place, at)


def _by_position(search: _Search) -> None:
    """Pair what stands at the same place behind the same item, where the count is the same."""
    back = {at: place for place, at in search.found.items()}
    gaps: dict[int, tuple[list[int], list[int]]] = {}
    known = -1
    for at in range(len(search.old)):
        if at in back:
            known = at
        else:
            gaps.setdefault(known, ([], []))[0].append(at)
    known = -1
    for place in range(len(search.new)):
        if place in search.found:
            known = search.found[place]
        else:
            gaps.setdefault(known, ([], []))[1].append(place)
    for ats, places in gaps.values():
        if len(ats) == len(places):
            for at, place in zip(ats, places, strict=True):
                if not (search.old_links[at] and search.new_links[place]):
                    search.take(place, at)


def likeness(one: ItemVersion, other: ItemVersion) -> float:
    """How much two items are alike in title or text: 0.0 nothing, 1.0 all."""
    mine, theirs = parts_of(one), parts_of(other)
    fewest = min(len(mine), len(theirs))
    text = len(mine & theirs) / max(len(mine), len(theirs)) if fewest else 0.0
    return max(_shared(one.title, other.title), text)


def parts_of(item: ItemVersion) -> frozenset[str]:
    """The pieces an item's text is made of: paragraphs, bullets, and addresses of sources."""
    texts = [str(item.values.get("insight", "")), *_paragraphs(item.values.get("body", ""))]
    bullets = list(item.values.get("bullets", ()))
    while bullets:
        bullet = bullets.pop()
        texts.append(f"{bullet['lead']} {bullet['text']}")
        bullets += bullet["children"]
    return frozenset(folded for text in texts if (folded := letters(text))) | frozenset(item.urls)


def _paragraphs(body: str) -> list[str]:
    return [part for part in re.split(r"\n\s*\n", body) if part.strip()]


def _shared(one: str, other: str) -> float:
    """Dice's coefficient of the pairs of letters of two titles: Chinese has no words to share."""
    left, right = _pairs(one), _pairs(other)
    total = left.total() + right.total()
    return 2 * (left & right).total() / total if total else 0.0


def _pairs(text: str) -> Counter[str]:
    plain = letters(text)
    return Counter(plain[at : at + 2] for at in range(len(plain) - 1))
