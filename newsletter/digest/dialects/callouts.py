"""Callouts in quotations: GitHub's `> [!NOTE]`, Obsidian's `> [!info]- Title`, Docsify's `?> text`.

They stay quotations; the mark becomes the title in bold. One that is a list of links is a part of
the document under its title.
https://docs.github.com/get-started/writing-on-github and https://help.obsidian.md/callouts
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..marks import bold, unquote
from ..prose import Prose

NAME = "callout"
LABEL = gettext_noop("Marks of a callout ([!NOTE])")
ORDER = 20

_MARK = re.compile(
    r"([ \t]{0,12}(?:[-*+][ \t]+)?(?:>[ \t]?){1,8})"
    r"\[!([A-Za-z][\w -]{0,40})(?:\|[^\]]{0,80})?\][+-]?[ \t]*(.*)$"
)
_DOCSIFY = re.compile(r"[ \t]{0,3}([?!])>[ \t]+(?=\S)")
_QUOTED_TEXT = re.compile(r"\s*(?:>[ \t]?){1,8}(?=[^\s>#|*+<!`~-]|\*\*)(?!\d{1,4}[.)]\s)")


def settle(prose: Prose) -> None:
    """Write the title where the mark was."""
    lines = prose.lines
    for index, line in prose.rows(">"):
        if match := _MARK.match(line):
            title = match[3].strip() or match[2].replace("-", " ").capitalize()
            if line.startswith(">") and unquote(prose, index, _below(prose, index), title):
                continue
            follows = index + 1 < len(lines) and _QUOTED_TEXT.match(lines[index + 1])
            prose.put(index, f"{match[1]}{bold(title)}{' –' if follows else ''}")
        elif line.lstrip()[:1] in {"?", "!"} and (match := _DOCSIFY.match(line)):
            prose.put(index, f"> {line[match.end() :]}")


def _below(prose: Prose, index: int) -> list[int]:
    """The indexes of the quoted lines below line `index`."""
    found = []
    for below in range(index + 1, len(prose.lines)):
        if not prose.lines[below].startswith(">") or _MARK.match(prose.lines[below]):
            break
        found.append(below)
    return found
