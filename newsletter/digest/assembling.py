"""A plan carried out: items, introduction and tail in the order of the document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from . import checks, shapes
from .blocks import PARAGRAPH, PICTURE, QUOTE, RULE, cut
from .facts import ends_tagged
from .index_rows import join_rows
from .inline import find_links, holds_link, without_pictures
from .labels import is_placeholder
from .leads import claim_lead_ins, read_lead
from .markdown import plain_text
from .outline import EMPTY, Kind, Line, Section
from .plans import Plan
from .reading import Parts, Reading
from .shapes import Shape
from .sources import is_address, link_line, named
from .tail import read_tail
from .titles import (
    is_numbered,
    is_numbered_section,
    section_category,
    section_name,
    section_path,
)
from .value import Item, Link, SectionReading

# An introduction is what an editor says to everybody before the first item: a screen of text. More
# than that has a subject of its own, which a reader who chose other things must not get unasked.
_LONGEST_INTRODUCTION = 3_000  # columns of its plain text; a Chinese character has two
_MOST_PARAGRAPHS = 12


@dataclass(slots=True)
class Assembled:
    """What was read: the parts, and how each section was."""

    parts: Parts
    sections: list[SectionReading] = field(default_factory=list)


def count_numbers(plans: Sequence[Plan], reading: Reading) -> None:
    """See whether titles of items, and headings above items, have running numbers, or tags."""
    every = [plan for one in plans for plan in one.everything()]
    items = [plan.section.title for plan in every if plan.shape is not None]
    most = sum(map(is_numbered, items)) * 2 > len(items)
    reading.numbered_titles = frozenset(
        number
        for beside in (plans, *(plan.below for plan in every))
        for number in _counted_titles(beside, most=most)
    )
    reading.tagged = sum(map(ends_tagged, items)) * 2 > max(2, len(items))
    reading.numbered_sections = frozenset(
        number
        for beside in (plans, *(plan.below for plan in every))
        for number in _numbered(beside)
    )


def _counted_titles(beside: Sequence[Plan], *, most: bool) -> list[int]:
    """The lines of titles with running numbers, where most of those beside each other have them.

    One alone counts where `most` of the document's have: "1. FC Koeln" is a name.
    """
    titles = [plan.section for plan in beside if plan.shape is not None]
    found = [one.heading.number for one in titles
             if one.heading is not None and is_numbered(one.title)]  # fmt: skip
    return found if len(found) * 2 > len(titles) and (most or len(found) > 1) else []


def _numbered(beside: Sequence[Plan]) -> list[int]:
    """The lines of headings above items that are numbered, where several beside each other are.

    Where nothing but the number tells them apart ("1회차", "Week 2"), it is their name.
    """
    found = [
        (plan.section.heading.number, section_name(plan.section.title, numbered=True).casefold())
        for plan in beside
        if (plan.shape is None or plan.alone)
        and plan.section.heading is not None
        and is_numbered_section(plan.section.title)
    ]
    alike = len({name for _number, name in found}) < len(found)
    return [] if alike or len(found) < 2 else [number for number, _name in found]


def assemble(plans: Sequence[Plan], reading: Reading) -> Assembled:
    """Read every section as planned."""
    made = Assembled(Parts([]))
    labelled = []
    intro: list[str] = []
    for plan in plans:
        if plan.section.heading is None or _is_title(plan.section, reading):
            first = _read_pieces(plan, reading, made)
            if text := _introduction(plan.section, first, reading):
                intro.append(text)
        elif plan.introduction:
            if text := _introduction(plan.section, 0, reading):
                intro.append(text)
        else:
            _read(plan, reading, made)
    intro += _in_front(reading, made, intro)
    made.parts.intro = "\n\n".join(intro)
    made.parts.items, made.sections = join_rows(made.parts.items, made.sections)
    made.parts.items = [_with_only_link(item) for item in made.parts.items]
    for item in made.parts.items:
        checks.check_title(item, reading.problems)
        # A source with an unsafe link was warned of already.
        if reading.unsafe_lines.isdisjoint(range(item.line, item.last_line + 1)):
            checks.check_sources(item, reading.problems)
    labelled = [item for item in made.parts.items if item.insight or item.bullets]
    if len(labelled) * 2 >= len(made.parts.items):
        checks.check_complete(made.parts.items, reading.problems)
    return made


def assemble_whole(shape: Shape, reading: Reading) -> Assembled:
    """The document as one item."""
    outline = reading.outline
    title = next((one for one in outline.sections if _is_title(one, reading)), None)
    part = title or outline.sections[0]
    parts = shape.read(reading.part(outline.of(part, outline.sections)))
    lines = [line.number for line in outline.lines if line.kind is not Kind.BLANK]
    section = SectionReading(
        "", reading.title, part.level, lines[0] if lines else 0, lines[-1] if lines else 0,
        shape.name, len(parts.items),
    )  # fmt: skip
    return Assembled(parts, [section])


def _is_title(section: Section, reading: Reading) -> bool:
    return section.heading is not None and section.heading.number == reading.outline.title_line


def _read(plan: Plan, reading: Reading, made: Assembled) -> None:
    section = plan.section
    assert section.heading is not None
    before = len(made.parts.items)
    if plan.tail:
        read_tail(section, reading, made.parts)
        _note(plan, "tail", 0, made)
        return
    if plan.shape is not None:
        outline = reading.outline.of(section, list(section.everything()), plan.original)
        items = plan.shape.read(reading.part(outline)).items
        made.parts.items += [_in_own_section(item, plan, reading) for item in items]
        _note(plan, plan.shape.name, len(made.parts.items) - before, made)
        return
    if not plan.blocks:
        reading.claim_section(section)
        reading.leave_out(section.content())
        reading.problems.warn("item-empty", {"case": "heading"}, section.heading.number)
        return
    _read_pieces(plan, reading, made)
    for one in plan.below:
        _read(one, reading, made)
    if len(made.parts.items) > before and (lead := read_lead(plan, reading)) is not None:
        made.parts.items.insert(before, lead)
    claim_lead_ins(section, reading)
    reading.claim_section(section)


def _with_only_link(item: Item) -> Item:
    """An item without a source, with the only address it leads to, given on a line of its own.

    Inside a sentence a link is a remark, even when it is the only one.
    """
    if item.sources:
        return item
    urls = {link.url for link in find_links(item.body) if link.url}
    alone = any(link_line(line) for line in item.body.splitlines() if "](" in line)
    if len(urls) != 1 or not alone:
        return item
    return replace(item, sources=tuple(named(Link(url, url)) for url in urls))


def _in_own_section(item: Item, plan: Plan, reading: Reading) -> Item:
    """An item whose heading is a section's too is filed under it, with the one link it is about."""
    if not plan.alone:
        return item
    sources = item.sources
    if not sources:
        links = {link.url: link for link in find_links(item.body) if link.url}
        sources = tuple(named(link) for link in links.values()) if len(links) == 1 else ()
    return replace(
        item,
        category=item.category or section_category(plan.section, reading),
        section=section_path(plan.section, reading),
        sources=sources,
    )


