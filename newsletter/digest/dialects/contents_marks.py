"""Marks where a generator writes a table of contents: `[TOC]`, `[[toc]]`, `{:toc}`, `${toc}`."""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..prose import Prose

NAME = "toc"
LABEL = gettext_noop("The mark of a table of contents ([TOC])")
ORDER = 20

_MARK = re.compile(
    r"[ \t]{0,3}(?:\[\[?_?TOC_?\]\]?|\$\{toc\}|\{:[ \t]*toc\b[^{}]*\}|@\[toc\](?:\([^()]*\))?"
    r"|\\tableofcontents|<!--[ \t]*toc[ \t]*-->|<toc[ \t]*/>)[ \t]*$",
    re.IGNORECASE,
)
# Kramdown puts the list in place of this one.
_LIST = re.compile(r"[ \t]{0,3}(?:[-*+]|1\.)[ \t]+(?:TOC|Table of contents|目录|目錄)[ \t]*$", re.I)
_KRAMDOWN = re.compile(r"[ \t]{0,6}\{:[ \t]*toc\b", re.IGNORECASE)


def settle(prose: Prose) -> None:
    """Drop the mark; the reader's edition has its own contents."""
    for index, line in prose.rows():
        if line.strip()[:1] in {"[", "$", "{", "@", "\\", "<"} and _MARK.match(line):
            above = index - 1
            if _KRAMDOWN.match(line) and above >= prose.start and _LIST.match(prose.lines[above]):
                prose.drop(above)
            prose.drop(index, NAME)
