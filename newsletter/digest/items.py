"""One section, or some lines of one, as an item."""

from __future__ import annotations

from collections.abc import Sequence

from .bullets import read_bullets
from .citations import references_below
from .facts import split_badge
from .inline import find_links
from .item_lines import ItemLines
from .outline import EMPTY, Kind, Line, Section
from .reading import Reading
from .sources import is_address, link_line, named, same_words
from .titles import section_category, section_path, split_linked_title, title_of
from .value import Item, Link


def read_item(
    section: Section,
    reading: Reading,
    *,
    labelled: bool,
    original: Section | None = None,
) -> Item:
    """The section, with all below it, as an item.

    `labelled` items keep their lists as bullets and take unknown labels in quotes as fields; others
    keep all that is no field as text. `original` is the empty heading above, of which this heading
    is the translation.
    """
    titled = original or section
    assert titled.heading is not None and section.heading is not None
    translation = title_of(section, reading) if original is not None else ""
    lines = ItemLines(section, reading, labelled)
    lines.title = title_of(titled, reading)
    rest = lines.read_title()
    lines.read()
    below = []
    for one in section.below:
        found = references_below(one, reading)
        lines.sources += found
        below += [] if found else [one]
    if not lines.sources and below:
        lines.sources += _last_link(section, reading)
    insight = reading.resolved("\n".join(lines.insight).strip())
    bullets = read_bullets(lines.list_lines, reading)
    summary = reading.resolved("\n".join(lines.summary_text).strip())
    blocks = [
        rest,
        f"**{translation.strip('*')}**" if translation else "",
        summary,
        reading.block(lines.body),
        *(reading.section_block(inner) for one in below for inner in one.everything()),
    ]
    body = "\n\n".join(block for block in blocks if block)
    if not (insight or bullets or body or (lines.sources and not labelled)):
        reading.problems.warn("item-empty", {"case": "item"}, section.heading.number)
    if translation:
        lines.extra["translation"] = translation
    return Item(
        title=lines.title,
        line=titled.heading.number,
        category=lines.category or reading.category_of(section, titled),
        sources=tuple(lines.sources),
        date=lines.date,
        insight=insight,
        bullets=bullets,
        body=body,
        score=lines.score,
        extra=lines.extra,
        tags=tuple(lines.tags),
        authors=tuple(lines.authors),
        section=section_path(section, reading, own=False),
        last_line=max(one.last for one in section.everything()),
        lines=lines.places,
    )


def _last_link(section: Section, reading: Reading) -> list[Link]:
    """The link that ends the last of the sections below, on a line of its own; it stays there."""
    last = list(section.everything())[-1]
    for line in reversed(last.lines):
        if line.kind not in EMPTY:
            link = link_line(reading.resolved(line.content)) if line.kind is Kind.TEXT else None
            return [named(link)] if link is not None and link.url else []
    return []


def read_entry(
    title: str, line: Line, lines: Sequence[Line], reading: Reading, pictures: Sequence[Line] = ()
) -> Item:
    """An item without a heading: its title in `line`, its text in `lines`, `pictures` above it."""
    section = reading.outline.section
    reading.claim(line)
    part = Section(section.level, title, None, lines)
    entry = ItemLines(part, reading, labelled=False)
    entry.title, entry.score, badge = split_badge(title)
    if badge:
        entry.extra["score"] = badge
    rest = ""
    entry.title, source, rest = split_linked_title(entry.title)
    if source is not None:
        told = is_address(source) or same_words(source.label, entry.title)
        entry.sources.append(source if told else named(source))
    entry.read()
    blocks = [rest, reading.block(pictures), reading.block(entry.body)]
    if not entry.sources:  # As in a bullet, the first link of its text is what it is about.
        linked = [link for link in find_links("\n".join(blocks)) if link.url]
        entry.sources += [named(Link(link.url, link.url)) for link in linked[:1]]
    held = [one for one in lines if one.kind not in EMPTY]
    return Item(
        title=entry.title.strip("*_ ") or entry.title,
        line=line.number,
        category=entry.category or section_category(section, reading),
        sources=tuple(entry.sources),
        date=entry.date,
        body="\n\n".join(block for block in blocks if block),
        score=entry.score,
        extra=entry.extra,
        tags=tuple(entry.tags),
        authors=tuple(entry.authors),
        section=section_path(section, reading),
        last_line=held[-1].number if held else line.number,
        lines=entry.places,
    )
