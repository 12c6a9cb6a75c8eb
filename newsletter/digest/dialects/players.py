"""Players in HTML: `<iframe src="…"></iframe>`, `<video>` and `<audio>` become a link.

No mail program plays anything; what the player shows is a page or a file, which a link opens. A
player without an address on the web is dropped and told.
"""

from __future__ import annotations

import re

from ..marking import gettext_noop
from ..marks import attributes, link, replace_tags
from ..prose import Prose

NAME = "player"
LABEL = gettext_noop("A player or an embedded page (<iframe>, <video>)")
ORDER = 12

_TAGS = ("iframe", "video", "audio")
_WRAPPER = re.compile(
    r"\s*</?(?:div|p|center|figure|section|span)(?:\s[^<>]*)?>\s*$", re.IGNORECASE
)
# What a host's page of the same thing is called; `{}` is what the pattern found.
_PAGES = (
    (re.compile(r"//(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{6,20})"),
     "https://www.youtube.com/watch?v={}"),
    (re.compile(r"//player\.vimeo\.com/video/(\d{4,12})"), "https://vimeo.com/{}"),
    (re.compile(r"//player\.bilibili\.com/player\.html\?(?:[^#\s]*&)?bvid=(BV\w{6,12})"),
     "https://www.bilibili.com/video/{}"),
)  # fmt: skip
_HOST = re.compile(r"https?://(?:www\.)?([^/?#\s]+)", re.IGNORECASE)


def settle(prose: Prose) -> None:
    """Write the links; tags that only wrap the player go with it."""
    for tag in _TAGS:
        rows = [index for index, _line in prose.rows(f"<{tag}")]
        before = {index: prose.lines[index] for index in rows}

        def write(inside: str, index: int) -> str | None:
            made = _linked(inside)
            if not made:
                prose.tell(NAME, index)
            return made

        replace_tags(prose, f"<{tag}", f"</{tag}>", NAME, write)
        for index in rows:
            if prose.lines[index] != before[index]:
                _unwrap(prose, index)


def _linked(inside: str) -> str:
    head, _end, content = inside.partition(">")
    mine = attributes(head)
    address = mine.get("src") or mine.get("data-src") or attributes(content).get("src", "")
    if address.startswith("//"):
        address = f"https:{address}"
    host = _HOST.match(address)
    if host is None:
        return ""
    for pattern, page in _PAGES:
        if (found := pattern.search(address)) is not None:
            address = page.format(found[1])
            host = _HOST.match(address) or host
    title = mine.get("title", "")
    return "▶ " + link(address, title if title and "player" not in title.lower() else host[1])


def _unwrap(prose: Prose, index: int) -> None:
    """Take away the tags around a line, of which Markdown would show the link as it is written."""
    for _deep in range(3):
        above, below = index - 1, index + 1
        while below < len(prose.lines) and below + 1 in prose.dropped:
            below += 1
        if above < prose.start or below >= len(prose.lines):
            return
        if not (_WRAPPER.match(prose.lines[above]) and _WRAPPER.match(prose.lines[below])):
            return
        prose.put(above, "")
        prose.put(below, "")
        if not prose.lines[index].strip():
            return
