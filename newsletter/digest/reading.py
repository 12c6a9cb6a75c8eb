"""The state of one reading: what was claimed of a document's lines, and the problems found."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field

from .front import Front
from .outline import EMPTY, Kind, Line, Outline, Section
from .problems import Problems
from .value import Item, Link


@dataclass(slots=True)
class Parts:
    """What a shape found."""

    items: list[Item]
    intro: str = ""
    tail_title: str = ""
    tail_links: list[Link] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """One document being read by one shape. `title` is the heading taken as the document's, if any.

    A line is claimed when a part of the digest holds its text. All sets of lines hold numbers.
    """

    outline: Outline
    front: Front
    problems: Problems
    title: str = ""
    claimed: set[int] = field(default_factory=set)
    # Names of fields that no vocabulary holds, with the lines they stand in.
    unknown_fields: dict[str, list[int]] = field(default_factory=dict)
    # Lines with a link that leads nowhere, of which the editor was told.
    unsafe_lines: set[int] = field(default_factory=set)
    # Lines that were left out on purpose, of which the editor was told.
    left_out: set[int] = field(default_factory=set)
    # Headings that only group others: line and text.
    outer: dict[int, str] = field(default_factory=dict)

    def claim(self, *lines: Line) -> None:
        """A part of the digest holds the text of these lines."""
        self.claimed.update(line.number for line in lines)

    def resolved(self, text: str) -> str:
        """`text` with its reference links written as inline links."""
        return self.outline.resolved(text)

    def block(self, lines: Iterable[Line]) -> str:
        """Lines as Markdown, claimed: no rules or blank lines at the ends, nothing dropped."""
        kept = [line for line in lines if line.kind is not Kind.DROPPED]
        while kept and kept[0].kind in EMPTY:
            kept.pop(0)
        while kept and kept[-1].kind in EMPTY:
            kept.pop()
        self.claim(*kept)
        return self.resolved("\n".join(line.raw.rstrip() for line in kept))

    def section_block(self, section: Section) -> str:
        """A section with its heading, as Markdown."""
        body = self.block(section.lines)
        if section.heading is None:
            return body
        self.claim(section.heading)
        heading = self.resolved("#" * max(2, section.level) + " " + section.title)
        return f"{heading}\n\n{body}".strip()

    def before(self, number: int, skip: Set[int] = frozenset()) -> str:
        """What stands in front of line `number`, headings included; the title's not.

        Headings right above that line are left: they name the section of what comes there.
        `skip` are ids of sections that are something else.
        """
        skipped = {
            line.number
            for section in self.outline.sections
            if id(section) in skip
            for line in (*section.lines, *([section.heading] if section.heading else ()))
        }
        lines = [
            line
            for line in self.outline.lines
            if line.number < number
            and line.number != self.outline.title_line
            and line.number not in skipped
        ]
        while lines and lines[-1].kind in EMPTY | {Kind.HEADING}:
            lines.pop()
        return self.block(lines)

    def claim_section(self, section: Section) -> None:
        """A heading that only groups others: kept in the digest's `extra["sections"]`."""
        if section.heading is not None and section.heading.number != self.outline.title_line:
            self.claim(section.heading)
            self.outer[section.heading.number] = self.resolved(section.title)

    def say_unsafe(self, line: Line) -> None:
        """Warn, once, of a link in this line that no reader could follow."""
        if line.number in self.unsafe_lines:
            return
        self.unsafe_lines.add(line.number)
        self.problems.warn("link-unsafe", line=line.number)

    def unclaimed(self, *, known: bool = True) -> list[tuple[int, int]]:
        """(first, last) ranges of lines that nothing claimed; with `known` also those left out on
        purpose."""
        ranges: list[tuple[int, int]] = []
        open_at = last = 0
        for line in self.outline.lines:
            if line.kind is Kind.BLANK or line.kind is Kind.RULE:
                continue
            if not known and (line.kind is Kind.DROPPED or line.number in self.left_out):
                continue
            if line.number in self.claimed:
                if open_at:
                    ranges.append((open_at, last))
                    open_at = 0
            else:
                open_at = open_at or line.number
                last = line.number
        if open_at:
            ranges.append((open_at, last))
        return ranges
