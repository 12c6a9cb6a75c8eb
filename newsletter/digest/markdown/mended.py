"""What is put right in clean HTML, whichever way it came in: as Markdown or as an editor's HTML."""

from __future__ import annotations

import re

_HEADING = re.compile(r"<(/?)h([1-6])\b")
_GLUED = re.compile(r"[^\s<>]+")
_NO_BREAK = "&nbsp;"
# A number and its unit, a name and its initials, a quotation and its mark are two or three words.
_MOST_GLUED = 4


def stepped(html: str, first: int) -> str:
    """Headings that leave out no level: the highest are `first`, each other one below its own.

    Whoever hears a page goes by its levels; what a text leaves out is a matter of its look.
    """
    open_levels: list[int] = []

    def step(match: re.Match[str]) -> str:
        level = int(match[2])
        if not match[1]:
            while open_levels and open_levels[-1] >= level:
                open_levels.pop()
            open_levels.append(level)
        return f"<{match[1]}h{min(6, first - 1 + len(open_levels))}"

    return _HEADING.sub(step, html)


def loosened(html: str) -> str:
    """No-break spaces between more than four words are none of an author's: lines break there.

    What was copied from a page or an office program often has no other spaces, and where none
    may break a line its words are.
    """
    if html.count(_NO_BREAK) < _MOST_GLUED:
        return html

    def loose(match: re.Match[str]) -> str:
        run = match.group()
        words = [part for part in run.split(_NO_BREAK) if part]
        return run.replace(_NO_BREAK, " ") if len(words) > _MOST_GLUED else run

    return _GLUED.sub(loose, html)
