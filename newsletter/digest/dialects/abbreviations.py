"""Abbreviations with their meaning for a tooltip: `*[HTML]: Hyper Text Markup Language`.

Mail shows no tooltips. https://python-markdown.github.io/extensions/abbreviations/
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..prose import Prose

NAME = "abbreviation"
LABEL = gettext_noop("The meaning of an abbreviation (*[HTML]: …)")
ORDER = 20

_DEFINITION = re.compile(r"[ \t]{0,3}\*\[[^\[\]]{1,80}\]:[ \t]*\S?")


def settle(prose: Prose) -> None:
    """Drop the definitions."""
    for index, line in prose.rows("*["):
        if _DEFINITION.match(line):
            prose.drop(index, NAME)
