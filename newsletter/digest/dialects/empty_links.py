"""Links nobody filled in: `[]()`, as templates and editors leave them behind."""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..prose import Prose

NAME = "empty-link"
LABEL = gettext_noop("A link without words and without an address ([]())")
ORDER = 30

_EMPTY = re.compile(r"!?\[[ \t]*\]\([ \t]*\)")
_ALONE = re.compile(rf"(?:(?:[-*+•]|\d{{1,4}}[.)])[ \t]+)?(?:{_EMPTY.pattern}[ \t]*)+$")


def settle(prose: Prose) -> None:
    """Drop the mark, and the line when it holds nothing else."""
    for index, line in prose.rows("]("):
        if _ALONE.match(line.strip()):
            prose.drop(index, NAME)
        elif _EMPTY.search(line):
            prose.lines[index] = _EMPTY.sub("", line)
            prose.tell(NAME, index)
