"""Links in texts of items that no reader could follow: `file:`, `javascript:`, a path on a disk.

Readers get their words alone. That of a source was told when the document was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from newsletter.digest.inline import INLINE_LINK, outside_code
from newsletter.digest.markdown import safe_url
from newsletter.digest.problems import Problems
from newsletter.digest.value import Bullet, Digest, Item

from .places import Places

_FENCE = re.compile(r" {0,3}(?:```|~~~)")


def tell_nowhere(digest: Digest, problems: Problems, places: Places) -> None:
    """Warn of each, once a line."""
    told = {one.line for one in problems.found if one.code == "link-unsafe"}

    def say(line: int, column: int) -> None:
        if line not in told:
            told.add(line)
            problems.warn("link-unsafe", None, line, column)

    for target in _targets(digest.intro):
        say(*places.of_name(target))
    for item in digest.items:
        for text in (item.insight, *_of_bullets(item.bullets), item.body):
            for target in _targets(text):
                say(*_place(item, target, places, told))


def _place(item: Item, target: str, places: Places, told: Iterable[int]) -> tuple[int, int]:
    """The first line of an item with this address that is not told yet; else of them all."""
    for line in range(item.line, max(item.last_line, item.line) + 1):
        column = places.text(line).find(target)
        if column >= 0 and line not in set(told):
            return line, column + 1
    return places.of(item, target)


def _of_bullets(bullets: Iterable[Bullet]) -> Iterator[str]:
    for bullet in bullets:
        yield bullet.text
        yield from _of_bullets(bullet.children)


def _targets(text: str) -> list[str]:
    """The addresses that lead nowhere, as they are written, outside of code. A place within the
    document (`#notes`) is no address."""
    if "](" not in text:
        return []
    found: list[str] = []

    def look(run: str) -> str:
        for match in INLINE_LINK.finditer(run):
            target = (match[2] or match[3] or "").strip()
            picture = run[match.start() - 1 : match.start()] == "!"
            if target and not picture and not target.startswith("#") and not safe_url(target):
                found.append(target)
        return run

    fenced = False
    for line in text.split("\n"):
        fenced ^= bool(_FENCE.match(line))
        if not fenced and "](" in line and not line.startswith(("    ", "\t")):
            outside_code(line, look)
    return found
