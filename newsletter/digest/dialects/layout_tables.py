"""Tables of HTML that lay out a mail: their cells hold blocks of their own, one below the other.

The tags go, and what stood in a cell is text as anywhere. A table of data keeps its rows: it has
names of columns, or cells of words.
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..marks import link
from ..prose import Prose

NAME = "layout"
LABEL = gettext_noop("A table that lays out a mail (<table>)")
ORDER = 10

_TABLE = re.compile(r"<(/?)table(?=[\s>/])[^<>]*>", re.IGNORECASE)
_DATA = re.compile(r"<(?:th|thead|caption)(?=[\s>/])", re.IGNORECASE)
_BLOCKS = re.compile(r"<(?:div|p|h[1-6]|ul|ol|table)(?=[\s>/])", re.IGNORECASE)
_CELLS = re.compile(r"<td(?=[\s>/])", re.IGNORECASE)
_TAGS = re.compile(
    r"</?(?:table|tbody|tr|td|div|center|span|font|section|p)(?=[\s>/])[^<>]*>", re.IGNORECASE
)
_OPEN_LINK = re.compile(
    r"\s*<a\s(?:[^<>]*?\s)?href\s*=\s*[\"']([^\"'<>]+)[\"'][^<>]*>([^<>]*)$", re.IGNORECASE
)
_CLOSE_LINK = re.compile(r"([^<>]*)</a\s*>\s*$", re.IGNORECASE)
_CENTER = re.compile(r"</?(?:center|div)(?:\s[^<>]*)?>", re.IGNORECASE)
_LEAST = 2  # cells with blocks
_LONGEST_LINK = 6  # lines of a link that is spread over several


def settle(prose: Prose) -> None:
    """Take the tags of such tables out, and bring a link over several lines onto one."""
    for first, last in _tables(prose):
        inside = [index for index in range(first, last + 1) if index not in prose.code]
        text = "\n".join(prose.lines[index] for index in inside)
        blocks = len(_BLOCKS.findall(text)) - 1  # the table itself
        if _DATA.search(text) or blocks < max(_LEAST, len(_CELLS.findall(text))):
            continue
        around = [n for n in (first - 1, last + 1) if prose.start <= n < len(prose.lines)]
        around = [n for n in around if _CENTER.fullmatch(prose.lines[n].strip())]
        for index in (*around, *inside):
            if prose.lines[index].strip():
                prose.put(index, _TAGS.sub("", prose.lines[index]).strip())
        for index in inside:
            _join_link(prose, index, last)


def _tables(prose: Prose) -> list[tuple[int, int]]:
    """The first and last lines of the outermost tables."""
    found: list[tuple[int, int]] = []
    depth = first = 0
    for index, line in prose.rows("<"):
        for match in _TABLE.finditer(line):
            if match[1]:
                depth = max(0, depth - 1)
                if depth == 0 and first <= index and (not found or found[-1][0] != first):
                    found.append((first, index))
            else:
                first = index if depth == 0 else first
                depth += 1
    return found


def _join_link(prose: Prose, index: int, last: int) -> None:
    opened = _OPEN_LINK.match(prose.lines[index])
    if opened is None:
        return
    parts = [opened[2].strip()]
    for below in range(index + 1, min(index + _LONGEST_LINK, last + 1)):
        closed = _CLOSE_LINK.match(prose.lines[below])
        parts.append((closed[1] if closed else prose.lines[below]).strip())
        if closed is not None:
            prose.put(index, link(opened[1], " ".join(filter(None, parts))))
            for empty in range(index + 1, below + 1):
                prose.put(empty, "")
            return
        if "<a" in prose.lines[below].lower():
            return
