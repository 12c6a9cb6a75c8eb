"""Numbered entries: `1、title`, `1. title` or `**1、title**` under section headings.

An entry runs to the next number. The numbers may start again in a section. An ordinary list
inside an entry does not split it: it uses the other mark, or starts again at 1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..checks import check_sources
from ..inline import holds_link
from ..marking import gettext_noop
from ..outline import EMPTY, Kind, Line, Outline, Section
from ..reading import Parts, Reading
from ..titles import section_category, split_linked_title
from ..value import Item
from . import links

NAME = "numbered"
LABEL = gettext_noop("Numbered items")
SURENESS = 0.9

_BOLD = re.compile(r"(?:\*\*|__)\s*(\d{1,4})\s*([、．]|[.)](?=\s))\s*(?=\S)")
_WORTH = re.compile(r"[\[*_<]|https?://")


@dataclass(slots=True)
class _Entry:
    section: Section
    line: Line
    text: str
    lines: list[Line]


def _number(line: Line) -> tuple[int, str, str] | None:
    """(number, mark, text) of a line that could open an entry."""
    if line.kind is Kind.NUMBER and line.indent == 0:
        return line.level, line.mark, line.content
    if line.kind is Kind.TEXT and line.raw[:2] in ("**", "__") and (m := _BOLD.match(line.raw)):
        mark = "、" if m.group(2) in "、．" else "."
        return int(m.group(1)), mark, line.raw[:2] + line.raw[m.end() :].rstrip()
    return None


def find_entries(outline: Outline) -> list[_Entry]:
    """The entries in order. The mark more entries open with decides; `、` wins when it is used."""
    marks = {"、": 0, ".": 0}
    for line in outline.lines:
        found = _number(line)
        if found is not None:
            marks[found[1]] += 1
    mark = "、" if marks["、"] >= 2 else "."
    entries: list[_Entry] = []
    for section in outline.sections:
        current: _Entry | None = None
        expected = 1
        in_list = False
        for line in section.lines:
            found = _number(line)
            if found is not None and found[1] == mark:
                number = found[0]
                # A number that starts again at 1 within a section is a list in the entry.
                if mark == "、" or (not in_list and expected <= number <= expected + 2):
                    current = _Entry(section, line, found[2], [])
                    entries.append(current)
                    expected = number + 1
                    continue
                in_list = number == 1 or in_list
            elif line.kind not in {Kind.BLANK, Kind.NUMBER}:
                in_list = False
            if current is not None:
                current.lines.append(line)
    return entries


def evidence(outline: Outline) -> float:
    """`SURENESS` when the numbers open entries; 0 when they look like ordinary lists.

    That is so, too, when the document has more bullets with a link than entries.
    """
    entries = find_entries(outline)
    if len(entries) < 2 or not _are_entries(entries, outline):
        return 0.0
    return SURENESS if len(entries) >= links.count(outline) else 0.0


def _are_entries(entries: Sequence[_Entry], outline: Outline) -> bool:
    """Whether numbered lines are more than a list.

    `N、` opens an entry that has a link, bold or text below it. `N.` is also how any list looks:
    there most entries must have a link or bold, and prose must not outweigh them.
    """
    worth = with_text = linked = 0
    for entry in entries:
        text = any(line.kind not in EMPTY for line in entry.lines)
        marked = _WORTH.match(entry.text) is not None
        worth += marked
        with_text += text
        linked += holds_link(outline.resolved(entry.text))
    if _is_ideographic(entries):
        return worth + with_text >= len(entries)
    if worth * 2 <= len(entries) or (with_text * 2 <= len(entries) and linked * 2 <= len(entries)):
        return False
    if with_text * 2 <= len(entries):
        inside = {line.number for entry in entries for line in (entry.line, *entry.lines)}
        prose = sum(
            1
            for line in outline.lines
            if line.kind in {Kind.TEXT, Kind.BULLET} and line.number not in inside
        )
        return len(entries) >= 3 and prose <= len(entries)
    return True


def _is_ideographic(entries: Sequence[_Entry]) -> bool:
    found = _number(entries[0].line)
    return found is not None and found[1] == "、"


def read(reading: Reading) -> Parts:
    """Entries as items; what stands in front of the first is the introduction."""
    entries = find_entries(reading.outline)
    parts = Parts([])
    parts.intro = reading.before(entries[0].line.number if entries else 0)
    for entry in entries:
        reading.claim(entry.line)
        if not entry.text:  # The number stands alone: the line below it is the title.
            first = next((line for line in entry.lines if line.kind not in EMPTY), None)
            if first is not None:
                entry.text = first.content
                reading.claim(first)
                entry.lines = [line for line in entry.lines if line is not first]
        category = section_category(entry.section, reading)
        title, source, rest = split_linked_title(reading.resolved(entry.text))
        body = reading.block(entry.lines)
        item = Item(
            title=title,
            line=entry.line.number,
            category=category,
            sources=(source,) if source is not None else (),
            body=f"{rest}\n\n{body}".strip() if rest else body,
        )
        check_sources(item, reading.problems)
        parts.items.append(item)
    return parts
