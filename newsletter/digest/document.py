"""Everything else: the whole document is one item, its headings are its contents."""

from __future__ import annotations

from .markdown import plain_text, safe_url
from .outline import Kind
from .reading import Parts, Reading
from .value import Item, Link


def read(reading: Reading) -> Parts:
    """One item with everything below the title."""
    body = reading.block(line for line in reading.lines if line.number != reading.title_line)
    first = next(
        (line for line in reading.lines if line.kind not in {Kind.BLANK, Kind.RULE, Kind.GONE}),
        None,
    )
    title = reading.front.title or reading.title
    if not title and first is not None:
        # The document itself has no title, which is said; its item still needs a name.
        title = plain_text(first.content, links=False)[:120].strip()
    url = safe_url(str(reading.front.values.get("url") or reading.front.values.get("link") or ""))
    item = Item(
        title=title,
        line=reading.title_line or (first.number if first is not None else 1),
        category=reading.front.category,
        sources=(Link(reading.front.title or url, url),) if url else (),
        body=body,
    )
    return Parts([item])
