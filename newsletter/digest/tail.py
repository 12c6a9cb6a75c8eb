"""The tail: a heading with nothing but a list of links below it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from .inline import find_links, holds_link, starts_with_link, without_links
from .labels import is_placeholder
from .markdown import plain_text
from .outline import EMPTY, Kind, Line, Outline, Section
from .reading import Parts, Reading
from .sources import is_address
from .titles import section_name
from .value import Link
from .vocabulary import is_one_of, names_of

_MARKED = frozenset({Kind.BULLET, Kind.NUMBER})
_BETWEEN = re.compile(r"\s*[/|｜·&＆()（）]\s*|\s+(?:and|und|et|y|e|и)\s+|[和与與及、，,]")
_LONGEST_REMARK = 60  # characters beside the link; with more it is an item of its own.


def is_tail(section: Section, outline: Outline, *, begun: bool = False, told: bool = False) -> bool:
    """Whether there is nothing but a list of links below its heading.

    A single link is no list but what its heading names, unless that says "links" or "more", or the
    tail has `begun` above it. Where the heading has `told` that it is none of the items, a line may
    say what it likes beside its links.
    """
    if section.heading is None or section.heading.number == outline.title_line:
        return False
    bullets = 0
    for line in section.content():
        if line.kind is Kind.BULLET and line.indent < 2:
            links = find_links(outline.resolved(line.content))
            if told and links:
                bullets += 1
                continue
            if len(links) != 1 or len(without_links(line.content)) > _LONGEST_REMARK:
                return False
            if (label := outline.labels.match(line.content)) is not None and label.bold:
                return False
            bullets += 1
        elif line.kind is not Kind.TEXT or line.indent < 2:
            return False
    return bullets > 1 or (bullets == 1 and (begun or _names_links(section.title)))


def names_references(title: str) -> bool:
    """Whether a heading says that what was read for the issue follows, in one language or two."""
    names = _BETWEEN.split(section_name(title).strip(" :："))
    found = [name.strip(" :：()（）") for name in names if name.strip(" :：()（）")]
    return bool(found) and all(is_one_of("references", name) for name in found)


def find_references(outline: Outline) -> frozenset[int]:
    """The `id` of each list of references at the end of the document.

    One that has its like under another heading belongs to the piece above it.
    """
    found: list[Section] = []
    for section, _heading in reversed(outline.headed()):
        if not section.holds_anything():
            continue
        if _is_reference_list(section, outline):
            found.append(section)
        elif section.below or any(holds_link(outline.resolved(one.raw)) for one in section.lines):
            break
    names = Counter(section_name(section.title) for section, _heading in outline.headed())
    return frozenset(id(one) for one in found if names[section_name(one.title)] == 1)


def _listed(section: Section, outline: Outline) -> list[Line]:
    """The lines of a list to its last entry; what stands below that on its own is none of it."""
    lines = list(section.lines)
    marked = [place for place, line in enumerate(lines) if line.kind in _MARKED]
    linked = [
        place for place, line in enumerate(lines) if holds_link(outline.resolved(line.content))
    ]
    end = max(marked or linked, default=-1) + 1
    while 0 < end < len(lines) and (lines[end].kind not in EMPTY or _goes_on(lines, end)):
        end += 1
    return [line for line in lines[:end] if line.kind not in EMPTY]


def _goes_on(lines: Sequence[Line], place: int) -> bool:
    """Whether what follows an empty line is indented, so that it hangs on the entry above."""
    below = next((line for line in lines[place:] if line.kind is not Kind.BLANK), None)
    return below is not None and below.kind not in EMPTY and below.indent >= 2


def _is_reference_list(section: Section, outline: Outline) -> bool:
    """Whether links, each in a bullet, a number or a line, stand below a heading for references.

    Nothing but what hangs on them stands beside; a reference without a link keeps its words.
    """
    if section.heading is None or section.below or not names_references(section.title):
        return False
    if section.heading.number == outline.title_line:
        return False
    links = others = 0
    for line in _listed(section, outline):
        if line.kind in {Kind.QUOTE, Kind.CODE} or line.content.startswith("|"):
            return False
        if holds_link(outline.resolved(line.content)):
            links += 1
        elif line.kind in {Kind.BULLET, Kind.NUMBER}:
            others += 1
        elif line.indent < 2 and len(line.content) > _LONGEST_REMARK:
            return False
    return links > others


def _names_links(title: str) -> bool:
    """Whether a heading says no more than "links", "see also" or "more"."""
    name = section_name(title).strip(":：").casefold()
    known = {one.casefold() for field in ("related", "link") for one in names_of(field)}
    return is_placeholder(name) or not known.isdisjoint({name, name.removesuffix("s")})


def read_tail(section: Section, reading: Reading, parts: Parts) -> None:
    """Add its links to the tail links; the first such heading is their title."""
    assert section.heading is not None
    reading.claim(section.heading)
    if not parts.tail_title:
        parts.tail_title = section_name(section.title)
    for line in _listed(section, reading.outline):
        reading.claim(line)
        text = reading.resolved(line.content)
        links = find_links(text)
        listed = line.kind in {Kind.BULLET, Kind.NUMBER} and line.indent < 2
        if links:
            beside = without_links(text).strip(" -–—:：()（）")
            if not _BETWEEN.sub("", f" {beside} ").strip():
                beside = ""  # Only "and" between two links.
            waits = not listed and parts.tail_links and not parts.tail_links[-1].url
            if waits:  # Its words stand in the line above.
                beside = f"{parts.tail_links.pop().label} {beside}".strip()
            label = f"{links[0].label} {beside}".strip() if beside else links[0].label
            if beside and not waits and not starts_with_link(text):
                label = plain_text(text, links=False)  # The link stands in a sentence.
            if beside and is_address(links[0]):
                label = beside
            parts.tail_links += [Link(label, links[0].url), *links[1:]]
            if not all(link.url for link in links):
                reading.say_unsafe(line)
        elif listed or not parts.tail_links:
            parts.tail_links.append(Link(plain_text(text, links=False)))
        else:
            last = parts.tail_links[-1]
            parts.tail_links[-1] = Link(f"{last.label} {text}", last.url)
