"""Labelled items: a heading, label lines (分类, 来源, 核心洞察 …), bullets. The reference shape.

Labels stand in a quote, in bold, at the start of a line or side by side (`A：x · B：y`), before
or after the text, in any order. A heading over nothing but links is the tail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ...checks import check_complete
from ...marking import gettext_noop
from ...outline import Kind, Outline, Section
from ...reading import Parts, Reading
from ...titles import is_numbered
from .item import read_item
from .label_lines import fields_of
from .tail import is_tail, read_tail

NAME = "labelled"
LABEL = gettext_noop("Labelled items")
SURENESS = 1.0

# Fields that make a heading an item; a date or score alone may be a remark.
_TELLING = frozenset({"category", "source", "link", "insight", "summary"})


def find_items(outline: Outline) -> list[Section]:
    """The sections that are items: those with a telling label of their own."""
    return [
        section
        for section, _heading in outline.headed()
        if fields_of(section, outline.labels) & _TELLING
    ]


def evidence(outline: Outline) -> float:
    """`SURENESS` for three items or half of all sections; 0 when labels are the exception."""
    items = find_items(outline)
    if not items:
        return 0.0
    holding = [section for section, _heading in outline.headed() if section.holds_anything()]
    if len(items) >= 3 or len(items) * 2 >= len(holding):
        return SURENESS
    # Fewer items: they count when most other sections hold bold labels, too, if only in lists.
    with_labels = sum(_has_bold_label(section, outline) for section in holding)
    return SURENESS if with_labels * 2 >= len(holding) else 0.0


def _has_bold_label(section: Section, outline: Outline) -> bool:
    return any(
        (label := outline.labels.match(line.content)) is not None and label.bold
        for line in section.content()
        if line.kind in {Kind.BULLET, Kind.QUOTE}
    )


def read(reading: Reading) -> Parts:
    """The items, the introduction before the first, the tail links."""
    parts = Parts([])
    items = find_items(reading.outline)
    chosen = {id(section) for section in items}
    count = len(items)
    numbered = sum(is_numbered(section.title) for section in items) * 2 > count
    items_level = _item_levels(items, reading.outline)
    intro: list[str] = []
    seen_item = False
    for section in reading.outline.sections:
        if id(section) in chosen:
            seen_item = True
            parts.items.append(read_item(section, reading, numbered=numbered))
        elif is_tail(section, reading):
            read_tail(section, reading, parts)
        elif section.heading is None or section.heading.number == reading.outline.title_line:
            intro.append(reading.block(section.lines))
        elif section.holds_anything():
            # Prose in front of the first item introduces the issue; later it belongs to no item.
            if not seen_item and not _holds(section, chosen):
                intro.append(reading.section_block(section))
            elif _key(section) in items_level:
                seen_item = True
                parts.items.append(read_item(section, reading, numbered=numbered))
            elif count == 1 and parts.items:
                # The only item of the document: sections after it belong to it.
                only = parts.items[0]
                body = f"{only.body}\n\n{reading.section_block(section)}".strip()
                parts.items[0] = replace(only, body=body)
        elif _holds(section, chosen):
            reading.claim_section(section)
        elif seen_item or section.level > 1:
            reading.problems.warn("item-empty", {"case": "heading"}, section.heading.number)
    parts.intro = "\n\n".join(part for part in intro if part)
    check_complete(parts.items, reading.problems)
    return parts


def _holds(section: Section, chosen: set[int]) -> bool:
    return any(id(below) in chosen or _holds(below, chosen) for below in section.below)


def _key(section: Section) -> tuple[int, int]:
    """Sections under the same heading, at the same level, have the same key."""
    return section.level, id(section.above[-1]) if section.above else 0


def _item_levels(items: Sequence[Section], outline: Outline) -> set[tuple[int, int]]:
    """Keys of sections most of which are items. One without labels among them was cut off or
    mistyped, and is an item too."""
    all_of = Counter(_key(section) for section in outline.sections)
    those = Counter(_key(section) for section in items)
    return {key for key, count in those.items() if count >= 2 and count * 2 > all_of[key]}
