"""Tables of contents: lists that repeat the document's own headings. No item holds them.

They are recognised by what they link to (a place in this document) or by what they say (titles of
items that follow). When they are grouped, the groups are the categories of those items.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from .blocks import BULLET, NUMBER, PARAGRAPH, RULE, Block, blocks_of
from .inline import find_links
from .outline import Kind, Line, Section
from .reading import Reading
from .tail import names_references
from .titles import item_title, section_name
from .vocabulary import is_one_of

_ANCHOR = re.compile(r"\]\(\s*<?#[^()\s]*>?\s*\)")
_LINK = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\([^()]*(?:\([^()]*\)[^()]*)*\)")
_COUNT = re.compile(r"#\s*\d+[`\s]*$")
_NO_WORD = re.compile(r"[\W_]+")
_MOST_MORE = 16  # letters and figures behind a title; with more the line says something itself
_SHORTEST = 8  # characters of a title that the beginning of a longer line can repeat


@dataclass(slots=True)
class Contents:
    """The tables found: lines they take, and the group of each title they name."""

    lines: set[int] = field(default_factory=set)
    sections: set[int] = field(default_factory=set)  # id of those that are only a table
    groups: dict[str, str] = field(default_factory=dict)


def plain(text: str) -> str:
    """A title for comparison: letters and figures alone, no link, no running number."""
    text = item_title(_LINK.sub(r"\1", text))
    return _NO_WORD.sub("", _COUNT.sub("", text)).casefold()


def find_contents(sections: Sequence[Section], reading: Reading) -> Contents:
    """Leave the tables of contents out, with one note."""
    title_line = reading.outline.title_line
    headed = [
        section
        for section in sections
        if section.heading is not None and section.heading.number != title_line
    ]
    found = Contents()
    titles = sorted({plain(section.title) for section in headed} - {""})
    if not titles:
        return found
    for section in sections:
        if names_references(section.title):
            continue  # Its links lead to what was read.
        taken = _tables(section, reading, titles, found)
        if not taken:
            continue
        if section.heading is not None and section.heading.number != title_line:
            rest = {line.number for line in section.content()} - {one.number for one in taken}
            if not rest and not section.below:
                found.sections.add(id(section))
                taken.append(section.heading)
        found.lines.update(line.number for line in taken)
        reading.leave_out(taken)
        for line in taken:
            line.kind = Kind.DROPPED
        section.blocks = None
    _claim_empty_parents(headed, found, reading)
    if reading.left_out:
        reading.problems.note("index-left-out", line=min(reading.left_out))
    return found


def _claim_empty_parents(headed: Sequence[Section], found: Contents, reading: Reading) -> None:
    """A heading above nothing but tables is part of them."""
    for section in reversed(headed):
        if not section.below or section.holds_anything() or id(section) in found.sections:
            continue
        if all(id(below) in found.sections for below in section.below):
            found.sections.add(id(section))
            if section.heading is not None:
                reading.leave_out([section.heading])


def _tables(
    section: Section, reading: Reading, titles: Sequence[str], found: Contents
) -> list[Line]:
    """The lines of this section that are a table of contents."""
    taken: list[Line] = []
    blocks = blocks_of(section, reading.outline)
    start = 0
    while start < len(blocks):
        if blocks[start].kind not in {BULLET, NUMBER}:
            start += 1
            continue
        end = start
        while end < len(blocks) and blocks[end].kind in {BULLET, NUMBER}:
            end += 1
        run = blocks[start:end]
        hits = _hits(run, reading, titles, section)
        if hits is not None:
            for block in run:
                taken += [line for line in block.all_lines() if line.kind is not Kind.BLANK]
            if start and _announces(blocks[start - 1]):
                taken = [*blocks[start - 1].lines, *taken]
            if section.heading is not None and section.above:
                group = section_name(reading.resolved(section.title))
                found.groups.update((title, group) for title in hits)
        start = end
    return taken


def _hits(
    run: Sequence[Block], reading: Reading, titles: Sequence[str], section: Section
) -> list[str] | None:
    """The titles a list repeats; None when it is no table of contents."""
    entries = [
        reading.resolved(line.content)
        for block in run
        for line in block.all_lines()
        if line.kind in {Kind.BULLET, Kind.NUMBER}
    ]
    own = plain(section.title)
    anchors = sum(1 for text in entries if _ANCHOR.search(text) and not _leads_out(text))
    hits = [
        title
        for text in entries
        if (title := _repeated(plain(text), titles)) is not None and title != own
    ]
    if not entries or (len(hits) * 2 <= len(entries) and anchors * 2 <= len(entries)):
        return None
    return hits


def _leads_out(text: str) -> bool:
    """Whether an entry links to something else, too: that is what it is there for."""
    return any(link.url for link in find_links(_ANCHOR.sub("]()", text)))


def _repeated(name: str, titles: Sequence[str]) -> str | None:
    """The title that `name` is, or starts with; `titles` are sorted, so it is the one before."""
    place = bisect_right(titles, name)
    title = titles[place - 1] if place else ""
    longer = len(title) > _SHORTEST and len(name) - len(title) <= _MOST_MORE
    if title and (name == title or (longer and name.startswith(title))):
        return title
    return None


def _announces(block: Block) -> bool:
    """Whether a paragraph only says that a table of contents follows."""
    if block.kind != PARAGRAPH or block.kind == RULE or len(block.lines) > 1:
        return False
    text = block.text.strip(" *_#:：")
    return is_one_of("contents", section_name(text)) or (
        len(text) <= 40 and block.text.rstrip(" *_").endswith((":", "："))
    )
