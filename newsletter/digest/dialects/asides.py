"""Call-outs that exports write as tags: `<aside>` of Notion, `<callout emoji="…">` of Feishu.

The tags stand on lines of their own; what is between them becomes a quotation.
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..marks import quote
from ..prose import Prose

NAME = "aside"
LABEL = gettext_noop("Tags of a call-out (<aside>)")
ORDER = 16

_OPEN = re.compile(r"\s{0,3}<(aside|callout)(?:\s[^<>]*)?>\s*$", re.IGNORECASE)
_LONGEST = 200  # lines of one; without an end by then the tag is a stray one


def settle(prose: Prose) -> None:
    """Quote what is between the tags."""
    end = 0
    for index, line in list(prose.rows("<")):
        match = _OPEN.match(line)
        if match is None or index < end:
            continue
        closing = f"</{match[1].lower()}>"
        for end in range(index + 1, min(index + _LONGEST, len(prose.lines))):
            if end not in prose.code and prose.lines[end].strip().lower() == closing:
                prose.put(end, "")
                quote(prose, index, range(index + 1, end), "")
                break
        else:
            end = 0
