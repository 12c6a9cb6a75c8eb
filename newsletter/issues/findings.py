"""What preflight says of one thing, and how much it weighs."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from newsletter.editions import BulletView, ItemView


class Level(enum.StrEnum):
    """Whether a finding forbids the release."""

    BLOCKER = "blocker"
    WARNING = "warning"


# Where what belongs to no single item is mended: a page of the issue, or of its publication.
ABOUT, PUBLICATION, CATEGORIES, AUDIENCE = "about", "publication", "categories", "audience"
# The page of the whole site on which the doctor says what to publish.
DOCTOR = "doctor"


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
    """The items' numbers as a sentence lists them."""
    return ", ".join(str(item.number) for item in items)


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
