"""Headlines: a heading is an item; its title, a line below it or the end of its text is the link.

Two headings in a row are the original and its translation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from ..blocks import BULLET, NUMBER, PARAGRAPH, PICTURE, QUOTE, RULE, TABLE, Block, blocks_of
from ..hanging import lone_link
from ..inline import holds_link, only_link, starts_with_link
from ..items import read_item
from ..labels import is_placeholder
from ..levels import HELD
from ..link_paragraphs import link_paragraphs
from ..marking import gettext_noop
from ..outline import Line, Outline, Section
from ..reading import Parts, Reading
from ..tail import names_references
from ..titles import is_led, is_numbered, section_name
from ..whereabouts import says_where
from . import labelled

NAME = "headlines"
LABEL = gettext_noop("Headlines")
SURENESS = 0.8
WHOLE = True

# How sure a section is to be one item, by what it holds.
_SHORT = 0.7  # a few paragraphs with a few links
_OF_PARTS = 0.74  # text under headings that are counted in brackets: parts, as in laws and papers
_PART = re.compile(
    r"[（(]\s?(?:\d{1,2}|[一二三四五六七八九十]{1,3}|[ivxIVX]{1,4}|[a-zA-Z])\s?[)）]"
)
_LINKED_BULLET = 0.72  # a few words and one bullet that is a link: the section of it, or an item
_NUMBERED = 0.65  # a text under a heading that is counted: the editor numbers his pieces
_PLAIN = 0.2  # a few paragraphs without any: an item only beside others that are
_LONG = 0.3  # many paragraphs, or many links: a piece, or a chapter of one
_GROUP = 0.2  # nothing of its own, only sections below it
_BOLD = re.compile(r"\W{0,8}(\*\*|__)(?=\S)(?:(?!\1)[^\n\[\]]){1,200}(?<=\S)\1\W{0,8}")
_OF_ONE = 2  # paragraphs with links in a piece about one thing
_MANY = 4  # paragraphs of a short item, and one more than the links of one


def evidence(outline: Outline) -> float:
    """How much the section is like one piece: a link of its own, and text rather than a list."""
    section = outline.section
    if section.heading is None:
        return 0.0
    if section.heading.mark == HELD:
        return SURENESS
    below = [one for one in section.everything() if one is not section and one.holds_anything()]
    sources = [one for one in below if names_references(one.title)]
    below = [one for one in below if not names_references(one.title)]
    if sources and not below and _has_text(section, outline):
        return SURENESS  # A text with a list of what it was made from.
    if any(_is_piece(one, outline) for one in below) or _groups_pieces(section, below, outline):
        return 0.0
    own = SURENESS if says_where(section, outline) else _own(section, outline)
    if not below:
        return own
    if len(below) > 1 and all(_PART.match(one.title) for one in below):
        return _OF_PARTS
    if _recur(below, outline, least=1 if sources else 2):
        return _OF_PARTS
    if not section.holds_anything():
        if not _linked(section, outline) and all(_mostly_lists(one, outline) for one in below):
            return 0.0  # A heading above sections.
        lists = all(_lists_titles(one, outline) for one in below)
        return own if _linked(section, outline) and not lists else _GROUP
    # Sub-headings of a piece seldom have links of their own; those of pieces do.
    linked = sum(any(block.linked for block in blocks_of(one, outline)) for one in below)
    return own * 0.9 * (1 - 0.6 * linked / len(below))


def _is_piece(section: Section, outline: Outline) -> bool:
    """A section below that is an item of its own."""
    return _linked(section, outline) or labelled.is_labelled(section, outline)


def _groups_pieces(section: Section, below: Sequence[Section], outline: Outline) -> bool:
    """Whether the sections right below it all have the same parts below them: these are pieces."""
    inner = [one for one in section.below if one.below]
    if len(inner) < 2 or len(inner) < len(section.below):
        return False
    found = Counter(section_name(one.title).casefold() for one in below)
    return (
        bool(found)
        and max(found.values()) * 2 >= len(inner)
        and not found.keys().isdisjoint(outline.recurring)
    )


def _recur(below: Sequence[Section], outline: Outline, least: int) -> bool:
    """Whether the headings below are those below others, too: "Summary", "What it means".

    They are parts of each piece, `least` of them. Lists of links under such headings are sections:
    "Articles".
    """
    named = sum(section_name(one.title).casefold() in outline.recurring for one in below)
    if len(below) < least or named < len(below):
        return False
    linked = sum(any(block.linked for block in blocks_of(one, outline)) for one in below)
    return linked * 2 <= len(below)


def _mostly_lists(section: Section, outline: Outline) -> bool:
    """Whether more than half of what a section holds to its last bullet are some with a link."""
    blocks = [one for one in blocks_of(section, outline) if one.kind != RULE]
    places = [place for place, one in enumerate(blocks) if one.kind == BULLET and one.linked]
    return len(places) > 1 and len(places) * 2 > places[-1] + 1


def _has_text(section: Section, outline: Outline) -> bool:
    return any(one.kind == PARAGRAPH for one in blocks_of(section, outline))


def _lists_titles(section: Section, outline: Outline) -> bool:
    """Whether a section holds nothing but bullets that begin with a link."""
    return all(
        one.kind == BULLET and starts_with_link(one.text) for one in blocks_of(section, outline)
    )


def _linked(section: Section, outline: Outline) -> bool:
    return only_link(outline.resolved(section.title)) is not None


def _own(section: Section, outline: Outline) -> float:
    blocks = [one for one in blocks_of(section, outline) if one.kind not in {RULE, PICTURE}]
    alone = lone_link(blocks)
    listed = [
        one
        for one in blocks
        if one.kind in {BULLET, NUMBER} and one.linked and not _bare(one) and one is not alone
    ]
    texts = [
        one
        for one in blocks
        if one.kind in {PARAGRAPH, QUOTE} or (one.kind == NUMBER and not one.linked)
    ]
    # A table of links is a list of its rows.
    rows = [row for one in blocks if one.kind == TABLE for row in _linked_rows(one)]
    several = rows if len(rows) >= _MANY else []
    text_share = 1 - (len(listed) + len(several)) / (len(blocks) + len(several)) if blocks else 1.0
    if _linked(section, outline):
        return SURENESS if text_share > 0.4 or len(listed) < 2 else SURENESS * text_share
    title_linked = holds_link(outline.resolved(section.title))
    if not title_linked and link_paragraphs(blocks):
        return _LONG
    if not blocks:
        return SURENESS if title_linked or _pictures(section, outline) else 0.0
    if alone is not None and not title_linked:
        return _LINKED_BULLET
    if not title_linked and _are_stories(blocks):
        return _LONG * text_share
    if title_linked or _source_line(blocks[0]) or _source_line(blocks[-1]):
        return (SURENESS if _ends(blocks) < 2 else _SHORT) * text_share
    if texts and is_numbered(section.title) and _counted(section):
        return _NUMBERED
    if sum(is_led(one.text) for one in texts if one.kind == PARAGRAPH) > 1:
        return _LONG * text_share
    links = sum(len(one.links) for one in texts)
    linked = sum(bool(one.links) for one in texts)
    if not links and any(one.kind == PICTURE and one.linked for one in blocks_of(section, outline)):
        links = 1  # A picture can be the link.
    if len(texts) > _MANY or links >= _MANY or linked > _OF_ONE:
        return _LONG * text_share
    return (_SHORT if links else _PLAIN) * text_share


def _are_stories(blocks: Sequence[Block]) -> bool:
    """Whether bold lines divide a text into several, each with a link of its own."""
    places = [
        place
        for place, one in enumerate(blocks)
        if one.kind == PARAGRAPH and _BOLD.fullmatch(one.text)
    ]
    parts = [blocks[a + 1 : b] for a, b in pairwise([*places, len(blocks)])]
    return len(parts) > 1 and all(any(one.linked for one in part) for part in parts)


def _ends(blocks: Sequence[Block]) -> int:
    """How often a text ends with a line that is only a link: with two, it may be two pieces."""
    return sum(_source_line(link) and not _source_line(text) for text, link in pairwise(blocks))


def _counted(section: Section) -> bool:
    """Whether a section beside it under the same heading has a running number, too."""
    beside = section.above[-1].below if section.above else ()
    return any(one is not section and is_numbered(one.title) for one in beside)


def _linked_rows(block: Block) -> list[Line]:
    return [line for line in block.lines if holds_link(block.outline.resolved(line.content))]


def _source_line(block: Block) -> bool:
    """A paragraph or quote that is only a link; at an edge of the text it is the source."""
    if block.kind not in {PARAGRAPH, QUOTE} or "![" in block.text:
        return False
    return block.only is not None and bool(block.only.url)


def _pictures(section: Section, outline: Outline) -> bool:
    return any(one.kind == PICTURE for one in blocks_of(section, outline))


def _bare(block: Block) -> bool:
    """A bullet that is only a link that names nobody: a part of an item, not one."""
    return block.only is not None and is_placeholder(block.only.label)


def read(reading: Reading) -> Parts:
    """The section as one item; an empty heading in front of it is its original."""
    outline = reading.outline
    return Parts([read_item(outline.section, reading, labelled=False, original=outline.original)])
