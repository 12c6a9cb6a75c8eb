"""Headlines: a heading is an item; its title or one line below is the link.

Two headings in a row are the original and its translation. A list in front that repeats the
titles is an index, no items; the headings it groups them under are their categories.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ..checks import check_sources
from ..inline import find_links, only_link
from ..labels import is_placeholder
from ..marking import gettext_noop
from ..outline import Kind, Line, Outline, Section
from ..reading import Parts, Reading
from ..titles import (
    is_numbered,
    item_title,
    section_category,
    section_name,
    split_linked_title,
    title_of,
)
from ..value import Item, Link
from . import links

NAME = "headlines"
LABEL = gettext_noop("Headlines")
SURENESS = 0.8

_LEVELS = range(1, 7)


@dataclass(slots=True)
class _Found:
    """An item's sections: its own, the one of the original before it, sub-headings after it."""

    section: Section
    original: Section | None = None
    below: list[Section] = field(default_factory=list)


def _at_level(outline: Outline, level: int) -> list[Section]:
    return [section for section, _heading in outline.headed() if section.level == level]


def _links_of(section: Section, outline: Outline) -> int:
    """Links in the title and the text."""
    found = len(find_links(outline.resolved(section.title)))
    return found + sum(
        len(find_links(outline.resolved(line.content))) for line in section.content()
    )


def item_level(outline: Outline) -> tuple[int, int]:
    """(level, how many headings of it look like headlines); (0, 0) when none does.

    A headline has a link of its own and little text: a linked title, a line that is only a link,
    or a line or two of text with at most three links.
    """
    best = (0, 0)
    for level in _LEVELS:
        leafs = [
            one
            for one in _at_level(outline, level)
            if one.holds_anything() or _linked(one, outline)
        ]
        good = sum(1 for section in leafs if _is_headline(section, outline))
        if good * 10 >= len(leafs) * 6 and good > best[1]:
            best = (level, good)
    return best


def _linked(section: Section, outline: Outline) -> bool:
    return only_link(outline.resolved(section.title)) is not None


def _is_headline(section: Section, outline: Outline) -> bool:
    if any(below.holds_anything() for below in section.below):
        return False
    bullets = sum(1 for line in section.content() if line.kind is Kind.BULLET)
    if bullets > 6:
        return False
    if _linked(section, outline):
        return True
    texts = [line for line in section.content() if line.kind in {Kind.TEXT, Kind.QUOTE}]
    if any(only_link(outline.resolved(line.content)) is not None for line in texts):
        return sum(len(line.content) for line in texts) < 3000
    return 1 <= _links_of(section, outline) <= 3 and len(texts) <= 4


def evidence(outline: Outline) -> float:
    """`SURENESS` for three headlines or more, unless a list of links has more items.

    A list that repeats the titles is an index of them, and then outweighs nothing.
    """
    level, good = item_level(outline)
    if good < 3:
        return 0.0
    if good > links.count(outline) or _index(outline, level).sections:
        return SURENESS
    return 0.0


def read(reading: Reading) -> Parts:
    """Items in order, the text in front of them as introduction."""
    outline = reading.outline
    level = item_level(outline)[0] or max((s.level for s in outline.sections), default=0)
    index = _index(outline, level)
    found = _find(reading, level, index)
    parts = Parts([])
    first = found[0].original or found[0].section if found else None
    _leave_out(index, reading)
    parts.intro = reading.before(
        first.heading.number if first is not None and first.heading is not None else 0,
        skip=index.sections,
    )
    numbered = sum(is_numbered(one.section.title) for one in found) * 2 > len(found)
    parts.items = [_item(one, reading, index.groups, numbered) for one in found]
    _claim_sections(reading, found)
    return parts


def _leave_out(index: _Index, reading: Reading) -> None:
    """The index repeats the items' titles: no item holds its lines, and the editor need not act."""
    told = False
    for section in reading.outline.sections:
        if id(section) not in index.sections or section.heading is None:
            continue
        if section_name(section.title) in index.groups.values():
            reading.claim(section.heading)
        reading.left_out.update(line.number for line in (section.heading, *section.lines))
        if not told:
            told = True
            reading.problems.note("index-left-out", line=section.heading.number)


@dataclass(slots=True)
class _Index:
    sections: set[int] = field(default_factory=set)
    groups: dict[str, str] = field(default_factory=dict)


