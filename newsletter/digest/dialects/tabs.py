"""Content tabs: `=== "Title"` with indented text, as PyMdown and Material for MkDocs write them,
and `@tab Title` in a container, as VuePress does.

Each becomes a point of a list with its title in bold; its text is the point's.
https://facelessuser.github.io/pymdown-extensions/extensions/tabbed/
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..marks import bold, dedent, indented, tab
from ..prose import Prose

NAME = "tabs"
LABEL = gettext_noop('Marks of a tab (=== "Title")')
ORDER = 14  # before the containers around them

_MARK = re.compile(r"[ \t]{0,12}===[!+]{0,2}[ \t]+\"([^\"]+)\"[ \t]*$")


_AT = re.compile(r"[ \t]{0,3}@tab(?::active)?[ \t]+(\S.{0,80})$")
_CODE = re.compile(r"[ \t]{0,3}`{3,}[\w+#-]*[ \t]*\[([^\[\]`]{1,40})\]")  # VitePress: ```sh [npm]


def settle(prose: Prose) -> None:
    """Make the list, the inner one of two first."""
    _settle_at(prose)
    for index in sorted(prose.code):
        above = index - 1
        if above < prose.start or prose.lines[above].strip() or above in prose.code:
            continue
        if (match := _CODE.match(prose.lines[index])) is not None:
            prose.put(above, f"{bold(match[1])}:")
            prose.dropped.discard(above + 1)
    marks = [(index, line) for index, line in prose.rows("===")]
    for index, line in reversed(marks):
        match = _MARK.match(line)
        if match is None:
            continue
        column = len(line) - len(line.lstrip())
        inside = indented(prose, index)
        dedent(prose, inside, 2)
        prose.put(index, f"{' ' * column}- {bold(match[1])}")


def _settle_at(prose: Prose) -> None:
    """`@tab npm` … to the next of them, or the mark that closes the container around them."""
    marks = [(index, match[1]) for index, line in prose.rows("@tab") if (match := _AT.match(line))]
    for place, (index, title) in enumerate(marks):
        end = marks[place + 1][0] if place + 1 < len(marks) else len(prose.lines)
        closed = (n for n in range(index + 1, end) if prose.lines[n].lstrip().startswith(":::"))
        end = next(closed, end)
        prose.put(index, f"- {bold(title)}")
        tab(prose, index, end)
