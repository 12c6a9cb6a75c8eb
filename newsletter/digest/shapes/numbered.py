"""Numbered entries: `1、title`, `1. title`, `**1、title**` or `（1）text`, one after the other.

An entry runs to the next number. An ordinary list inside an entry does not split it: it uses the
other mark, or starts again at 1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..blocks import PICTURE, RULE, cut
from ..inline import holds_link
from ..items import read_entry
from ..marking import gettext_noop
from ..nested import outdented
from ..outline import EMPTY, Kind, Line, Outline
from ..reading import Parts, Reading

NAME = "numbered"
LABEL = gettext_noop("Numbered items")
SURENESS = 0.9

_MOST_INDENT = 3  # spaces; with more it is code, or hangs on something
_HABIT = 2  # entries without text that show what the last one is like
_GREETING = 2  # blocks in front of an issue that is a list of sentences
_ALONE = 0.6  # evidence of a single `1、`, or of numbers that only have text below them
_BOLD = re.compile(r"(?:\*\*|__)\s*(\d{1,4})\s*([、．]|[.)](?=\s))\s*(?=\S)")
_BRACKETS = re.compile(r"[（(]\s?(\d{1,3})\s?[)）]\s*(?=\S)")
_LINK_ALONE = re.compile(r"(?:\*\*|__)?\[[^\[\]]{4,}\]\([^()\s]+\)[*_\s]*$")
_WORTH = re.compile(r"[\[*_<]|https?://")


@dataclass(slots=True)
class _Entry:
    line: Line
    text: str
    mark: str
    lines: list[Line] = field(default_factory=list)

    def has_text(self) -> bool:
        return any(line.kind not in EMPTY for line in self.lines)


def _number(line: Line, indent: int = 0) -> tuple[int, str, str] | None:
    """(number, mark, text) of a line that could open an entry of a list indented so far."""
    if line.kind is Kind.NUMBER and line.indent == indent:
        return line.level, line.mark, line.content
    if line.kind is Kind.TEXT and line.raw[:2] in ("**", "__") and (m := _BOLD.match(line.raw)):
        mark = "、" if m.group(2) in "、．" else "."
        return int(m.group(1)), mark, line.raw[:2] + line.raw[m.end() :].rstrip()
    if line.kind is Kind.TEXT and line.indent == 0 and (m := _BRACKETS.match(line.content)):
        return int(m.group(1)), "（", line.content[m.end() :]
    return None


def _indent(lines: Sequence[Line]) -> int:
    """The spaces in front of all numbers; 0 where they hang on bullets or are code."""
    indent = min((line.indent for line in lines if line.kind is Kind.NUMBER), default=0)
    hangs = any(line.kind is Kind.BULLET and line.indent < indent for line in lines)
    return 0 if hangs or indent > _MOST_INDENT else indent


def find_entries(lines: Sequence[Line]) -> list[_Entry]:
    """The entries in order. The mark more entries open with decides; `、` wins when it is used.

    `（1）` is the mark of parts where any other stands beside it.
    """
    marks = {"、": 0, ".": 0, "（": 0}
    indent = _indent(lines)
    for line in lines:
        found = _number(line, indent)
        if found is not None:
            marks[found[1]] += 1
    mark = "、" if marks["、"] >= max(1, min(2, marks["."])) else "."
    if marks["（"] > 1 and not marks["、"] and not marks["."]:
        mark = "（"
    entries: list[_Entry] = []
    expected = 1
    in_list = False
    for line in lines:
        found = _number(line, indent)
        if found is not None and found[1] == mark:
            number = found[0]
            # A number that starts again at 1 within a section is a list in the entry.
            if mark == "、" or (not in_list and expected <= number <= expected + 2):
                if entries and number == expected + 1:
                    entries += _unnumbered(entries[-1], mark)
                entries.append(_Entry(line, found[2], mark))
                expected = number + 1
                continue
            in_list = number == 1 or in_list
        elif line.kind not in {Kind.BLANK, Kind.NUMBER}:
            in_list = False
        if entries:
            entries[-1].lines.append(line)
    _cut_last(entries)
    return entries


def _unnumbered(before: _Entry, mark: str) -> list[_Entry]:
    """The entry whose number was forgotten: where one is missing, the one line that is a link.

    It stands on its own below an entry that is titled by its link, as an entry would.
    """
    if not before.text.lstrip("*_ ").startswith("["):
        return []
    found = [
        place
        for place, line in enumerate(before.lines)
        if place and line.kind is Kind.TEXT and line.indent == 0
        and before.lines[place - 1].kind in EMPTY and _LINK_ALONE.match(line.content)
    ]  # fmt: skip
    if len(found) != 1:
        return []
    place = found[0]
    made = _Entry(before.lines[place], before.lines[place].content, mark, before.lines[place + 1 :])
    del before.lines[place:]
    return [made]


def _cut_last(entries: Sequence[_Entry]) -> None:
    """What stands on its own below the last entry is not its text, where no other has any."""
    if len(entries) <= _HABIT:
        return
    *others, last = entries
    if any(one.has_text() for one in others):
        return
    for place, line in enumerate(last.lines):
        if line.kind is Kind.BLANK:
            below = [one for one in last.lines[place:] if one.kind not in EMPTY]
            if below and below[0].indent < 2:
                if not below[0].content.startswith(("![", "[![", "<", ">")):
                    del last.lines[place:]
                return


def evidence(outline: Outline) -> float:
    """`SURENESS` times the share of the section that is entries; 0 when they are only a list.

    Entries have a link or a title of their own. Where text stands in front of them and most have
    none, they are points of one piece, not pieces.
    """
    lines = outline.section.lines
    entries = find_entries(lines)
    if not entries:
        return 0.0
    own = linked = marked = with_text = 0
    for entry in entries:
        link = holds_link(outline.resolved(entry.text)) or any(
            holds_link(outline.resolved(line.content))
            for line in entry.lines
            if line.kind not in EMPTY
        )
        linked += link
        marked += _WORTH.match(entry.text) is not None
        own += link and (_WORTH.match(entry.text) is not None or entry.has_text())
        with_text += entry.has_text()
    if linked * 2 < len(entries) and sum(not one.text for one in entries) * 2 > len(entries):
        return 0.0  # Numbers without a word are the chapters of one text.
    before = _blocks_before(lines, entries[0].line.number, outline)
    every = before + len(entries)
    ideographic = entries[0].mark == "、"
    most_lead = linked * 10 >= len(entries) * 8
    greeted = most_lead and before <= _GREETING and _is_front(outline)
    if ideographic and len(entries) == 1:
        return _ALONE * len(entries) / every if linked or not before else 0.0
    if len(entries) < 2:
        return _ALONE if linked and marked and not before else 0.0
    if linked * 2 >= len(entries) and (marked + with_text) * 2 > len(entries):
        if not ideographic and not marked and before and not greeted:
            return 0.0
        return SURENESS * len(entries) / every if before <= len(entries) else 0.0
    if most_lead and (not before or greeted):
        return _ALONE * len(entries) / every  # Sentences, each with its link, and a greeting.
    if ideographic and not before and marked + with_text >= len(entries):
        return _ALONE
    return 0.0


def _is_front(outline: Outline) -> bool:
    """Whether these lines stand under no heading but the document's title."""
    heading = outline.section.heading
    return heading is None or heading.number == outline.title_line


def _blocks_before(lines: Sequence[Line], number: int, outline: Outline) -> int:
    front = [line for line in lines if line.number < number]
    return sum(1 for block in cut(front, outline) if block.kind not in {RULE, PICTURE})


def read(reading: Reading) -> Parts:
    """Entries as items."""
    parts = Parts([])
    for entry in find_entries(reading.outline.section.lines):
        line, lines, text = entry.line, entry.lines, entry.text
        if not text:  # The number stands alone: the line below it is the title.
            first = next((line for line in lines if line.kind not in EMPTY), None)
            if first is not None:
                text = first.content
                reading.claim(first)
                lines = [line for line in lines if line is not first]
        lines = outdented(lines)
        parts.items.append(read_entry(reading.resolved(text), line, lines, reading))
    return parts
