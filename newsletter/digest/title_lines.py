"""A run of several lines whose first is its title: what is said of it begins on the next.

Markdown joins lines that follow each other, since people and editors wrap text at a width. A title
of its own line is short of any such width, or ends with its link, or with a break somebody made.
"""

from __future__ import annotations

import re

from .inline import columns, without_links
from .sources import link_line, split_trailer

_MOST = 120  # columns of a title line
_WRAPPED = 56  # columns; programs and people wrap text at 60 and more
_BREAK = re.compile(r"(?: {2,}|\\|<br\s{0,4}/?>)$", re.IGNORECASE)
_ENDS_LINKED = re.compile(r"(?:\]\([^()\s]+\)|https?://[^\s()]+)[)）\]】*_]*$")
_GOES_ON = re.compile(r"[,，、;；:：(（\[【/&+–—-]$")
_ENDS = re.compile(r"[.。!！?？…][\"'”’」』)）*_]*$")
_MARKS = "*_~`\"'“‘«„「『《（([【 \t"


def titled_line(text: str) -> tuple[str, str] | None:
    """(first line, the lines below it), if the first is a title of its own; None if it goes on.

    A first line that is a sentence is none: the title is the sentence, whatever the lines.
    """
    line, _, below = text.partition("\n")
    first = _BREAK.sub("", line).rstrip()
    words = without_links(first).strip()
    next_line = below.split("\n", 1)[0].strip()
    if not next_line or not re.search(r"\w", words) or "![" in first:
        return None
    if columns(words) > _MOST or _GOES_ON.search(first) or _ENDS.search(words):
        return None
    if split_trailer(next_line)[1] and not split_trailer(next_line)[0]:
        return first, below  # "Source: …" belongs to no sentence.
    if _BREAK.search(line) or link_line(next_line) is not None:
        return first, below
    beginning = next_line.lstrip(_MARKS)[:1]
    if not beginning or beginning.islower() or not (beginning.isalnum()):
        return None
    if _ENDS_LINKED.search(first):
        return first, below
    return (first, below) if columns(words) <= _WRAPPED else None
