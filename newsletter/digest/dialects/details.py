"""`<details>` with its `<summary>`: mail cannot fold, so the summary becomes a line in bold.

Over headings it is the heading of these.
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..marks import bold
from ..prose import Prose, outside

NAME = "details"
LABEL = gettext_noop("Tags that fold a part (<details>)")
ORDER = 20

_SUMMARY = re.compile(r"<summary(?:\s[^<>]*)?>(.*?)</summary\s*>", re.IGNORECASE)
_TAGS = re.compile(r"</?(?:details|summary)(?:\s[^<>]*)?>", re.IGNORECASE)
_END = re.compile(r"</details\s*>", re.IGNORECASE)
_HEADING = re.compile(r" {0,3}(#{1,6})\s")
_MARKUP = re.compile(r"</?(?:b|strong|i|em|h[1-6]|span|u|big|font)(?:\s[^<>]*)?>", re.IGNORECASE)


def settle(prose: Prose) -> None:
    """Take the tags out; nothing is lost, so nothing is told."""
    for index, line in prose.rows("<"):
        lower = line.lower()
        if "details" in lower or "summary" in lower:
            level = _level(prose, index) if "</summary" in lower else 0
            left = outside(line, _unfolded)
            if left != line:
                title = left.strip().strip("*").strip()
                prose.put(index, f"{'#' * level} {title}" if level and title else left)
                if level and title:
                    prose.headings.add(index)


def _level(prose: Prose, summary: int) -> int:
    """The level of a heading over those a fold holds; 0 where it holds none or has no room."""
    levels = []
    for index in range(summary + 1, len(prose.lines)):
        line = prose.lines[index]
        if "<details" in line.lower() or _END.search(line):
            break
        if index not in prose.code and (match := _HEADING.match(line)):
            levels.append(len(match[1]))
    return min(levels, default=1) - 1


def _unfolded(run: str) -> str:
    if "</summary" in run.lower():
        run = _SUMMARY.sub(lambda match: bold(_MARKUP.sub("", match[1])) + " ", run)
    return _TAGS.sub("", run)
