"""Search over what was published: items by words, category, source and day, newest first.

    words     a text as the words it is found by; pure
    asked     what somebody asks for, read from an address; pure
    entries   items into the index: as they appear and are corrected, and older ones
    finding   which items an asked search has, on SQLite and on PostgreSQL
    marking   the words that were found, in a title and in an excerpt

What is public is decided when something is looked for, not when it is written: an item hidden a
moment ago is not found. README.md says how the index is built and what it costs.
"""

from .asked import MOST_LETTERS, Asked, NotAsked, read
from .entries import write
from .finding import Found, find, pieces
from .marking import excerpt, marked

__all__ = [
    "MOST_LETTERS",
    "Asked",
    "Found",
    "NotAsked",
    "excerpt",
    "find",
    "marked",
    "pieces",
    "read",
    "write",
]
