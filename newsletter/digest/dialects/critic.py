"""CriticMarkup, `{++added++}` `{--taken out--}` `{>>remark<<}`, and what PyMdown adds to a line.

That is keys `++ctrl+c++`, insertions `^^text^^` and progress bars `[=75% "75%"]`. The text is shown
as it would be with all changes accepted. https://fletcher.github.io/MultiMarkdown-6/
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..prose import Prose, keeping_addresses

NAME = "critic"
LABEL = gettext_noop("A remark of an editor ({>>…<<})")
ORDER = 18

_ADDED = re.compile(r"\{(\+\+|==)([^{}]{0,2000}?)\1\}")
_REMOVED = re.compile(r"\{--[^{}]{0,2000}?--\}")
_REPLACED = re.compile(r"\{~~[^{}~]{0,1000}~>([^{}~]{0,1000})~~\}")
_REMARK = re.compile(r"\{>>[^{}<]{0,2000}<<\}")
_INSERTED = re.compile(r"(?<!\^)\^\^(?=[^\s^])([^^]{1,500})(?<=[^\s^])\^\^(?!\^)")
_PROGRESS = re.compile(r"\[=\d{1,3}(?:\.\d{1,3})?%?[ \t]{1,3}\"([^\"]{0,80})\"\]")
_KEYS = re.compile(r"(?<![\w+])\+\+([a-z0-9\"-]{1,20}(?:\+[a-z0-9\"-]{1,20}){0,4})\+\+(?![\w+])")


def settle(prose: Prose) -> None:
    """Accept the changes, drop the remarks, name the keys."""
    for index, line in prose.rows("{"):
        if "{>>" in line and prose.change_line(index, lambda run: _REMARK.sub("", run)):
            prose.tell(NAME, index)
        prose.change_line(index, keeping_addresses(_accepted))
    prose.change("++", keeping_addresses(lambda run: _KEYS.sub(_named, run)))
    prose.change("^^", keeping_addresses(lambda run: _INSERTED.sub(r"\1", run)))
    prose.change("[=", lambda run: _PROGRESS.sub(r"\1", run))


def _accepted(run: str) -> str:
    return _REPLACED.sub(r"\1", _REMOVED.sub("", _ADDED.sub(r"\2", run)))


def _named(match: re.Match[str]) -> str:
    return "+".join(key.strip('"').capitalize() for key in match[1].split("+"))
