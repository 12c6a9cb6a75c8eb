"""One document: everything is a single item, and its headings are its contents."""

from __future__ import annotations

from ..items import read_item
from ..label_lines import facts_lines
from ..markdown import plain_text, safe_url
from ..marking import gettext_noop
from ..outline import EMPTY, Outline
from ..reading import Parts, Reading
from ..value import Item, Link

NAME = "document"
LABEL = gettext_noop("One document")
SURENESS = 0.1  # Any text can be read like this, so every other shape goes first.
WHOLE = True

# What front matter calls the page a text was made from, and who published it.
_ADDRESSES = ("url", "link", "sourceurl", "originalurl", "sourcelink", "canonicalurl")
_PUBLISHERS = ("sourcename", "publisher", "sitename")
_SHORT = 40  # characters of a whole document; less is a test or a stub.
_LONGEST_TITLE = 120  # characters of a first line that serves as the title.


def evidence(outline: Outline) -> float:
    """Always the least that counts."""
    return SURENESS


def read(reading: Reading) -> Parts:
    """One item: a section with all below it, or the document with everything below its title."""
    outline = reading.outline
    section = outline.section
    if section.heading is not None and (
        section.heading.number != outline.title_line or facts_lines(section, outline.labels)
    ):
        return Parts([read_item(section, reading, labelled=False)])
    lines = [
        line
        for line in outline.lines
        if line.number != outline.title_line and line.number not in reading.left_out
    ]
    body = reading.block(lines)
    first = next((line for line in outline.lines if line.kind not in EMPTY), None)
    title = reading.front.title or reading.title
    if not title and first is not None:
        # The editor is asked for the document's title; its item needs a name all the same.
        title = plain_text(first.content, links=False)[:_LONGEST_TITLE].strip()
    url = safe_url(str(reading.front.find(_ADDRESSES) or ""))
    name = str(reading.front.find(_PUBLISHERS) or reading.front.title or url)
    item = Item(
        title=title,
        line=outline.title_line or (first.number if first is not None else 1),
        category=reading.front.category,
        sources=(Link(name, url),) if url else (),
        body=body,
        last_line=lines[-1].number if lines else 0,
    )
    if len(body) < _SHORT:
        reading.problems.warn("short", {"least": _SHORT}, item.line)
    return Parts([item])
