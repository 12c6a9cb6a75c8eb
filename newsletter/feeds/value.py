"""A feed as a value: what every format writes, and text as all of them can hold it.

Written the same value twice gives the same octets: every date comes from the rows, none from
the clock, so that caches and readers which compare bodies see no change where there is none.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from newsletter.rendering import neutral

# What XML 1.0 cannot hold is gone after `neutral`; these it allows, but parsers may complain.
_NO_CHARACTERS = re.compile("[\ufdd0-\ufdef" + "".join(
    f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17)
) + "]")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Via:
    """Where an entry's matter was first told. `url` is absolute."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A picture that belongs to an entry. `url` is absolute, `octets` 0 where nobody knows."""

    url: str
    media_type: str
    octets: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `title` and `summary` are plain text, `html` is clean, with absolute links."""

    id: str
    title: str
    link: str
    html: str
    published: dt.datetime
    updated: dt.datetime
    summary: str = ""
    language: str = ""
    categories: tuple[tuple[str, str], ...] = ()  # (slug, name)
    sources: tuple[Via, ...] = ()
    picture: Enclosure | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed. `link` is its page, `address` its own place; all addresses are absolute.

    `current`, `older`, `newer` are those of RFC 5005 in the same form; `archive` marks a month
    that is over and will not change but by a correction.
    """

    id: str
    title: str
    description: str
    language: str
    link: str
    address: str
    author: str
    icon: str
    updated: dt.datetime
    entries: tuple[Entry, ...]
    minutes: int  # how long a copy is good for
    categories: tuple[tuple[str, str], ...] = ()
    hub: str = ""
    current: str = ""
    older: str = ""
    newer: str = ""
    archive: bool = False


def text(source: str) -> str:
    """`source` as one line that no XML parser and no list of titles stumbles over."""
    return " ".join(_NO_CHARACTERS.sub("", neutral.line(source)).split())


def feed_html(source: str) -> str:
    """HTML from our templates without characters that XML discourages; its markup stays."""
    return _NO_CHARACTERS.sub("", neutral.text(source)).strip()