def _read_pieces(plan: Plan, reading: Reading, made: Assembled) -> int:
    """Read a section's own lines; returns the number of the first line of an item, 0 for none."""
    before = len(made.parts.items)
    for piece in plan.pieces:
        if piece.shape is not None:
            outline = reading.outline.of(piece.section, [piece.section])
            parts = piece.shape.read(reading.part(outline))
            made.parts.items += parts.items
    if plan.section.heading is not None or plan.name:
        _note(plan, plan.name, len(made.parts.items) - before, made)
    found = made.parts.items[before:]
    return min((item.line for item in found), default=0)


def _note(plan: Plan, shape: str, items: int, made: Assembled) -> None:
    section = plan.section
    if not shape and not items and not any(piece.blocks for piece in plan.pieces):
        return
    last = section.last
    if plan.shape is not None:
        last = max(one.last for one in section.everything())
    made.sections.append(
        SectionReading(plan.key, section.title, section.level, section.first, last, shape, items)
    )


def _introduction(section: Section, until: int, reading: Reading) -> str:
    """The open lines of a section in front of line `until` (0: all), if they only introduce."""
    lines = _without_titles(
        [
            line
            for line in section.lines
            if (not until or line.number < until) and _is_ours(line, reading)
        ],
        reading,
    )
    while lines and lines[-1].kind in EMPTY:
        lines.pop()
    if not any(line.kind not in EMPTY for line in lines) or _is_long(lines, reading):
        return ""
    return _text_of(section, lines, reading, heading=not _is_title(section, reading))