def _plain(text: str) -> str:
    text = re.sub(r"\[([^\[\]]*)\]\([^()]*(?:\([^()]*\)[^()]*)*\)", r"\1", text)
    return re.sub(r"[\W_]+", "", re.sub(r"#\s*\d+[`\s]*$", "", text)).casefold()


def _index(outline: Outline, level: int) -> _Index:
    """Sections in front whose list repeats the titles of later ones."""
    titles = sorted({_plain(section.title) for section in _at_level(outline, level)} - {""})
    index = _Index()
    for section in outline.sections:
        listed = [line for line in section.content() if line.kind in {Kind.BULLET, Kind.NUMBER}]
        hits = [
            title
            for line in listed
            if (title := _repeated(_plain(line.content), titles)) is not None
        ]
        if listed and len(hits) * 2 > len(listed):
            index.sections.add(id(section))
            for above in section.above:
                is_title = above.heading is None or above.heading.number == outline.title_line
                if not is_title and not above.holds_anything():
                    index.sections.add(id(above))
            if section.level > level or section.above:
                index.groups.update((title, section_name(section.title)) for title in hits)
        elif not listed and section.level == level and index.sections:
            break
    return index


def _repeated(name: str, titles: Sequence[str]) -> str | None:
    """The title that `name` is, or starts with; `titles` are sorted, so it is the one before."""
    place = bisect_right(titles, name)
    title = titles[place - 1] if place else ""
    if title and (name == title or (len(title) > 8 and name.startswith(title))):
        return title
    return None


def _find(reading: Reading, level: int, index: _Index) -> list[_Found]:
    found: list[_Found] = []
    waiting: Section | None = None
    for section, _heading in reading.outline.headed():
        if id(section) in index.sections:
            continue
        if section.level == level:
            if not (section.holds_anything() or section.below or _linked(section, reading.outline)):
                if waiting is not None:
                    _say_empty(waiting, reading)
                waiting = section
                continue
            found.append(_Found(section, waiting))
            waiting = None
            continue
        if waiting is not None:
            _say_empty(waiting, reading)
            waiting = None
        if section.level > level and found and found[-1].section in section.above:
            found[-1].below.append(section)
    if waiting is not None:
        _say_empty(waiting, reading)
    return found


def _say_empty(section: Section, reading: Reading) -> None:
    assert section.heading is not None
    reading.problems.warn("item-empty", {"case": "heading"}, section.heading.number)


def _item(found: _Found, reading: Reading, groups: dict[str, str], numbered: bool) -> Item:
    section = found.section
    extra: dict[str, str] = {}
    translation = ""
    titled = found.original or section
    if found.original is not None:
        translation = title_of(section, reading)
    text = title_of(titled, reading)
    title, source, rest = split_linked_title(text)
    title = re.sub(r"\s*`?#\d+`?\s*$", "", title) or title
    sources = [source] if source is not None else []
    lines: list[Line] = []
    unsafe = False
    for line in section.lines:
        link = None
        if line.kind is Kind.TEXT and "](" in line.content:
            link = only_link(reading.resolved(line.content))
        if link is not None and is_placeholder(link.label):
            reading.claim(line)
            if not link.url:
                reading.say_unsafe(line)
                unsafe = True
            elif all(link.url != one.url for one in sources):
                sources.append(link)
        else:
            lines.append(line)
    blocks = [reading.block(lines), *(reading.section_block(below) for below in found.below)]
    if translation:
        extra["translation"] = translation
        blocks.insert(0, f"**{translation.strip('*')}**")
    if rest and _plain(rest):  # A running number behind the title is no text.
        blocks.insert(0, rest)
    assert titled.heading is not None
    category = groups.get(_plain(titled.title), "") or section_category(section, reading, own=False)
    item = Item(
        title=item_title(title) if numbered else title,
        line=titled.heading.number,
        category=category,
        sources=tuple(_named(link) for link in sources),
        body="\n\n".join(block for block in blocks if block),
        extra=extra,
    )
    if not unsafe:
        check_sources(item, reading.problems)
    return item


def _named(link: Link) -> Link:
    """A label that names nobody (`Read more →`) gives way to the address's host."""
    if not link.url or not is_placeholder(link.label):
        return link
    host = urlsplit(link.url).hostname or link.url
    return Link(host.removeprefix("www."), link.url)


def _claim_sections(reading: Reading, found: Sequence[_Found]) -> None:
    """Headings that are categories have found their place."""
    for one in found:
        for above in one.section.above:
            reading.claim_section(above)
