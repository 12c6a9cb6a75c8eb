"""Attribute lists: kramdown's `{: .class}`, Pandoc's `{#id .class key=value}`, `{::comment}`.

They dress a block, a heading, a link or a picture, and say nothing to a reader.
https://kramdown.gettalong.org/syntax.html#attribute-list-definitions
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..prose import Prose

NAME = "attributes"
LABEL = gettext_noop("A list of attributes ({: .class})")
ORDER = 30

_VALUE = r"(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'{}<>]++)"
_TOKEN = rf"(?:[.#][\w:-]++|[A-Za-z_][\w:.-]*+={_VALUE}|-)"
_LIST = rf"(?:{_TOKEN}(?:[ \t]++{_TOKEN})*+)"
# With a colon, or alone on its line: names of other lists count too.
_ALONE = re.compile(
    rf"[ \t]*(?:\{{:[ \t]*(?:[\w-]++:[ \t]*)?(?:(?:{_TOKEN}|[\w-]++)[ \t]*)*+\}}"
    rf"|\{{[ \t]*{_LIST}[ \t]*\}})[ \t]*$"
)
_SPAN = re.compile(
    rf"(?<!!)\[([^\[\]]*+)\]\{{[ \t]*{_LIST}[ \t]*\}}"  # Pandoc's bracketed span
)
_COLON = re.compile(rf"[ \t]?\{{:[ \t]*{_LIST}[ \t]*\}}")
_NAMED = re.compile(r"(?<=[\])*_`>])\{:[ \t]*[\w-]++(?:[ \t]++[\w.#-]++)*+[ \t]*\}")
_TIED = re.compile(rf"(?<=[\])`>:\"])\{{[ \t]*{_LIST}[ \t]*\}}")
_CLASS = re.compile(r"(?<=[*_])\{[ \t]*[.#][\w:-]++(?:[ \t]++[.#][\w:-]++)*+[ \t]*\}")
_AT_END = re.compile(r"(?<![ \t])[ \t]++\{[ \t]*(?:[.#][\w:-]++|-)(?:[ \t]++"
                     rf"{_TOKEN})*+[ \t]*\}}(?=[ \t]*#*[ \t]*$)")  # fmt: skip
_HIDDEN = re.compile(r"[ \t]*\{::(comment|nomarkdown|options)\b[^{}]*\}[ \t]*$")
_EXTENSION = re.compile(r"\{::/?[a-z]*(?:[ \t][^{}]*)?/?\}|\{:/[a-z]*\}")


def settle(prose: Prose) -> None:
    """Take the lists out; one warning for all."""
    _settle_extensions(prose)
    for index, line in prose.rows("{"):
        if _ALONE.match(line):
            prose.drop(index, NAME)
    prose.change("{", _without, NAME)


def _without(run: str) -> str:
    if "{" not in run or "}" not in run:
        return run
    run = _SPAN.sub(r"\1", run)
    for pattern in (_COLON, _NAMED, _TIED, _CLASS, _AT_END):
        run = pattern.sub("", run)
    return run.replace("[]()", "")  # an anchor that was nothing but its attributes


def _settle_extensions(prose: Prose) -> None:
    hidden = ""
    ends = {index for index, line in prose.rows("{:/")}
    for index, line in prose.rows():
        if hidden:
            if "{:/" in line:
                hidden = ""
            prose.drop(index)
        elif "{::" in line and (match := _HIDDEN.match(line)) and match[1] == "comment":
            if any(end > index for end in ends):
                hidden = match[1]
                prose.drop(index, NAME)
        elif "{:" in line and "}" in line:
            left = _EXTENSION.sub("", line)
            if left != line:
                prose.put(index, left)
                prose.tell(NAME, index)
