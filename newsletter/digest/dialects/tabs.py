"""Content tabs: `=== "Title"` with indented text, as PyMdown and Material for MkDocs write them.

Each becomes a point of a list with its title in bold; its text is the point's.
https://facelessuser.github.io/pymdown-extensions/extensions/tabbed/
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..marks import bold, dedent, indented
from ..prose import Prose

NAME = "tabs"
LABEL = gettext_noop('Marks of a tab (=== "Title")')
ORDER = 15

_MARK = re.compile(r"[ \t]{0,12}===[!+]{0,2}[ \t]+\"([^\"]+)\"[ \t]*$")


def settle(prose: Prose) -> None:
    """Make the list, the inner one of two first."""
    marks = [(index, line) for index, line in prose.rows("===")]
    for index, line in reversed(marks):
        match = _MARK.match(line)
        if match is None:
            continue
        column = len(line) - len(line.lstrip())
        inside = indented(prose, index)
        dedent(prose, inside, 2)
        prose.put(index, f"{' ' * column}- {bold(match[1])}")
