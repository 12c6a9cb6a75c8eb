"""Atom (RFC 4287)."""

from __future__ import annotations

from ..value import Feed
from ..xml import generator
from . import Format

MEDIA_TYPE = "application/atom+xml"


def write(feed: Feed) -> bytes:
    """The feed as Atom."""
    written: bytes = generator(feed, atom=True, media_type=MEDIA_TYPE).atom_str()
    return written


FORMAT = Format(
    suffix="atom",
    label="Atom",
    media_type=MEDIA_TYPE,
    write=write,
    order=1,
    customary=("feed", "feed.xml", "atom.xml", "atom", "index.xml"),
)
