"""Text above the items of a section: its lead story, or the line that announces a list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from .blocks import BULLET, NUMBER, PARAGRAPH, PICTURE, QUOTE, RULE, Block, cut
from .inline import columns, find_links, only_link, without_links
from .markdown import plain_text
from .outline import EMPTY, Kind, Line, Section
from .plans import Plan
from .reading import Reading
from .titles import section_category, section_path, split_linked_title
from .value import Item

_SHORTEST = 60  # columns of a lead story; less is a remark. A Chinese character has two.
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。！？]")
_LONGEST_LEAD_IN = 400  # columns of two sentences at the beginning of a section
_LONGEST_LINE = 120  # characters of a line that announces a list


def read_lead(plan: Plan, reading: Reading) -> Item | None:
    """The text in front of a section's first item as an item of its own; None when it is a remark.

    Under a heading that is a link, what the heading links to is the item. Else the text has to be
    one: it stands above sections that are items, has a link, and is more than a sentence.
    """
    section = plan.section
    assert section.heading is not None
    title = reading.resolved(section.title)
    linked = only_link(title) is not None
    lines = _open_lines(section, reading, until_item=not linked)
    blocks = [one for one in cut(lines, reading.outline) if one.kind != RULE]
    if not blocks or not (linked or (plan.below and _is_story(blocks))):
        return None
    if linked:
        heading, source, rest = split_linked_title(title)
        body = reading.block(lines)
        name, category = heading, section_category(section, reading, own=False)
        path = section_path(section, reading, own=False)
    else:
        first = next(one for one in blocks if one.kind == PARAGRAPH)
        name, source, _rest = split_linked_title(first.text)
        rest, body = "", reading.block(lines)
        category, path = section_category(section, reading), section_path(section, reading)
    return Item(
        title=name.strip("*_ "),
        line=section.heading.number if linked else lines[0].number,
        category=category,
        sources=(source,) if source is not None else (),
        body="\n\n".join(part for part in (rest, body) if part),
        section=path,
        last_line=lines[-1].number,
    )


def _open_lines(section: Section, reading: Reading, *, until_item: bool) -> list[Line]:
    """The open lines of a section, with the blank ones between them; those in front, or all."""
    found: list[Line] = []
    for line in section.lines:
        if line.number in reading.claimed and line.kind not in EMPTY:
            if until_item:
                break
            continue
        if line.number not in reading.left_out and line.kind is not Kind.RULE:
            found.append(line)
    while found and found[0].kind in EMPTY:
        found.pop(0)
    while found and found[-1].kind in EMPTY:
        found.pop()
    return found


def _is_story(blocks: list[Block]) -> bool:
    texts = [one for one in blocks if one.kind == PARAGRAPH]
    if not texts or any(one.kind not in {PARAGRAPH, PICTURE} for one in blocks):
        return False
    text = "\n\n".join(one.text for one in texts)
    if not any(link.url for link in find_links(text)) or text.rstrip(" *_").endswith((":", "：")):
        return False
    if not re.search(r"\w", without_links(text)):
        return False
    plain = plain_text(text, links=False)
    if len(_SENTENCE_END.findall(plain)) < 2:
        return False
    return columns(plain) >= _SHORTEST


def is_lead_in(blocks: Sequence[Block]) -> bool:
    """Whether a text is only a sentence or two without a link, as stand below a section's heading
    to say what the section is about."""
    texts = [one for one in blocks if one.kind != PICTURE]
    if len(texts) != 1 or texts[0].kind not in {PARAGRAPH, QUOTE} or texts[0].linked:
        return False
    plain = plain_text(texts[0].text, links=False)
    return len(_SENTENCE_END.findall(plain)) <= 2 and columns(plain) <= _LONGEST_LEAD_IN


def claim_lead_ins(section: Section, reading: Reading) -> None:
    """A line that ends with a colon right above a list of items is the heading of that list."""
    blocks = cut(section.lines, reading.outline)
    for block, below in pairwise(blocks):
        line = block.lines[0]
        if (
            block.kind == PARAGRAPH
            and len(block.lines) == 1
            and below.kind in {BULLET, NUMBER}
            and below.lines[0].number in reading.claimed
            and reading.is_open(line)
            and len(line.content) <= _LONGEST_LINE
            and line.content.rstrip("*_ ").endswith((":", "："))
            and not find_links(block.text)
        ):
            reading.claim(line)
            reading.outer[line.number] = reading.resolved(line.content).strip("*_ :：")
