"""A list of links without marks: paragraphs that each begin with the link they are about.

Where nearly all of a section's paragraphs do, each is an entry, as a bullet would be. What stands
between two of them says more of the one above.
"""

from __future__ import annotations

from collections.abc import Sequence

from .blocks import PARAGRAPH, PICTURE, QUOTE, RULE, Block
from .inline import starts_with_link
from .labels import is_placeholder

_LEAST = 3  # paragraphs; two may be the beginning of any text
_SHARE = 0.8  # of the texts, those that begin with a link
_LONGEST = 200  # characters of most without the addresses; longer ones are chapters of a piece


def link_paragraphs(blocks: Sequence[Block]) -> list[tuple[Block, list[Block]]]:
    """Each entry with the texts between it and the next; nothing when they are no such list.

    A text in front of the first one introduces them all and is in none.
    """
    texts = [one for one in blocks if one.kind not in {RULE, PICTURE}]
    if any(one.kind not in {PARAGRAPH, QUOTE} for one in texts):
        return []
    opened = [one for one in texts if _begins(one)]
    inside = texts[texts.index(opened[0]) :] if opened else []
    if len(opened) < _LEAST or len(opened) < _SHARE * len(inside) or len(texts) > len(inside) + 1:
        return []
    lengths = sorted(len(one.text) - sum(len(link.url) for link in one.links) for one in opened)
    if lengths[len(lengths) // 2] > _LONGEST:
        return []
    found: list[tuple[Block, list[Block]]] = []
    for block in blocks:
        if any(block is one for one in opened):
            found.append((block, []))
        elif found and block.kind != RULE:
            found[-1][1].append(block)
    return found


def _begins(block: Block) -> bool:
    """Whether a paragraph begins with a link that names what it leads to."""
    if block.kind != PARAGRAPH or not starts_with_link(block.text) or not block.links:
        return False
    link = block.links[0]
    return bool(link.url) and not is_placeholder(link.label) and not block.text.startswith("[![")
