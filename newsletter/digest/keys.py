"""Structure keys: where something stands in a document and what it is, never what it says."""

from __future__ import annotations

import re
import unicodedata

from .blocks import BULLET, CODE, NUMBER, PARAGRAPH, PICTURE, QUOTE, TABLE
from .outline import Section
from .vocabulary import month_numbers

_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*(?:\([^()]*\)[^()]*)*\)")
_ANCHOR = re.compile(r"\{[#:][^{}]*\}")
_LONGEST = 60  # characters of one heading in a key
LEAD_IN = "*|lead|before"  # of the first words below the headings of all sections
ONE_PIECE = "*|one piece"  # of a whole document that would else be read as one item
EVERY = "*|document"  # of every document of a publication
KIND_OF = {
    PARAGRAPH: "paragraph",
    QUOTE: "quote",
    BULLET: "list",
    NUMBER: "list",
    TABLE: "table",
    CODE: "code",
    PICTURE: "picture",
}


def heading_key(text: str, level: int) -> str:
    """A heading without numbers, dates, pictographs and marks; its level when nothing is left."""
    name = _ANCHOR.sub(" ", _LINK.sub(r"\1", text))
    name = unicodedata.normalize("NFKC", name).casefold()
    words = re.findall(r"[^\W\d_]+", name)
    months = month_numbers()
    return " ".join(word for word in words if word not in months)[:_LONGEST] or f"h{level}"


def section_key(section: Section, title_line: int, items: frozenset[int] = frozenset()) -> str:
    """The headings a section stands under and its own, outermost first.

    `items` are the lines of headings that are items: next week they say something else, so only
    their level counts.
    """
    parts = []
    for one in (*section.above, section):
        if one.heading is None or one.heading.number == title_line:
            continue
        if one.heading.number in items:
            parts.append(f"h{one.level}")
        else:
            parts.append(heading_key(one.title, one.level))
    return "/".join(parts)
