"""Admonitions of Python-Markdown and MkDocs: `!!! note "Title"`, `??? tip`, `???+ tip`.

What is indented below the mark is its text. It becomes a quotation with the title in bold.
https://python-markdown.github.io/extensions/admonition/
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..marks import dedent, indented, quote
from ..prose import Prose

NAME = "admonition"
LABEL = gettext_noop("Marks of an admonition (!!! note)")
ORDER = 15

_MARK = re.compile(
    r"[ \t]{0,12}(?:!!!|\?\?\?\+?)[ \t]*(?:([\w-]{1,40})(?:[ \t]+[\w-]{1,40})*+)?[ \t]*"
    r"(?:\"([^\"]*)\")?[ \t]*$"
)


def settle(prose: Prose) -> None:
    """Quote each admonition, the inner ones of one first."""
    marks = [(index, line) for index, line in prose.rows()
             if line.lstrip()[:3] in {"!!!", "???"}]  # fmt: skip
    for index, line in reversed(marks):
        match = _MARK.match(line)
        if match is None or match[1] is match[2] is None:
            continue
        kind, title = match[1] or "", match[2]
        if title is None:
            title = kind.replace("-", " ").capitalize()
        inside = indented(prose, index)
        dedent(prose, inside)
        quote(prose, index, inside, title, len(line) - len(line.lstrip(" ")))
