"""Lines that hold labels: `**分类：** x`, `Source: [a](…)`, several side by side."""

from __future__ import annotations

from ...inline import holds_link, only_link, segments
from ...labels import Label, Labels
from ...outline import Kind, Line, Section

# Fields whose value is text, which runs on over the following lines.
TEXT_FIELDS = frozenset({"insight", "summary"})


def fields_of(section: Section, labels: Labels) -> set[str]:
    """The fields that labels of this section name; leads of bullets are no labels."""
    found: set[str] = set()
    for line in section.content():
        if line.kind is Kind.CODE or (line.kind is Kind.BULLET and line.indent > 1):
            continue
        for segment in label_segments(line, labels):
            label = labels.match(segment)
            if label is None or not label.field:
                continue
            if line.kind is Kind.BULLET and not fits_bullet(label):
                continue
            found.add(label.field)
    return found


def fits_bullet(label: Label) -> bool:
    """In a list, only a label whose value is a link: anything else could be a bullet's lead."""
    if label.field == "link" and only_link(label.value) is not None:
        return True
    return label.bold and label.field in {"source", "link"} and holds_link(label.value)


def label_segments(line: Line, labels: Labels) -> list[str]:
    """A label line cut into its labelled parts; any other line whole."""
    if line.kind not in {Kind.QUOTE, Kind.TEXT}:
        return [line.content]
    parts = segments(line.content)
    if len(parts) == 1:
        return parts
    telling = sum(
        1 for part in parts if labels.match(part) is not None or only_link(part) is not None
    )
    first = labels.match(parts[0])
    if telling == 0 or (first is not None and first.field in TEXT_FIELDS):
        return [line.content]
    if telling == len(parts) or (line.kind is Kind.QUOTE and first is None):
        return parts
    return parts if first is not None and telling >= 2 else [line.content]
