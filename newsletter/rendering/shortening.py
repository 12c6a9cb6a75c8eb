"""What does not fit into a mail is shortened by one rule.

Every item is always named. Then, as far as TARGET octets of HTML allow, in the
issue's order: the first FIRST items get full cards; the others get a brief entry (title, one line,
link); then brief entries become full cards, one after the other. An item of more than LONG octets
stays brief in a shortened edition, for a few of them would leave no room for the others.

The steps form a ladder of levels, and the highest level that fits is found by bisection. It asks
only for sizes of finished HTML, so rendering from pieces and rendering alone climb the same ladder.
"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Callable, Sequence

# Octets of UTF-8 HTML. Gmail hides what is behind about 102 kB, and the way to unsubscribe with
# it; whether it counts before or after transfer encoding is not known, so we aim at 75,000,
# which base64 turns into 102,000.
TARGET = 75_000
LIMIT = 102_000
FIRST = 3
# Octets of Markdown, of an item and of an introduction; of the latter only the beginning shows.
LONG = 12_000
# Tail links; the others are on the web page.
TAIL_MOST = 60


class Form(enum.IntEnum):
    """How an item stands in an edition."""

    NAMED = 0  # its title alone, behind the brief ones, with a link to the web page
    BRIEF = 1
    FULL = 2


def levels(count: int) -> int:
    """The highest level: everything in full, whatever its length."""
    return count + max(0, count - FIRST) + 1


def forms(long: Sequence[bool], level: int) -> list[Form]:
    """The form of each item at a level from 0 (all named) to `levels` (all full).

    `long` says of each item whether it is a long one.
    """
    count = len(long)
    if level >= levels(count):
        return [Form.FULL] * count
    seen = min(level, count)
    full = min(level, FIRST) + max(0, level - count)
    made = [Form.FULL] * full + [Form.BRIEF] * (seen - full) + [Form.NAMED] * (count - seen)
    for index in itertools.compress(range(full), long):
        made[index] = Form.BRIEF
    return made


def fit(size: Callable[[int], int], top: int) -> int:
    """The highest level whose `size` in octets is within TARGET; 0 if none is."""
    if size(top) <= TARGET:
        return top
    low, high = 0, top
    while high - low > 1:
        middle = (low + high) // 2
        if size(middle) <= TARGET:
            low = middle
        else:
            high = middle
    return low
