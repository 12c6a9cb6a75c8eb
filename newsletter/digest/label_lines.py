"""Lines that hold labels: `**分类：** x`, `Source: [a](…)`, several side by side."""

from __future__ import annotations

import re

from .inline import holds_link, only_link, segments
from .labels import Label, Labels
from .outline import Kind, Line, Section

# Fields with a short value, behind which others follow on the same line.
_NAMES = frozenset({"source", "author", "date", "score", "category"})
# Possessive: a link that could be read as text, too, would be tried both ways, each of thirty.
_INSIDE = r"((?:[^*_\n\[]++|\[[^\]\n]*+\]\([^)\n]*+\)|\[)++)"
_EMPHASIS = re.compile(rf"([*_])(?![*_]){_INSIDE}\1")
_BOLD = re.compile(rf"(\*\*|__){_INSIDE}\1")
TEXT_FIELDS = frozenset({"insight", "summary"})


def fields_of(section: Section, labels: Labels) -> set[str]:
    """The fields that labels of this section name; leads of bullets are no labels."""
    found: set[str] = set()
    facts = facts_lines(section, labels)
    for line in section.content():
        if line.kind is Kind.CODE or (line.kind is Kind.BULLET and line.indent > 1):
            continue
        for segment in label_segments(line, labels):
            label = labels.match(segment)
            if label is None or not label.field:
                continue
            if line.kind is Kind.BULLET and line.number not in facts and not fits_bullet(label):
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
    text = line.content
    if (whole := _EMPHASIS.fullmatch(text)) or (
        (whole := _BOLD.fullmatch(text)) and len(segments(whole.group(2))) > 1
    ):
        text = whole.group(2)
    parts = segments(text)
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
    if first is not None and (telling >= 2 or first.field in _NAMES):
        return parts
    return [line.content]


_FACT = re.compile(r"\W{0,4}[^：:\n]{1,30}[：:]\s*(?!//)\S")


def facts_lines(section: Section, labels: Labels) -> frozenset[int]:
    """The lines of a list of facts in front of a section's text: `- Source: …`, `- Score: 7`.

    Every bullet of it has a name and a colon, and at least half of the names are known fields, or
    one is where it was published, with the link. A few may be long: a summary among them.
    """
    found: list[int] = []
    known = long = 0
    placed = False
    for line in section.content():
        if line.kind is Kind.BULLET and line.indent < 2:
            label = labels.match(line.content)
            if not _FACT.match(line.content):
                return frozenset()
            long += len(line.content) > _LONGEST_FACT
            known += label is not None and bool(label.field)
            placed = placed or (
                label is not None and label.field == "source" and holds_link(label.value)
            )
            found.append(line.number)
        elif found:
            if line.kind is Kind.BULLET or line.indent >= 2:
                return frozenset()
            break
        elif line.kind is not Kind.QUOTE and not (line.kind is Kind.TEXT and _is_picture(line)):
            return frozenset()
    if long * 3 > len(found) or not known:
        return frozenset()
    told = known * 2 >= len(found) or (placed and known > 1)
    return frozenset(found) if told else frozenset()


def cut_facts(text: str) -> list[str]:
    """Facts side by side in one bullet: `Category: A; Score: 7`."""
    return _NEXT_FACT.split(text)


_NEXT_FACT = re.compile(r"[；;]\s*(?=[^\s：:；;\[\]()]{1,16}[：:](?!//))")
_LONGEST_FACT = 300  # characters; links make facts long


def _is_picture(line: Line) -> bool:
    return line.content.startswith(("![", "[![", "<img"))


def unknown_fact(text: str) -> Label:
    """A fact whose name is no known field."""
    name, value = re.split(r"[:：]", re.sub(r"[*_]{2}", "", text), maxsplit=1)
    return Label("", name.strip(), value.strip(), False)
