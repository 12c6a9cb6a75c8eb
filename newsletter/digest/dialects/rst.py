"""What is left of reStructuredText where pages were turned into Markdown by hand or by half.

Links (`` `name <address>`_ ``), notes (`.. note::`) and pictures (`.. image:: address`) have an
equal; targets (`.. _name: address`) and roles (`` :ref:`name` ``) name places of the old pages.
https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..marks import dedent, indented, link, picture, quote
from ..prose import Prose

NAME = "rst"
LABEL = gettext_noop("A directive of reStructuredText (.. name::)")
ORDER = 8

_LINK = re.compile(r"`([^`<>]{1,200}?)\s*<(https?://[^\s<>`]{1,2000})>`__?(?!\w)")
_ROLE = re.compile(r"(?<![\w:]):(?:ref|doc|term|any|class|func|meth|mod|py:\w+):`~?([^`<>]{1,200}?)"
                   r"(?:\s*<[^<>`]{1,300}>)?`")  # fmt: skip
_DIRECTIVE = re.compile(r"\s{0,3}\.\. ([A-Za-z][\w-]{1,30})::(?:\s+(\S.*?))?\s*$")
_TARGET = re.compile(r"\s{0,3}\.\. _`?([^:`]{1,100})`?:(?:\s+(https?://\S+))?\s*$")
_NAMED = re.compile(r"`([^`<>]{1,200})`_(?![\w_])")
_NAMELESS = re.compile(r"`([^`<>]{1,200})`__(?![\w_])")
_NAMELESS_TARGET = re.compile(r"\s{0,3}__ (https?://\S+)\s*$")
_OPTION = re.compile(r"\s{2,8}:([\w-]{1,30}):\s*(.*?)\s*$")
_NOTES = frozenset(
    (
        "note", "tip", "hint", "important", "attention", "caution", "warning", "danger", "error",
        "seealso", "admonition",
    )
)  # fmt: skip


def settle(prose: Prose) -> None:
    """Convert what has an equal, drop and tell the rest."""
    for index, line in list(prose.rows(".. ")):
        match = _DIRECTIVE.match(line)
        if match is not None:
            _directive(prose, index, match[1].lower(), match[2] or "")
        elif (target := _TARGET.match(line)) is not None:
            if target[2]:
                prose.put(index, f"[{target[1]}]: {target[2]}")
            else:
                prose.drop(index, NAME)
    _nameless(prose)
    for index, line in prose.rows("`"):
        left = _LINK.sub(lambda found: link(found[2], found[1]), line)
        left = _NAMED.sub(r"[\1][]", _ROLE.sub(r"\1", left))
        if left != line:
            prose.put(index, left)


def _nameless(prose: Prose) -> None:
    """`` `name`__ `` links to the addresses below in their order, where there are as many."""
    targets = [(index, found[1]) for index, line in prose.rows("__ http")
               if (found := _NAMELESS_TARGET.match(line))]  # fmt: skip
    names = [found for _index, line in prose.rows("`__") for found in _NAMELESS.findall(line)]
    if not targets or len(targets) != len(names):
        return
    addresses = iter(address for _index, address in targets)
    for index, line in prose.rows("`__"):
        prose.put(index, _NAMELESS.sub(lambda found: link(next(addresses), found[1]), line))
    for index, _address in targets:
        prose.put(index, "")


def _directive(prose: Prose, index: int, name: str, argument: str) -> None:
    inside = indented(prose, index, 2)
    options = {}
    for place in inside:
        option = _OPTION.match(prose.lines[place])
        if option is not None:
            options[option[1]] = option[2]
            prose.put(place, "")
    if name in {"image", "figure"} and argument:
        prose.put(index, picture(argument, options.get("alt", "")))
        dedent(prose, inside)
    elif name in _NOTES:
        dedent(prose, inside)
        quote(prose, index, inside, argument if name == "admonition" else name.capitalize())
    else:
        prose.drop(index, NAME)
        dedent(prose, inside)
