"""The edges of an item's text, where a link alone is its source."""

from __future__ import annotations

import re
from collections.abc import Container

from .outline import Kind, Line, Section

_SHOWN = re.compile(r"!\[|^\s*▶ ")  # a picture, or what was a player


def edge_lines(section: Section, facts: Container[int]) -> frozenset[int]:
    """The first and last lines, of which a link alone is the source; a quotation may follow."""
    lines = [line for line in section.content() if line.number not in facts]
    texts = [one for one in lines if one.kind is not Kind.TEXT or not _SHOWN.search(one.raw)]
    above = [line for line in texts if line.kind is not Kind.QUOTE][-1:]
    numbers = {line.number for line in texts}
    alone = [line for line in above if line.number - 1 not in numbers]
    return frozenset(line.number for line in (*texts[:1], *texts[-1:], *alone))


def is_only_bullet(section: Section, line: Line) -> bool:
    """Whether a bullet has no others beside it."""
    return all(one is line or one.kind is not Kind.BULLET for one in section.lines)
