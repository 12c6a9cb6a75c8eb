"""Labelled items: a heading, label lines (分类, 来源, 核心洞察 …), bullets. The reference shape.

Labels stand in a quote, in bold, at the start of a line, in a list of facts, or side by side
(`A：x · B：y`), before or after the text, in any order.
"""

from __future__ import annotations

from ..inline import holds_link
from ..items import read_item
from ..label_lines import fields_of
from ..levels import HELD
from ..marking import gettext_noop
from ..outline import Kind, Outline, Section
from ..reading import Parts, Reading

NAME = "labelled"
LABEL = gettext_noop("Labelled items")
SURENESS = 1.0
WHOLE = True

# Fields that make a heading an item; a date or score alone may be a remark.
_UNKNOWN = 0.45  # evidence of bold names that no vocabulary holds
_TELLING = frozenset({"category", "source", "link", "insight", "summary"})


def is_labelled(section: Section, outline: Outline) -> bool:
    """Whether a section has a telling label of its own."""
    return bool(fields_of(section, outline.labels) & _TELLING)


def _has_names(section: Section, outline: Outline) -> bool:
    """Whether it is a list in which every bullet has a bold name with a colon."""
    lines = [line for line in section.content() if line.indent < 2]
    return len(lines) > 1 and all(
        line.kind is Kind.BULLET
        and (label := outline.labels.match(line.content)) is not None
        and label.bold
        for line in lines
    )


def evidence(outline: Outline) -> float:
    """`SURENESS` for a section with a telling label, unless sections below it have some, too."""
    section = outline.section
    if section.heading is None:
        return 0.0
    if not is_labelled(section, outline):
        return _UNKNOWN if not section.below and _has_names(section, outline) else 0.0
    if section.heading.mark == HELD:
        return SURENESS
    if _names_each(section, outline):
        return 0.0
    below = [one for one in section.everything() if one is not section and one.holds_anything()]
    return 0.0 if any(is_labelled(one, outline) for one in below) else SURENESS


def _names_each(section: Section, outline: Outline) -> bool:
    """Whether it is a list whose entries name each its own source in a line below it."""
    entries, named, open_ = 0, 0, False
    for line in section.content():
        if line.kind in {Kind.NUMBER, Kind.BULLET} and line.indent < 2:
            entries, open_ = entries + 1, True
        elif open_ and line.kind in {Kind.TEXT, Kind.QUOTE}:
            label = outline.labels.match(line.content)
            if label is not None and label.field in {"source", "link"} and holds_link(label.value):
                named, open_ = named + 1, False
    return named > 1 and named * 2 > entries


def read(reading: Reading) -> Parts:
    """The section as one item."""
    return Parts([read_item(reading.outline.section, reading, labelled=True)])
