"""Videos of markdown-it and VuePress: `@[youtube](dQw4w9WgXcQ)` becomes a link to its page."""

from __future__ import annotations

import re
from functools import partial

from ..marking import gettext_noop
from ..marks import link
from ..prose import Prose

NAME = "video"
LABEL = gettext_noop("A video (@[name](…))")
ORDER = 20

_MARK = re.compile(r"@\[([a-z]{2,20})\]\(\s?([^()\s]{1,300})\s?\)")
_HOSTS = {
    "youtube": "https://www.youtube.com/watch?v={}",
    "vimeo": "https://vimeo.com/{}",
    "bilibili": "https://www.bilibili.com/video/{}",
}


def settle(prose: Prose) -> None:
    """Write the links; a video of a host nobody here knows is told."""
    for index, _line in prose.rows("@["):
        prose.change_line(index, partial(_linked, prose, index))


def _linked(prose: Prose, index: int, run: str) -> str:
    def written(match: re.Match[str]) -> str:
        address = match[2]
        if "://" not in address:
            address = _HOSTS.get(match[1], "").format(address)
        if not address:
            prose.tell(NAME, index)
            return ""
        return link(address, "")

    return _MARK.sub(written, run)
