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


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. `code` is stable; `items` are the ids of the items it is about."""

    level: Level
    code: str
    message: str
    items: tuple[int, ...] = ()


def blocker(code: str, message: str, items: Sequence[ItemView] = ()) -> Finding:
    """What forbids a release."""
    return Finding(Level.BLOCKER, code, message, tuple(item.id for item in items))


def warning(code: str, message: str, items: Sequence[ItemView] = ()) -> Finding:
    """What the editor should look at."""
    return Finding(Level.WARNING, code, message, tuple(item.id for item in items))


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
