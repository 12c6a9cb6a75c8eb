"""Tags that the export of Feishu (Lark) documents leaves in Markdown: columns, colours, tokens.

They lay out or name an object of that site; their text stays. A picture or a table known only by
its token is nothing outside of it.
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..prose import Prose

NAME = "feishu"
LABEL = gettext_noop("Tags of a Feishu document (<grid>, <text>, <image token>)")
ORDER = 18

# What only these documents hold; without it the names are those of anybody's tags.
_SIGN = re.compile(
    r"<(?:grid\s+cols=|(?:image|sheet|bitable|whiteboard|file|mention-\w+)\s[^<>]*token=|lark-\w+"
    r"|text\s+(?:color|bgcolor|underline)=|quote-container)"
)
_LAYOUT = re.compile(r"</?(?:grid|column|text|quote-container|lark-\w+|view)(?:\s[^<>]*)?/?>")
_OBJECT = re.compile(
    r"<(image|sheet|bitable|whiteboard|file)\s[^<>]*token=[^<>]*?(?:/>|>(?:[^<>]*</\1>)?)"
)


def settle(prose: Prose) -> None:
    """Drop the tags; an object that stays behind is told."""
    if not any(_SIGN.search(line) for _index, line in prose.rows("<")):
        return
    for index, line in prose.rows("<"):
        if _OBJECT.search(line):
            prose.tell(NAME, index)
        prose.change_line(index, lambda run: _LAYOUT.sub("", _OBJECT.sub("", run)))
