"""RSS 2.0 (the RSS Advisory Board's specification and profile)."""

from __future__ import annotations

import re

from ..value import Feed
from ..xml import generator
from . import Format

MEDIA_TYPE = "application/rss+xml"
_PLAIN = re.compile(rb"<(title|category)>[^<]*</")


def write(feed: Feed) -> bytes:
    """The feed as RSS."""
    return _PLAIN.sub(_as_text, generator(feed, atom=False, media_type=MEDIA_TYPE).rss_str())


def _as_text(match: re.Match[bytes]) -> bytes:
    """The RSS Board's way to say that this is text: readers that take it for HTML see `<` too.

    To an XML parser both spellings are the same.
    """
    return match.group().replace(b"&lt;", b"&#x3C;").replace(b"&amp;", b"&#x26;")


FORMAT = Format(
    suffix="rss",
    label="RSS",
    media_type=MEDIA_TYPE,
    write=write,
    order=2,
    customary=("rss", "rss.xml"),
)
