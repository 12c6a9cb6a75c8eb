"""Where an item is from when its labels do not say: the end of its text, its only line of links.

Each returns the sources and the number of the line that names them, 0 when a link within the text
does; a line that is nothing else is taken out of `body`.
"""

from __future__ import annotations

from collections.abc import Sequence

from .inline import holds_link
from .outline import Kind, Line
from .reading import Reading
from .sources import closing_link, named, only_links, split_trailer, without_named
from .value import Link

_NOTHING = frozenset({Kind.BLANK, Kind.RULE, Kind.DROPPED})
Found = tuple[list[Link], int]


def links_below(body: list[Line], sources: Sequence[Link], reading: Reading) -> Found:
    """A last line that is only links, below labels that named publishers (`sources`) alone."""
    places = [place for place, line in enumerate(body) if line.kind not in _NOTHING]
    if places and body[places[-1]].kind is Kind.TEXT:
        last = body[places[-1]]
        if links := only_links(reading.resolved(last.content)):
            del body[places[-1] :]
            reading.claim(last)
            return without_named(sources, links), last.number
    return list(sources), 0


def named_at_end(body: list[Line], reading: Reading) -> Found:
    """The publisher named at the end of the text."""
    for index in range(len(body) - 1, -1, -1):
        line = body[index]
        if line.kind in _NOTHING:
            continue
        if line.kind not in {Kind.TEXT, Kind.QUOTE}:
            break
        text = reading.resolved(line.raw)
        left, links = split_trailer(text)
        if links:
            reading.claim(line)
            if left.strip(" >"):
                body[index] = Line(line.number, left, line.kind, line.indent, left.strip())
            else:
                del body[index]
            return [named(link) for link in links], line.number
        if (link := closing_link(text)) is not None:
            return [named(link)], 0
        if line.kind is not Kind.QUOTE:
            break  # A remark below the text has that text's own end above.
    return [], 0


def only_line_of_links(body: Sequence[Line], reading: Reading) -> Found:
    """The one line that is only links, when the text has no others; it stays where it is."""
    linked = [line for line in body if holds_link(reading.resolved(line.raw))]
    if len(linked) != 1 or linked[0].kind is not Kind.TEXT or linked[0].indent > 1:
        return [], 0
    links = only_links(reading.resolved(linked[0].content))
    return [named(link) for link in links], linked[0].number if links else 0
