"""Stories: pieces without headings of their own, each opened by a line that serves as one.

Such a line is bold, linked or not, or stands right above a line that is only an address.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..blocks import PARAGRAPH, PICTURE, RULE, Block, blocks_of
from ..checks import check_sources
from ..inline import find_links, holds_link, only_link
from ..labels import is_placeholder
from ..marking import gettext_noop
from ..outline import Kind, Line, Outline
from ..reading import Parts, Reading
from ..sources import closing_link, is_address, named, split_trailer
from ..titles import section_category, section_path, split_linked_title
from ..value import Item, Link

NAME = "stories"
LABEL = gettext_noop("Stories with bold titles")
SURENESS = 0.8

_UNLINKED = 0.4  # evidence of bold titles without links, which may be the points of one text
_LONGEST_TITLE = 200  # characters
_ORNAMENT = r"[^\w\s*_\[\]()<>「《“\"'`-]{0,8}[ \t]*"
_BOLD = re.compile(rf"{_ORNAMENT}(\*\*|__)(?=\S)((?:(?!\1).)+?)(?<=\S)\1{_ORNAMENT}$")
_ENDS_SENTENCE = re.compile(r"[.。:：;；,，…]$")


@dataclass(slots=True)
class _Story:
    """`pictures` stand above the title, `lines` below it."""

    line: Line
    title: str
    source: Link | None
    pictures: list[Line] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    blocks: int = 0
    linked: bool = False


def _title_line(block: Block, outline: Outline) -> tuple[str, Link | None] | None:
    """(title, link) when the block's first line is a title; None otherwise."""
    if block.kind != PARAGRAPH:
        return None
    line = block.lines[0]
    text = outline.resolved(line.content.rstrip("\\").strip())
    if len(text) > 3 * _LONGEST_TITLE or "![" in text or outline.labels.match(text) is not None:
        return None
    link = only_link(text)
    if link is not None:
        bold = "**" in text or "__" in text
        if not bold or is_address(link) or is_placeholder(link.label):
            return None
        return (link.label, link) if len(link.label) <= _LONGEST_TITLE else None
    address = _address_below(block, outline)
    bold_line = _BOLD.match(text)
    if bold_line is not None and not _ENDS_SENTENCE.search(bold_line.group(2).strip()):
        return bold_line.group(2).strip(), address
    if address is not None and len(text) <= _LONGEST_TITLE and not holds_link(text):
        return text, address
    return None


def _address_below(block: Block, outline: Outline) -> Link | None:
    """The address that is the whole second line."""
    if len(block.lines) < 2:
        return None
    link = only_link(outline.resolved(block.lines[1].content))
    if link is None or not link.url or not (is_address(link) or is_placeholder(link.label)):
        return None
    return link


def _find(outline: Outline) -> tuple[list[_Story], int]:
    """The stories, and how many blocks belong to none."""
    stories: list[_Story] = []
    waiting: list[Block] = []  # pictures that may belong to the next title
    outside = 0
    ended = False
    for block in blocks_of(outline.section, outline):
        if block.kind == RULE:
            _give(waiting, stories)
            ended = True
            continue
        if block.kind == PICTURE:
            waiting.append(block)
            continue
        title = _title_line(block, outline)
        if title is not None:
            pictures = [line for one in waiting for line in one.all_lines()]
            waiting.clear()
            text, link = title
            story = _Story(block.lines[0], text, link, pictures)
            story.linked = link is not None
            story.lines = list(block.lines[1:])
            story.blocks = 1
            stories.append(story)
            ended = False
            continue
        if ended:  # A rule ends a story.
            outside += 1
            continue
        _give(waiting, stories)
        if stories:
            story = stories[-1]
            story.lines += block.all_lines()
            story.blocks += 1
            story.linked = story.linked or block.linked
        else:
            outside += 1
    _give(waiting, stories)
    return stories, outside


def _give(waiting: list[Block], stories: list[_Story]) -> None:
    if stories:
        for block in waiting:
            stories[-1].lines += block.all_lines()
        waiting.clear()


def evidence(outline: Outline) -> float:
    """`SURENESS` times the share of the section that stories hold.

    Most of them have a link. A single one needs it in or right below its title, since a bold line
    may also be the beginning of a text.
    """
    stories, outside = _find(outline)
    if not stories:
        return 0.0
    linked = sum(story.linked for story in stories)
    held = sum(story.blocks for story in stories)
    share = held / (held + outside)
    if any(not story.lines for story in stories) and linked < len(stories):
        return 0.0  # Bold lines with nothing below them are only bold lines.
    if len(stories) == 1 and not (stories[0].source is not None and stories[0].lines):
        return _UNLINKED * share if not outside and stories[0].lines else 0.0
    if linked * 10 < len(stories) * 6:
        return _UNLINKED * share if not outside else 0.0
    return SURENESS * share


def read(reading: Reading) -> Parts:
    """Stories as items."""
    return Parts([_item(story, reading) for story in _find(reading.outline)[0]])


def _item(story: _Story, reading: Reading) -> Item:
    section = reading.outline.section
    reading.claim(story.line)
    sources = [] if story.source is None else [story.source]
    lines = _without_address(story, reading)
    rest = ""
    title = story.title
    if story.source is None and find_links(title):
        title, source, rest = split_linked_title(title)
        sources = [source] if source is not None else []
    if not sources:
        sources = _at_the_end(lines, reading)
    body = "\n\n".join(
        part for part in (rest, reading.block(story.pictures), reading.block(lines)) if part
    )
    held = [line for line in story.lines if line.kind is not Kind.BLANK]
    item = Item(
        title=title.strip("*_ "),
        line=story.line.number,
        category=section_category(section, reading),
        sources=tuple(named(source) for source in sources),
        body=body,
        section=section_path(section, reading),
        last_line=held[-1].number if held else story.line.number,
    )
    check_sources(item, reading.problems)
    return item


def _without_address(story: _Story, reading: Reading) -> list[Line]:
    """The lines of its text without the one that is the source's address."""
    if story.source is None or not story.lines:
        return story.lines
    first = only_link(reading.resolved(story.lines[0].content))
    if first is not None and first.url == story.source.url and "![" not in story.lines[0].raw:
        reading.claim(story.lines[0])
        return story.lines[1:]
    return story.lines


def _at_the_end(lines: Sequence[Line], reading: Reading) -> list[Link]:
    """The publisher that the last line of the text names, which stays as it is."""
    for line in reversed(lines):
        if line.kind in {Kind.TEXT, Kind.QUOTE}:
            text = reading.resolved(line.raw)
            link = only_link(text) or closing_link(text)
            return [link] if link is not None and link.url else split_trailer(text)[1]
        if line.kind is not Kind.BLANK:
            return []
    return []
