"""What preflight says of one thing, and how much it weighs."""

from __future__ import annotations

import enum
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.utils.translation import pgettext

from newsletter.editions import BulletView, ItemView


class Level(enum.StrEnum):
    """Whether a finding forbids the release."""

    BLOCKER = "blocker"
    WARNING = "warning"


# Where what belongs to no single item is mended: a page of the issue, or of its publication.
ABOUT, PUBLICATION, CATEGORIES, AUDIENCE = "about", "publication", "categories", "audience"
# The page of the whole site on which the doctor says what to publish.
DOCTOR = "doctor"


# Items in each process whose texts were looked at last; when they are so many all are forgotten.
# Letters of the longest that is kept: what is found in one is never longer.
_KEPT, _LONGEST = 2000, 12_000
# Items that one sentence names.
_MOST_NUMBERS = 12
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. `code` is stable; `items` are the ids of the items it is about.

    `place` is the page where it is mended, if not at those items.
    """

    level: Level
    code: str
    message: str
    items: tuple[int, ...] = ()
    place: str = ""


def blocker(code: str, message: str, items: Sequence[ItemView] = (), *, place: str = "") -> Finding:
    """What forbids a release."""
    return Finding(Level.BLOCKER, code, message, tuple(item.id for item in items), place)


def warning(code: str, message: str, items: Sequence[ItemView] = (), *, place: str = "") -> Finding:
    """What the editor should look at."""
    return Finding(Level.WARNING, code, message, tuple(item.id for item in items), place)


def numbers(items: Sequence[ItemView]) -> str:
    """The items' numbers as a sentence lists them; of many, the first and how many more."""
    shown = items if len(items) <= _MOST_NUMBERS else items[: _MOST_NUMBERS - 2]
    few = ", ".join(str(item.number) for item in shown)
    if len(shown) == len(items):
        return few
    more = len(items) - len(shown)
    return pgettext("item numbers", "%(few)s and %(more)d more") % {"few": few, "more": more}


def texts(item: ItemView) -> Iterator[str]:
    def of(bullets: Iterable[BulletView]) -> Iterator[str]:
        for bullet in bullets:
            yield bullet.lead
            yield bullet.text
            yield from of(bullet.children)

    yield item.title
    yield item.insight
    yield item.body
    yield from of(item.bullets)


# The items of the check that is going on, with their texts, a hash of these and their length:
# eight looks ask for them. An entry counts for its own object alone: two checks at once only lose
# time.
_now: dict[int, tuple[ItemView, tuple[str, ...], int, int]] = {}


def said_by(item: ItemView) -> tuple[str, ...]:
    """An item's texts, the title first, read once in a check."""
    return _read(item)[1]


def forget() -> None:
    """End a check: nothing holds its items any more."""
    _now.clear()


def _read(item: ItemView) -> tuple[ItemView, tuple[str, ...], int, int]:
    found = _now.get(id(item))
    if found is None or found[0] is not item:
        said = tuple(texts(item))
        # The text itself as a key would fill memory; 64 bits with a secret of the process do.
        found = (item, said, hash(said), sum(map(len, said)))
        if len(_now) >= _KEPT:
            _now.clear()
        _now[id(item)] = found
    return found


def kept(look: Callable[[tuple[str, ...]], T]) -> Callable[[ItemView], T]:
    """Look at an item's texts, the title first, unless just these were looked at before.

    A page that is looked at again, or after one item of 300 was edited, looks at what is new. What
    `look` returns must depend on nothing but the texts: not on the language of the page.
    """
    found: dict[int, T] = {}

    @functools.wraps(look)
    def looked(item: ItemView) -> T:
        _item, said, key, length = _read(item)
        if length > _LONGEST:
            return look(said)
        if (known := found.get(key)) is not None:
            return known
        if len(found) >= _KEPT:
            found.clear()
        return found.setdefault(key, look(said))

    return looked
