"""Levels of headings that say other than the editor meant: slips, parts beside their piece."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from .outline import Kind, Line

_LEAST_COUNTED = 3  # headings with a padded number, one after the other
_PADDED = re.compile(r"\W{0,3}(0\d|[1-9]\d)(?=\s*[—–|｜／/·:：.、-]|\s)")
HELD = "held"  # The mark of a heading below which its parts stand, so that it is one piece.


def mend_levels(lines: Sequence[Line]) -> None:
    """Mend the levels of a document's headings."""
    starts = [index for index, line in enumerate(lines) if line.kind is Kind.HEADING]
    _level_alike(lines, starts)
    for level in sorted({lines[start].level for start in starts}):
        _lower_parts(lines, starts, level)


def _level_alike(lines: Sequence[Line], starts: Sequence[int]) -> None:
    """A heading below another that says the same but for its figures stands beside it.

    "# News (2 March)" with a list, then "## News (3 March)": a slip of the hand. A heading without
    a list of its own may be the title above its days.
    """
    above: list[tuple[int, str, bool]] = []
    for place, start in enumerate(starts):
        line = lines[start]
        end = starts[place + 1] if place + 1 < len(starts) else len(lines)
        listed = any(one.kind in {Kind.BULLET, Kind.NUMBER} for one in lines[start + 1 : end])
        words = _wordings(line.content)
        for level, said, full in above:
            if level < line.level and words and said == words and full:
                line.level = level
                break
        while above and above[-1][0] >= line.level:
            above.pop()
        above.append((line.level, words, listed))


def _lower_parts(lines: Sequence[Line], starts: Sequence[int], level: int) -> None:
    """Headings between "01 — …" and "02 — …" of the same level are parts of the first of them.

    So are those behind the last number up to a rule, where all the others have parts.
    """
    beside = [start for start in starts if lines[start].level <= level]
    places = [place for place, start in enumerate(beside) if _padded(lines[start])]
    counted = [_padded(lines[beside[place]]) for place in places]
    if len(places) < _LEAST_COUNTED or counted != list(range(1, len(places) + 1)):
        return
    if any(lines[start].level < level for start in beside[places[0] :]):
        return
    parts = [beside[a + 1 : b] for a, b in pairwise(places)]
    rules = [n for n in range(beside[places[-1]], len(lines)) if lines[n].kind is Kind.RULE]
    if all(parts) and rules:
        parts.append([start for start in beside[places[-1] + 1 :] if start < rules[0]])
    for place, held in zip(places, parts, strict=False):
        if held:
            lines[beside[place]].mark = HELD
        for start in held:
            lines[start].level = min(level + 1, 6)


def _padded(line: Line) -> int:
    """The number of two figures that a heading begins with, 0 when it has none."""
    match = _PADDED.match(line.content)
    return int(match.group(1)) if match is not None else 0


def _wordings(title: str) -> str:
    """The words of a heading that has figures, without these; empty when it has none."""
    if not re.search(r"\d", title):
        return ""
    return " ".join(re.findall(r"[^\W\d_]+", title.casefold()))
