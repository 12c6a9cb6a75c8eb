"""Callouts in quotations: GitHub's `> [!NOTE]`, Obsidian's `> [!info]- Title`, Docsify's `?> text`.

They stay quotations; the mark becomes the title in bold.
https://docs.github.com/get-started/writing-on-github and https://help.obsidian.md/callouts
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..marks import bold
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
            follows = index + 1 < len(lines) and _QUOTED_TEXT.match(lines[index + 1])
            prose.put(index, f"{match[1]}{bold(title)}{' –' if follows else ''}")
        elif line.lstrip()[:1] in {"?", "!"} and (match := _DOCSIFY.match(line)):
            prose.put(index, f"> {line[match.end() :]}")
