"""Text at the margin of a list that belongs to one of its bullets.

Tools and people forget to indent what hangs on a bullet. Where it stands tells: under each bullet,
above each, or, for what is no text of its own (a quotation, a call-out, a picture), between two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .blocks import BULLET, CODE, PARAGRAPH, PICTURE, QUOTE, RULE, Block, blocks_of
from .outline import EMPTY, Outline

_REMARKS = frozenset({QUOTE, PICTURE, CODE})  # what follows something and never announces
_TEXTS = _REMARKS | {PARAGRAPH}
_MOST_ALONE = 3  # blocks of text with one bullet; more are a piece with a link


@dataclass(slots=True)
class _Run:
    """A bullet with what stands between it and the next one; `bullet` is None in front of all."""

    bullet: Block | None
    texts: list[Block] = field(default_factory=list)


def hung(outline: Outline) -> dict[int, list[Block]]:
    """The blocks of the section that hang on a bullet, by its `id`; a rule parts lists.

    Text in front of all headings greets the readers: it hangs on nothing below it.
    """
    section = outline.section
    greets = section.heading is None or section.heading.number == outline.title_line
    found: dict[int, list[Block]] = {}
    runs = [_Run(None)]
    blocks = blocks_of(section, outline)
    for block in blocks:
        if block.kind == RULE:
            found.update(_hung(runs, greets))
            runs = [_Run(None)]
        elif block.kind == BULLET:
            runs.append(_Run(block))
        else:
            runs[-1].texts.append(block)
    found.update(_hung(runs, greets))
    found.update(_pictured(blocks, outline, found))
    return found


def _pictured(
    blocks: Sequence[Block], outline: Outline, found: dict[int, list[Block]]
) -> dict[int, list[Block]]:
    """A picture that ends a section shows what its last bullet is about, as between two bullets.

    The one that ends the document is the publication's own, such as a code to scan.
    """
    *_others, above, last = blocks if len(blocks) > 1 else [None, None]
    if above is None or last is None or above.kind != BULLET or last.kind != PICTURE:
        return {}
    if id(above) in found or not any(
        line.kind not in EMPTY and line.number > last.last for line in reversed(outline.lines)
    ):
        return {}
    return {id(above): [last]}


def _hung(runs: Sequence[_Run], greets: bool) -> dict[int, list[Block]]:
    front, *listed = runs
    if greets:
        front = _Run(None)
    if not listed or all(not run.texts for run in (front, *listed)):
        return {}
    if len(listed) == 1:
        return _alone(front, listed[0])
    *inner, last = listed
    habit = len(inner) > 1 or bool(last.texts)  # One text between two bullets may be neither's.
    if habit and all(_is_text(run.texts) for run in inner) and (last.texts or not front.texts):
        most = max(len(run.texts) for run in inner)
        kept = last.texts[:most] if _is_text(last.texts[:most]) else []
        return {**{id(run.bullet): run.texts for run in inner}, id(last.bullet): kept}
    if not last.texts and all(_is_text(run.texts) for run in (front, *inner)):
        above = [front, *inner]
        return {id(b.bullet): a.texts for a, b in zip(above, listed, strict=True)}
    found = {
        id(run.bullet): run.texts
        for run in inner
        if run.texts and all(one.kind in _REMARKS for one in run.texts)
    }
    if close := _right_below(last):
        found[id(last.bullet)] = close
    return found


def lone_link(blocks: Sequence[Block]) -> Block | None:
    """The bullet of a text that has but one, which is only a link, at its beginning or end.

    The text is a few blocks without other links.
    """
    bullets = [one for one in blocks if one.kind == BULLET]
    texts = [one for one in blocks if one.kind not in {BULLET, RULE}]
    if len(bullets) != 1 or not 0 < len(texts) <= _MOST_ALONE:
        return None
    if any(line.kind not in EMPTY for line in bullets[0].below):
        return None
    if bullets[0] not in (blocks[0], blocks[-1]) or any(one.linked for one in texts):
        return None
    only = bullets[0].only
    return bullets[0] if only is not None and only.url and _is_text(texts) else None


def _alone(front: _Run, one: _Run) -> dict[int, list[Block]]:
    """One bullet, and what hangs on it above or below."""
    assert one.bullet is not None
    texts = [*front.texts, *one.texts]
    blocks = [*front.texts, one.bullet, *one.texts]
    if lone_link(blocks) is not None:
        return {id(one.bullet): texts}
    close = _right_below(one)
    return {id(one.bullet): close} if close else {}


def _right_below(run: _Run) -> list[Block]:
    """A quotation or picture without a blank line above it."""
    first = run.texts[0] if run.texts else None
    if first is None or run.bullet is None or first.kind not in _REMARKS:
        return []
    return [first] if first.first == run.bullet.last + 1 else []


def _is_text(texts: Sequence[Block]) -> bool:
    """Whether there is text, and no line that announces the next bullets."""
    if not texts or any(one.kind not in _TEXTS for one in texts):
        return False
    return not texts[-1].text.rstrip("*_ ").endswith((":", "："))
