"""Files taken in: `--8<-- "file"`, a block between two `--8<--`, `{!file!}`, `<<< @/file`.

The file is not at hand, so the mark is dropped.
https://facelessuser.github.io/pymdown-extensions/extensions/snippets/
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..prose import Prose

NAME = "include"
LABEL = gettext_noop("The inclusion of a file (--8<--)")
ORDER = 10

_SNIPPET = re.compile(r"[ \t]{0,12};?-{2,}8<-{2,}(?:[ \t]+(?:\"[^\"]*\"|'[^']*'))?[ \t]*$")
_OTHERS = re.compile(
    r"[ \t]{0,12}(?:\{!>?[^{}!]+!\}|<<<[ \t]*[@./~][^\s{}]*(?:[ \t]?\{[^{}]*\})?(?:\[[^\[\]]*\])?"
    r"|!include[ \t]+\S+|@include[ \t]+\S+|<!--@include:[^<>]*-->|\{\{#include[^{}]*\}\})[ \t]*$"
)


def settle(prose: Prose) -> None:
    """Drop the marks, and the names of files between two of them."""
    block = [index for index, line in prose.rows("8<")
             if _SNIPPET.match(line) and not re.search("[\"']", line)]  # fmt: skip
    for opening, end in zip(block[::2], block[1::2], strict=False):
        names = range(opening + 1, end)
        if all(len(prose.lines[n].split()) <= 1 for n in names):
            for index in (*names, end):
                prose.drop(index)
            prose.drop(opening, NAME)
    for index, line in prose.rows():
        if _SNIPPET.match(line) or _OTHERS.match(line):
            prose.drop(index, NAME)
