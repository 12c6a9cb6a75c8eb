"""`<details>` with its `<summary>`: mail cannot fold, so the summary becomes a line in bold."""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..marks import bold
from ..prose import Prose, outside

NAME = "details"
LABEL = gettext_noop("Tags that fold a part (<details>)")
ORDER = 20

_SUMMARY = re.compile(r"<summary(?:\s[^<>]*)?>(.*?)</summary\s*>", re.IGNORECASE)
_TAGS = re.compile(r"</?(?:details|summary)(?:\s[^<>]*)?>", re.IGNORECASE)
_MARKUP = re.compile(r"</?(?:b|strong|i|em|h[1-6]|span|u|big|font)(?:\s[^<>]*)?>", re.IGNORECASE)


def settle(prose: Prose) -> None:
    """Take the tags out; nothing is lost, so nothing is told."""
    for index, line in prose.rows("<"):
        lower = line.lower()
        if "details" in lower or "summary" in lower:
            left = outside(line, _unfolded)
            if left != line:
                prose.put(index, left)


def _unfolded(run: str) -> str:
    if "</summary" in run.lower():
        run = _SUMMARY.sub(lambda match: bold(_MARKUP.sub("", match[1])) + " ", run)
    return _TAGS.sub("", run)
