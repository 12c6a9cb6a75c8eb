"""What the sections of one document have in common, and what that says of each."""

from __future__ import annotations

from collections.abc import Sequence

from . import shapes
from .blocks import BULLET, NUMBER, PICTURE, RULE, blocks_of
from .outline import Outline, Section
from .plans import Plan
from .titles import section_name

_LINKS = "links"
_NUMBERED = "numbered"
_LINKED = 3  # of so many bullets of a list one has a link


def recurring(outline: Outline) -> frozenset[str]:
    """The names of headings, in small letters, that stand under more than one other heading."""
    above: dict[str, set[int]] = {}
    for section, _heading in outline.headed():
        if section.above:
            name = section_name(section.title).casefold()
            above.setdefault(name, set()).add(id(section.above[-1]))
    return frozenset(name for name, parents in above.items() if len(parents) > 1)


def follow_lists(plans: Sequence[Plan], outline: Outline) -> None:
    """A list with some links in it, beside lists that are read as items, is one of them.

    Alone it could be the notes of an editor: few or long entries with a link here and there.
    """
    divided = [one for one in plans if one.shape is None and not (one.tail or one.introduction)]
    pieces = [piece for plan in divided for piece in plan.pieces]
    for name, is_list in ((_LINKS, _lists), (_NUMBERED, _counts)):
        shape = shapes.find(name)
        read = sum(piece.shape is shape for piece in pieces)
        waiting = [one for one in pieces if one.shape is None and is_list(one.section, outline)]
        if shape is not None and read and read >= len(waiting):
            for piece in waiting:
                piece.shape, piece.score = shape, shape.sureness / 2


def _counts(section: Section, outline: Outline) -> bool:
    """Whether a section begins with a number, and one has a link."""
    blocks = [one for one in blocks_of(section, outline) if one.kind not in {RULE, PICTURE}]
    numbers = [one for one in blocks if one.kind == NUMBER]
    linked = any(one.linked or one.linked_below() for one in numbers)
    return bool(numbers) and blocks[0] is numbers[0] and linked


def _lists(section: Section, outline: Outline) -> bool:
    """Whether bullets come first in a section, side by side, and a third of them have a link."""
    blocks = [one for one in blocks_of(section, outline) if one.kind != RULE]
    bullets = [one for one in blocks if one.kind == BULLET]
    first = blocks.index(bullets[0]) if bullets else 0
    linked = sum(one.linked for one in bullets)
    together = all(one.kind in {BULLET, PICTURE} for one in blocks[first : first + len(bullets)])
    return linked > 0 and linked * _LINKED >= len(bullets) and first <= 1 and together
