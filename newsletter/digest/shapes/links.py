"""Link lists: a heading is a section, a bullet an item when most have a link, its nested text a
note. Paragraphs or lines that are each about their link are such a list, too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ..blocks import BULLET, NUMBER, PARAGRAPH, PICTURE, QUOTE, RULE, Block, blocks_of
from ..bold_leads import bold_lead
from ..hanging import hung
from ..inline import INLINE_LINK, columns, starts_with_link
from ..labels import is_placeholder
from ..link_paragraphs import alone, link_paragraphs
from ..marking import gettext_noop
from ..nested import SHORTEST_TITLE, Entry, entries, links_below, outdented
from ..outline import Outline
from ..reading import Parts, Reading
from ..sources import is_address, named, same_words
from ..titles import (
    section_category,
    section_name,
    section_path,
    split_linked_title,
)
from ..value import Item
from ..whereabouts import says_where

NAME = "links"
LABEL = gettext_noop("Lists of links")
SURENESS = 0.7

# Links behind the last sentence: what a text says ends before them.
_ENDS_APART = re.compile(
    r"(?:[.!?。！？:：]|\s[–—-])[*_]{0,3}\s*(?:[|·,、/\s]{0,3}\[{1,2}[^\[\]]+\]{0,2}\([^()\s]+\)\]?)+[\s.)]{0,3}$"
)
_TARGET = re.compile(r"\]\([^()\s]*\)")
# Characters without addresses; longer bullets are prose with a dot in front. Lists of links average
# 30 to 120.
_LONGEST_NOTE = 200
# The least share of bullets with a link among bullets and paragraphs, for three bullets or more.
_SHARE = 0.32
_ALONE = 0.5  # evidence of a single paragraph that begins with its link
_OF_BULLETS = 0.6  # the least share of bullets with a link among bullets


def evidence(outline: Outline) -> float:
    """`SURENESS` times the share of the section that its bullets with a link hold."""
    if says_where(outline.section, outline):
        return 0.0
    every = blocks_of(outline.section, outline)
    if listed := link_paragraphs(every):
        texts = sum(one.kind not in {RULE, PICTURE} for one in every)
        held = len(listed) + sum(len(hanging) for _one, hanging in listed)
        sure = SURENESS if len(listed) > 1 else SURENESS / 2  # One may be the text of its heading.
        return sure * min(1.0, held / texts)
    if alone(every):
        return _ALONE
    bullets = [one.block for one in entries(every)]
    others = [one for one in every if one.kind not in {BULLET, RULE, PICTURE}]
    linked = [one for one in bullets if one.linked or links_below(one)[0]]
    if not linked or len(linked) < _OF_BULLETS * len(bullets):
        return 0.0
    only = bullets[0].only
    if len(bullets) == 1 and only is not None and is_placeholder(only.label):
        return 0.0  # "Read more" belongs to the text beside it.
    lengths = sorted(map(_length, linked))
    if lengths[len(lengths) // 2] > _LONGEST_NOTE:
        return 0.0
    hanging = {id(one) for texts in hung(outline).values() for one in texts}
    outside = [one for one in others if id(one) not in hanging]
    prose = sum(one.kind in {PARAGRAPH, QUOTE, NUMBER} for one in outside)
    needed = _SHARE if len(linked) >= 3 else 0.5
    if len(linked) < needed * (len(linked) + prose):
        return 0.0
    held = len(bullets) + len(others) - len(outside)
    return SURENESS * held / (held + len(outside))


def _length(block: Block) -> int:
    """Characters without addresses; of a bullet with a title, in a link in front or in bold with
    the link at the end, only those of the title."""
    if len(block.text) <= _LONGEST_NOTE:  # Short as it is, whatever its address.
        return len(block.text)
    link = next(iter(block.links), None)
    titled = link is not None and link.url and starts_with_link(block.text)
    if link is not None and titled and columns(link.label) >= SHORTEST_TITLE:
        return len(link.label)
    lead = bold_lead(block.text) if _ENDS_APART.search(block.text) is not None else None
    if lead is not None:
        return len(lead[0])
    return len(_TARGET.sub("]", block.text))


def read(reading: Reading) -> Parts:
    """Each bullet as an item, in order, with the text that hangs on it."""
    parts = Parts([])
    blocks = blocks_of(reading.outline.section, reading.outline)
    texts = hung(reading.outline)
    listed = link_paragraphs(blocks) or alone(blocks)
    found = [Entry(one) for one, _hanging in listed] or entries(blocks)
    if not found:
        return parts
    texts = {id(one): hanging for one, hanging in listed} or texts
    common = _common(found)
    section = reading.outline.section
    place = section_category(section, reading), section_path(section, reading)
    for entry in found:
        for group in entry.groups:
            reading.claim(*group.lines)
        hanging = texts.get(id(entry.groups[0] if entry.groups else entry.block), [])
        parts.items.append(_item(entry, hanging, reading, *place, common))
    return parts


def _common(found: Sequence[Entry]) -> frozenset[str]:
    """The links that most entries begin with where another follows: "[project] [#7](…) Mend it"."""
    counted = Counter(
        one.block.links[0].url
        for one in found
        if len(one.block.links) > 1 and starts_with_link(one.block.text)
    )
    return frozenset(url for url, number in counted.items() if number > 1)


def _behind(text: str) -> str:
    """What stands behind the link a text begins with, when that begins with one, too."""
    match = INLINE_LINK.search(text)
    behind = text[match.end() :].strip(" :：-–—") if match is not None else ""
    return behind if starts_with_link(behind) else ""


def _item(
    entry: Entry,
    texts: Sequence[Block],
    reading: Reading,
    category: str,
    above: str,
    common: frozenset[str],
) -> Item:
    block = entry.block
    reading.claim(*block.lines)
    title, source, rest = split_linked_title(block.text)
    if source is not None and source.url in common and (behind := _behind(block.text)):
        title, source, rest = *split_linked_title(behind)[:2], block.text
    links, lines = links_below(block)
    reading.claim(*lines)
    if source is not None and not (is_address(source) or same_words(source.label, title)):
        source = named(source)
    sources = [source] if source is not None else [named(link) for link in links]
    names = [section_name(group.text).rstrip("*_:： ") for group in entry.groups]
    path = [above, *names]
    note = reading.block(outdented([line for line in block.below if line not in lines]))
    hung_on = [reading.block(list(one.all_lines())) for one in texts]
    return Item(
        title=title,
        line=block.first,
        category=category or (names[0] if names else ""),
        sources=tuple(sources),
        body="\n\n".join(part for part in (rest, note, *hung_on) if part),
        section=" / ".join(part for part in path if part),
        last_line=max(block.last, *(one.last for one in texts)) if texts else block.last,
    )
