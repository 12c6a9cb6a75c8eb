"""Boxes of task lists: `- [ ] read`, `- [x] done`.

What is done is the editor's own business: the box is dropped.
https://github.github.com/gfm/#task-list-items-extension-
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..prose import Prose

NAME = "task"
LABEL = gettext_noop("The box of a task ([ ])")
ORDER = 60

_BOX = re.compile(r"([ \t]*(?:[-*+]|\d{1,4}[.)])[ \t]+)\[[ xX/>-]\][ \t]+(?=\S)")


def settle(prose: Prose) -> None:
    """Take the boxes out."""
    for index, line in prose.rows("]"):
        if match := _BOX.match(line):
            prose.put(index, match[1] + line[match.end() :])
            prose.tell(NAME, index)