def _in_front(reading: Reading, made: Assembled, intro: Sequence[str]) -> list[str]:
    """What stands in front of the first item under headings of their own: short words to all.

    Only text; a list or a link that no shape took is a question. So is a text with a link above the
    items of its own section: it may be one of them.
    """
    first = min((item.line for item in made.parts.items), default=0)
    found: list[tuple[Section, list[Line]]] = []
    for section in reading.outline.sections:
        if section.first >= first:
            break
        if section.heading is None or _is_title(section, reading):
            continue
        lines = [line for line in section.lines if line.number < first and _is_ours(line, reading)]
        if any(line.kind not in EMPTY for line in lines):
            own = section.level > 1 and section.first < first <= section.last
            if own and any(holds_link(reading.resolved(line.raw)) for line in lines):
                return []
            found.append((section, lines))
    every = [line for _section, lines in found for line in lines]
    kinds = {one.kind for one in cut(every, reading.outline)}
    if len(_without_titles(every, reading)) < len(every):
        return []
    if not kinds <= {PARAGRAPH, QUOTE, PICTURE, RULE} or _is_long(every, reading, intro):
        return []
    texts = []
    for section, lines in found:
        alone = section.heading is not None and reading.is_open(section.heading)
        texts.append(_text_of(section, lines, reading, heading=alone))
    return texts


def _without_titles(lines: Sequence[Line], reading: Reading) -> list[Line]:
    """Lines without the paragraphs that are only a link: a title, which greets nobody.

    An address, or a link that names nothing ("Read online"), may be part of a greeting.
    """
    titles = {
        line.number
        for one in cut(lines, reading.outline)
        if one.kind == PARAGRAPH and "![" not in one.text
        and one.only is not None and one.only.url
        and not (is_address(one.only) or is_placeholder(one.only.label))
        for line in one.lines
    }  # fmt: skip
    return [line for line in lines if line.number not in titles]


def _text_of(section: Section, lines: Sequence[Line], reading: Reading, *, heading: bool) -> str:
    text = reading.block(lines)
    if not heading or section.heading is None:
        return text
    reading.claim(section.heading)
    return f"{'#' * max(2, section.level)} {reading.resolved(section.title)}\n\n{text}"


def _is_ours(line: Line, reading: Reading) -> bool:
    return line.kind in {Kind.BLANK, Kind.RULE} or reading.is_open(line)


def _is_long(lines: Sequence[Line], reading: Reading, before: Sequence[str] = ()) -> bool:
    blocks = [one for one in cut(lines, reading.outline) if one.kind not in {RULE, PICTURE}]
    if len(blocks) > _MOST_PARAGRAPHS:
        return True
    text = plain_text(
        without_pictures("\n\n".join([*before, *(one.text for one in blocks)])), links=False
    )
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text) > _LONGEST_INTRODUCTION


def main_shape(sections: Sequence[SectionReading]) -> str:
    """The NAME of the shape that read most of the items."""
    counted: dict[str, int] = {}
    for section in sections:
        if shapes.find(section.shape) is not None:
            counted[section.shape] = counted.get(section.shape, 0) + section.items
    return max(counted, key=lambda name: counted[name], default="document") or "document"
