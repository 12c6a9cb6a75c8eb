"""Lists whose points are marked by a pictograph instead of a dash: `🔹 Title: https://…`.

Messengers, and programs that write for them, know no lists. The same sign in front of several
lines, each with a link, is the mark of a list. A sign in front of a line without a link may be a
heading (`newsletter.digest.drawn`) or a remark; signs that count are `newsletter.digest.counted`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .inline import find_links, only_link, starts_with_link
from .labels import Labels, is_placeholder
from .outline import EMPTY, Kind, Line

_LEAST = 3  # points of one mark; two may be a pair of remarks
# A sign with what is joined to it: a colour of skin, a second one.
_SIGN = re.compile(".[\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d.[\ufe0f\U0001f3fb-\U0001f3ff]*)*")
_FLAGS = range(0x1F1E6, 0x1F200)  # They say in which language a link is.
_LINK = re.compile(r"\]\(|\]\[|https?://", re.IGNORECASE)


@dataclass(slots=True)
class _Point:
    """A line that begins with a mark, and those below it up to an empty one or the next mark."""

    line: Line
    mark: str
    text: str
    below: list[Line] = field(default_factory=list)
    next: int = 0  # the number of the line where the next point of its part begins


def promote_pictured(lines: Sequence[Line], labels: Labels) -> None:
    """Make bullets of such lines, part by part between headings and rules."""
    marks: dict[str, list[list[_Point]]] = {}
    for points in _parts(lines):
        part: dict[str, list[_Point]] = {}
        for one in points:
            part.setdefault(one.mark, []).append(one)
        for mark, held in part.items():
            marks.setdefault(mark, []).append(held)
    for runs in marks.values():
        titled = [held for held in runs if all(_is_titled(one.text) for one in held)]
        points = _enough([held for held in runs if all(_is_listed(one, labels) for one in held)])
        if _enough(titled):
            for held in titled:
                for one in held:
                    one.line.content = one.text
                # Without a mark, two titles may be the beginning of any text.
                if len(held) < _LEAST or any(map(_is_tight, held)):
                    points += held
        for one in points:
            one.line.kind, one.line.content = Kind.BULLET, one.text


def _enough(runs: Sequence[Sequence[_Point]]) -> list[_Point]:
    """All points of a document, if they are enough; a short section can hold two of them."""
    points = [one for held in runs for one in held]
    return points if len(points) >= _LEAST else []


def _is_tight(point: _Point) -> bool:
    """Whether another point follows without an empty line: Markdown makes one paragraph of both."""
    return point.next == point.line.number + len(point.below) + 1


def _parts(lines: Sequence[Line]) -> Iterator[list[_Point]]:
    points: list[_Point] = []
    open_ = False
    for line in lines:
        if line.kind in {Kind.HEADING, Kind.RULE}:
            if points:
                yield points
            points, open_ = [], False
        elif line.kind is not Kind.TEXT or line.indent > 3:
            open_ = open_ and line.kind not in EMPTY
        elif mark := mark_of(line.content):
            text = line.content[len(mark) :].lstrip("\ufe0f \t\u3000")
            if points:
                points[-1].next = line.number
            points.append(_Point(line, mark, text))
            open_ = True
        elif open_:
            points[-1].below.append(line)
    if points:
        yield points


def mark_of(text: str) -> str:
    """The pictograph a line begins with; empty when it begins with none."""
    first = text[0]
    if ord(first) < 0x2000 or ord(first) in _FLAGS or unicodedata.category(first) != "So":
        return ""
    sign = _SIGN.match(text)
    return sign.group() if sign is not None else first


def _is_listed(point: _Point, labels: Labels) -> bool:
    """Whether a point has a link and words of its own, and is no fact of what stands above it."""
    text = "\n".join([point.text, *(line.content for line in point.below)])
    if not point.text or not _LINK.search(text):
        return False
    label = labels.match(point.text)
    if label is not None and label.field:
        return False
    return not _is_titled(point.text) and only_link(point.text) is None


def _is_titled(text: str) -> bool:
    """Whether a point begins with the link that is its title: it is read without a mark
    (`newsletter.digest.link_paragraphs`). An address or a "Link" names nothing."""
    if not starts_with_link(text):
        return False
    link = next(iter(find_links(text)), None)
    return link is None or not ("://" in link.label or is_placeholder(link.label))
