"""Links to a moment of a recording: `[12:34](#t=12:34)`, as shows write beside what is said then.

`#t=` is a media fragment (W3C, Media Fragments URI 1.0, section 4.2.1): a place in the recording
that plays on the page. A mail plays none, so the time stays as words.
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..prose import Prose

NAME = "media-time"
LABEL = gettext_noop("A link to a moment of the recording ([12:34](#t=12:34)); the time stays")
ORDER = 30

_MOMENT = re.compile(r"(?<!!)\[([^\[\]]{1,80})\]\(#t=[^()\s]{0,40}\)", re.IGNORECASE)


def settle(prose: Prose) -> None:
    """Leave the words of the link."""
    for index, line in prose.rows("](#"):
        changed = _MOMENT.sub(r"\1", line)
        if changed != line:
            prose.lines[index] = changed
            prose.tell(NAME, index)
