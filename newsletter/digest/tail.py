"""The tail: a heading with nothing but a list of links below it."""

from __future__ import annotations

from .inline import find_links, without_links
from .labels import is_placeholder
from .outline import Kind, Outline, Section
from .reading import Parts, Reading
from .titles import section_name
from .value import Link
from .vocabulary import names_of

_LONGEST_REMARK = 60  # characters beside the link; with more it is an item of its own.


def is_tail(section: Section, outline: Outline, *, begun: bool = False) -> bool:
    """Whether there is nothing but a list of links below its heading.

    A single link is no list but what its heading names, unless that says "links" or "more", or the
    tail has `begun` above it.
    """
    if section.heading is None or section.heading.number == outline.title_line:
        return False
    bullets = 0
    for line in section.content():
        if line.kind is Kind.BULLET and line.indent < 2:
            links = find_links(outline.resolved(line.content))
            if len(links) != 1 or len(without_links(line.content)) > _LONGEST_REMARK:
                return False
            if (label := outline.labels.match(line.content)) is not None and label.bold:
                return False
            bullets += 1
        elif line.kind is not Kind.TEXT or line.indent < 2:
            return False
    return bullets > 1 or (bullets == 1 and (begun or _names_links(section.title)))


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
    for line in section.content():
        reading.claim(line)
        text = reading.resolved(line.content)
        links = find_links(text)
        if links:
            beside = without_links(text).strip(" -–—:：()（）")
            label = f"{links[0].label} {beside}".strip() if beside else links[0].label
            parts.tail_links.append(Link(label, links[0].url))
            if not links[0].url:
                reading.say_unsafe(line)
        elif parts.tail_links:
            last = parts.tail_links[-1]
            parts.tail_links[-1] = Link(f"{last.label} {text}", last.url)
