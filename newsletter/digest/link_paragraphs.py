"""A list of links without marks: paragraphs or lines that are each about the link they hold.

Where nearly all of a section's paragraphs begin with a link, each is an entry, as a bullet would
be; what stands between two of them, a list too, says more of the one above. Lines that end with a
break of their own are entries, where nearly all have one link. So are a line of text and the link
alone below it, where a section consists of such pairs, and paragraphs that all end with the one
link they hold, which is no word of their last sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from .blocks import BULLET, CODE, NUMBER, PARAGRAPH, PICTURE, RULE, TABLE, Block
from .inline import INLINE_LINK, columns, find_links, starts_with_link, without_links
from .labels import is_placeholder
from .outline import Line, Outline
from .title_lines import titled_line

Listed = list[tuple[Block, list[Block]]]

_LEAST = 3  # paragraphs; two may be the beginning of any text, unless their links are titles
_LEAST_PAIRS = 2
_MOST_BEFORE = 2  # paragraphs in front of a list of lines
_SHARE = 0.8  # of the texts, those that begin with a link
_SHARE_OVER_LISTS = 0.6  # where most have a list of remarks below
_LONGEST = 200  # characters of most without the addresses; longer ones are chapters of a piece
_LONGEST_TARGET = 2_000  # characters of a link's address
_SHORTEST_ALONE = 14  # columns of the only link of a section that is a title
_BELOW = frozenset({BULLET, NUMBER, CODE, TABLE})
_ENDS_LINKED = re.compile(r"(?:\]\([^()\s]+\)|https?://[^\s()]+)[\s)）\]】*_.。>]*$")
_LAST_LINK = re.compile(
    r"(?:!?\[[^\[\]]*\]\([^()\s]+\)|<?https?://[^\s()<>]+>?)[\s)）\]】*_.。>]*$", re.IGNORECASE
)
# What a link stands behind that is no word of the sentence: its end, a dash, a bracket, "via".
_APART = re.compile(r"(?:[.!?。！？:：(（\[【*_|｜→]|\s[–—-]+|——|\bvia)$", re.IGNORECASE)
# A title in bold, which is no label, and one with its link right behind.
_BOLD = re.compile(
    r"[^\w\s*_\[(<]{0,4}\s*(\*\*|__)(?=\S)[^*\n\[\]]{6,160}(?<![\s:：])\1(?!\s*[:：])"
)
_LED = re.compile(_BOLD.pattern + r"\s*(?:[—–-]{1,2}\s*)?[(（]?(?:\[|<?https?://)")
_STOP = re.compile(r"[.!?。！？](?:\s|$)")
_LONGEST_LINE = 100  # columns of an entry that is one line
_BREAK = re.compile(r"(?:(?<! ) {2,}|\\|<br\s{0,4}/?>)$", re.IGNORECASE)


def link_paragraphs(blocks: Sequence[Block]) -> Listed:
    """Each entry with the texts between it and the next; nothing when they are no such list.

    A text in front of the first one introduces them all and is in none.
    """
    if all(one.kind != PARAGRAPH for one in blocks):
        return []
    return (
        _begun(blocks) or _broken(blocks) or _paired(blocks) or _closed(blocks) or _titled(blocks)
    )


def _begun(blocks: Sequence[Block]) -> Listed:
    """Paragraphs that begin with their link, or have a list of remarks below them."""
    texts = [one for one in blocks if one.kind not in {RULE, PICTURE}]
    lists = any(one.kind in _BELOW for one in texts)
    opened = [
        one
        for place, one in enumerate(texts)
        if _begins(one) or (lists and _has_remarks(one, texts[place + 1 : place + 2]))
    ]
    begun = sum(map(_begins, opened))
    if not begun or (lists and not _over_lists(opened, texts)):
        return []
    inside = texts[texts.index(opened[0]) :]
    told = sum(one.kind not in _BELOW for one in inside)
    share = _SHARE_OVER_LISTS if lists else _SHARE
    least = (
        1
        if lists
        else _LEAST - 1
        if all(map(_is_titled, opened)) and (opened == texts or _are_headlines(opened, inside))
        else _LEAST
    )
    if len(opened) < least or begun < share * told:
        return []
    if len(texts) > len(inside) + 1 or _middle(opened) > _LONGEST:
        return []
    if len(opened) == 1 and columns(opened[0].links[0].label) < _SHORTEST_ALONE:
        return []  # "Minutes" belongs to the heading above it.
    return _with_texts(blocks, opened)


def alone(blocks: Sequence[Block]) -> Listed:
    """The only text of a section, when it begins with a link that is a title: beside lists one of
    their kind, beside texts the text of its heading."""
    texts = [one for one in blocks if one.kind not in {RULE, PICTURE}]
    if len(texts) != 1 or not _begins(texts[0]) or not _is_titled(texts[0]):
        return []
    return [] if _middle(texts) > _LONGEST else _with_texts(blocks, texts)


def _is_titled(block: Block) -> bool:
    """Whether the link a paragraph begins with is a title, and not the beginning of a sentence."""
    label = block.links[0].label
    if columns(label) < _SHORTEST_ALONE or "://" in label:
        return False
    match = INLINE_LINK.search(block.text)
    behind = block.text[match.end() :].lstrip("*_") if match is not None else ""
    tied = not behind or not behind[0].isalnum()
    return tied and not behind.strip()[:1].islower()


def _are_headlines(opened: Sequence[Block], inside: Sequence[Block]) -> bool:
    """Whether each is nothing but a link, with one text below it."""
    return all(one.only is not None for one in opened) and len(inside) == 2 * len(opened)


def _has_remarks(block: Block, behind: Sequence[Block]) -> bool:
    listed = bool(behind) and behind[0].kind in _BELOW
    return block.kind == PARAGRAPH and block.linked and listed


def _over_lists(opened: Sequence[Block], inside: Sequence[Block]) -> bool:
    """Whether most of them have a list right below, most of whose points begin with no link."""
    known = set(map(id, opened))
    below = [behind for one, behind in pairwise(inside) if id(one) in known]
    lists = sum(one.kind in _BELOW for one in below)
    points = [one for one in inside if one.kind in {BULLET, NUMBER}]
    linked = sum(1 for one in points if starts_with_link(one.text))
    return lists * 2 >= len(opened) and linked * 2 < len(points)


def _broken(blocks: Sequence[Block]) -> Listed:
    """Lines with breaks of their own, nearly all with one link; a list below one hangs on it."""
    texts = [one for one in blocks if one.kind not in {RULE, PICTURE}]
    if any(_is_listing(one) for one in texts):  # What stands in front of such lines announces them.
        first = next(place for place, one in enumerate(texts) if one.linked)
        texts = texts[first:] if first <= _MOST_BEFORE else texts
    if any(one.kind not in {PARAGRAPH, *_BELOW} for one in texts):
        return []
    listed = all(_is_listing(one) for one in texts if one.kind == PARAGRAPH)
    if not listed and not any(_BREAK.search(line.raw) for one in texts for line in one.lines[:-1]):
        return []
    made: Listed = []
    for block in texts:
        if block.kind != PARAGRAPH:
            if not made:
                return []
            made[-1][1].append(block)
            continue
        runs = list(_runs(block, every=listed))
        made += [(Block(PARAGRAPH, run, block.outline), []) for run in runs]
    entries = [entry for entry, _hanging in made]
    linked = [one for one in entries if len(one.links) == 1]
    if len(linked) < _LEAST or len(linked) < _SHARE * len(entries):
        return []
    return made if _middle(entries) <= _LONGEST else []


def _is_listing(block: Block) -> bool:
    """Whether each of several lines has one link, which begins or ends it: so no text is broken."""
    if block.kind != PARAGRAPH or len(block.lines) < _LEAST:
        return False
    named = False
    for line in block.lines:
        if "](" not in line.content and "]" not in line.content and "://" not in line.content:
            return False
        text = block.outline.resolved(line.content)
        if not (starts_with_link(text) or _ENDS_LINKED.search(text)) or len(find_links(text)) != 1:
            return False
        named = named or "](" in text or re.search(r"\w", without_links(text)) is not None
        if not named:
            return False  # Addresses alone are looked at no further.
    return True


def _runs(block: Block, *, every: bool) -> Iterator[list[Line]]:
    """The lines of a paragraph between its breaks, or `every` one; an address alone belongs to
    those above it."""
    run: list[Line] = []
    for line in block.lines:
        alone = not re.search(r"\w", without_links(block.outline.resolved(line.content)))
        alone = alone and not (every and "](" in line.content)
        if run and (every or _BREAK.search(run[-1].raw)) and not alone:
            yield run
            run = []
        run.append(replace(line, content=_BREAK.sub("", line.content)))
    if run:
        yield run


def _paired(blocks: Sequence[Block]) -> Listed:
    """A line without a link and the link alone below it, again and again."""
    texts = [one for one in blocks if one.kind not in {RULE, PICTURE}]
    if len(texts) < 2 * _LEAST_PAIRS or len(texts) % 2:
        return []
    made: Listed = []
    for said, linked in zip(texts[::2], texts[1::2], strict=True):
        if said.kind != PARAGRAPH or linked.kind != PARAGRAPH or said.linked:
            return []
        link = linked.only
        if link is None or not link.url or len(said.lines) > 1 or len(said.text) > _LONGEST:
            return []
        if _words(link.label) and _words(link.label) in _words(said.text):
            made.append((linked, [said]))
        else:
            made.append((Block(PARAGRAPH, [*said.lines, *linked.lines], said.outline), []))
    return made


def _closed(blocks: Sequence[Block]) -> Listed:
    """Paragraphs that each end with their one link; one may greet in front, one close behind."""
    texts = [one for one in blocks if one.kind not in {RULE, PICTURE}]
    if len(texts) < _LEAST or not all(map(_may_be_closed, texts[1:-1])):
        return []
    closed = closed_by_link(texts)
    inside = texts[texts.index(closed[0]) :][: len(closed)] if closed else []
    if len(closed) < _LEAST or inside != closed or len(texts) > len(closed) + 2:
        return []
    if len({one.links[0].url for one in closed}) < len(closed) or _middle(closed) > _LONGEST:
        return []
    return [(one, []) for one in closed]


def _titled(blocks: Sequence[Block]) -> Listed:
    """Paragraphs of one link each that begin with a title in bold and this link, or end with it; or
    whose first line is a title; or single lines, each a few words and their link."""
    texts = [one for one in blocks if one.kind not in {RULE, PICTURE}]
    if len(texts) < _LEAST_PAIRS or any(one.kind != PARAGRAPH for one in texts):
        return []
    if _greets(texts[0].outline):
        return []
    led = all(_BOLD.match(one.text) for one in texts)
    if not led and not all(map(_is_line, texts)) and not all(titled_line(x.text) for x in texts):
        return []
    if any(len(one.links) != 1 or not one.links[0].url for one in texts):
        return []
    if not led and len(texts) < _LEAST and not all("://" in one.links[0].label for one in texts):
        return []
    if led and not all(_LED.match(one.text) or _may_be_closed(one) for one in texts):
        return []
    if len({one.links[0].url for one in texts}) < len(texts) or _middle(texts) > _LONGEST:
        return []
    return [(one, []) for one in texts]


def _greets(outline: Outline) -> bool:
    """Whether the section stands above all others: what it says introduces them."""
    section = outline.section
    first = section.heading is None or section.heading.number == outline.title_line
    return first and bool(outline.headed())


def _is_line(block: Block) -> bool:
    """Whether a paragraph is one short line without a sentence's end, and a link closes it."""
    if len(block.lines) > 1 or not _may_be_closed(block):
        return False
    words = without_links(block.text).strip()
    return 0 < columns(words) <= _LONGEST_LINE and not _STOP.search(words)


