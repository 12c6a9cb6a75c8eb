"""`<script>` and `<style>` blocks, as documents of Vue and Svelte have them."""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..prose import Prose

NAME = "script"
LABEL = gettext_noop("A script or a style sheet (<script>)")
ORDER = 4

_OPEN = re.compile(r"\s*<(script|style)(?:\s[^<>]*)?>", re.IGNORECASE)


def settle(prose: Prose) -> None:
    """Drop the blocks; one that is never closed is text, so that a slip removes nothing."""
    closing = ""
    last = {
        name: max((i for i, line in prose.rows("</") if f"</{name}" in line.lower()), default=-1)
        for name in ("script", "style")
    }
    for index, line in prose.rows():
        if not closing:
            match = _OPEN.match(line)
            if match is None or index > last[match[1].lower()]:
                continue
            closing = f"</{match[1].lower()}"
            prose.tell(NAME, index)
        at = line.lower().find(closing)
        if at >= 0:
            closing = ""
            prose.put(index, line[at:].partition(">")[2])
        else:
            prose.drop(index)
