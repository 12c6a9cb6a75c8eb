"""Two items, link and title together: the same story, perhaps, or not.

Pure. The thresholds were set on pairs labelled by hand and held against others that were put aside
before.
"""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass, field

from .addresses import names_only_a_site
from .titles import Figure, Title, read_title


class Likeness(enum.IntEnum):
    """What two items have to do with each other, less first."""

    DIFFERENT = 0
    PERHAPS = 1
    SAME = 2


@dataclass(frozen=True, slots=True)
class Told:
    """An item as it is compared: its title, and the pages its sources name."""

    title: str
    pages: frozenset[str] = field(default_factory=frozenset)
    # Those of `pages` that many unlike items have had: a front page, a list, a feed.
    common: frozenset[str] = field(default_factory=frozenset)

    @property
    def own(self) -> frozenset[str]:
        """The pages that can tell this story from others."""
        return frozenset(p for p in self.pages - self.common if not names_only_a_site(p))


# Shares of what both titles hold of what there is (Dice), by weight of the pieces.
ALIKE = 0.62
NEAR = 0.40
# The same within SOON days; and where a rare name is shared.
SOON = 6
CLOSE = 0.46
NAMED = 0.40
# Below this titles by themselves never are.
NEAREST = 0.40
# Weight of a title that can be told from others of its kind by itself.
LEAST = 5.0
# Two amounts so near each other are one that was rounded.
ROUNDED = 0.05
# Titles so alike are one title.
EQUAL = 0.98
# With the same link titles must have nearly nothing in common to be two stories.
UNLIKE = 0.05
# With a part of the links in common they must have something.
AKIN = 0.14


def compare(one: Told, other: Told, days: int = 0, rare: Collection[str] = frozenset()) -> Likeness:
    """Whether two items tell the same story.

    `days` lie between them: what is news today is hardly told again in the same words next month.
    `rare` are names that few items have had lately.
    """
    a, b = read_title(one.title), read_title(other.title)
    if one.own & other.own:
        return _of_one_page(one, other, a, b)
    if changed(a, b):
        return Likeness.DIFFERENT
    near = alike(a, b)
    wanted = ALIKE
    if days <= SOON and not (a.lists or b.lists):
        wanted = NAMED if _share_names(a, b, rare) else CLOSE
    if near >= wanted and min(a.weight, b.weight) >= LEAST:
        if swapped(a, b) or (days >= SOON and near >= EQUAL and one.pages and other.pages):
            return Likeness.PERHAPS  # The next of its kind, or of a column.
        return Likeness.SAME
    return Likeness.PERHAPS if near >= NEAR else Likeness.DIFFERENT


def _of_one_page(one: Told, other: Told, a: Title, b: Title) -> Likeness:
    near, shared = alike(a, b), len(one.own & other.own)
    least, most = sorted([len(one.own), len(other.own)])
    if changed(a, b):
        return Likeness.PERHAPS
    if not comparable(a, b):
        needed = 0.0 if shared * 2 >= most else 2.0
    elif shared == most:
        needed = UNLIKE
    else:
        needed = AKIN if shared * 2 >= least else NEAR
    return Likeness.SAME if near >= needed else Likeness.PERHAPS


def _share_names(a: Title, b: Title, rare: Collection[str]) -> bool:
    """Whether they share a name that is rare, and something else that is particular."""
    names = a.names & b.names
    figures = {one.value for one in a.figures} & {one.value for one in b.figures}
    return any(name in rare for name in names) and len(names) + len(figures) >= 2


def alike(a: Title, b: Title) -> float:
    """How much two titles have in common, 0 to 1: twice the shared weight over both weights."""
    shared = sum(min(a.pieces[piece], b.pieces[piece]) for piece in a.pieces.keys() & b.pieces)
    whole = a.weight + b.weight
    return 2 * shared / whole if whole else 0.0


def comparable(a: Title, b: Title) -> bool:
    """Whether two titles could share anything: they are of one kind of script, and not empty."""
    return bool(a.pieces) and bool(b.pieces) and a.dense == b.dense


def changed(a: Title, b: Title) -> bool:
    """Whether a figure of one stands otherwise in the other: GPT-5 and GPT-6, Q1 and Q2."""
    mine = {one.value for one in a.figures}
    theirs = {one.value for one in b.figures}
    new = [one for one in a.figures if one.value not in theirs]
    old = [one for one in b.figures if one.value not in mine]
    return any(_of_one_thing(one, two) for one in new for two in old)


_FEW = {False: 3, True: 6}  # words, or letters of a dense script, that a name may have
_SUBJECT = range(2, 5)  # letters of the name with which a title in a dense script begins


def swapped(a: Title, b: Title) -> bool:
    """Whether two titles are the same but for one name: Opus and Sonnet, Chile and Peru."""
    one, two = list(a.words), list(b.words)
    led = 0
    while one and two and one[0] == two[0]:
        led += 1
        del one[0], two[0]
    ended = 0
    while one and two and one[-1] == two[-1]:
        ended += 1
        del one[-1], two[-1]
    if not one or not two or not led + ended or set(one) & set(two):
        return False
    if max(len(one), len(two)) <= _FEW[a.dense] and _name(one, a) and _name(two, b):
        return True
    # 東京で震度4の地震: what a title in a dense script begins with is what it is about.
    dense = a.dense and b.dense and not a.marked & set(one) and not b.marked & set(two)
    return dense and not led and len(one) == len(two) and len(one) in _SUBJECT and ended >= 4


def _name(words: Collection[str], title: Title) -> bool:
    return any(word in title.marked for word in words)


def _of_one_thing(one: Figure, other: Figure) -> bool:
    if one.amount and other.amount and abs(one.amount - other.amount) <= ROUNDED * other.amount:
        return False
    if one.before and one.before == other.before:
        return True
    return bool(one.behind) and one.behind == other.behind and not (one.before or other.before)