def closed_by_link(blocks: Sequence[Block]) -> list[Block]:
    """The paragraphs with words and one link, at the end, which says where they are from: an
    address, a "Link", or a name that stands in brackets or behind the last sentence."""
    found = []
    for block in blocks:
        if not _may_be_closed(block) or len(block.links) != 1:
            continue
        start = max(0, len(block.text) - len(block.links[0].url) - _LONGEST)
        match = _LAST_LINK.search(block.text, start)
        if match is None or not re.search(r"\w", without_links(block.text)):
            continue
        link = block.links[0]
        named = "://" in link.label or is_placeholder(link.label)
        before = block.text[: match.start()].rstrip()
        if link.url and before and (named or _APART.search(before)):
            found.append(block)
    return found


def _may_be_closed(block: Block) -> bool:
    """Whether the last word of a paragraph is, or ends, a link; told without looking for links."""
    last = block.text[-_LONGEST_TARGET:].split()[-1:] if block.kind == PARAGRAPH else []
    return bool(last) and ("](" in last[0] or "://" in last[0])


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _middle(blocks: Sequence[Block]) -> int:
    lengths = sorted(len(one.text) - sum(len(link.url) for link in one.links) for one in blocks)
    return lengths[len(lengths) // 2]


def _with_texts(blocks: Sequence[Block], opened: Sequence[Block]) -> Listed:
    found: Listed = []
    known = set(map(id, opened))
    for block in blocks:
        if id(block) in known:
            found.append((block, []))
        elif found and block.kind != RULE:
            found[-1][1].append(block)
    return found


def _begins(block: Block) -> bool:
    """Whether a paragraph begins with a link that names what it leads to."""
    if block.kind != PARAGRAPH or not starts_with_link(block.text) or not block.links:
        return False
    link = block.links[0]
    return bool(link.url) and not is_placeholder(link.label) and not block.text.startswith("[![")
