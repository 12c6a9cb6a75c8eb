"""The state of one reading: who owns which line of a document, and the problems found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from .front import Front
from .outline import EMPTY, Kind, Line, Outline, Section
from .problems import Problems
from .value import Item, Link

# What a line can belong to, beside the open ones: see `Reading.owners`.
PART, DROPPED, LAYOUT = "part", "dropped", "layout"


# Lines below which a paragraph goes on, and the end of one that asks for a break there.
_RUNS_ON = frozenset({Kind.TEXT, Kind.QUOTE})
_BREAK = re.compile(r"(?<=\S) {2,}$")
_ADDRESS_LAST = re.compile(r"(?:://|mailto:)\S*$|\\$")


def _with_break(line: Line, below: Kind) -> str:
    """A line without blanks at its end, but with the break that two of them are: as a backslash,
    which no editor takes away, except behind an address, whose part it could be."""
    text = line.raw.rstrip()
    if below not in _RUNS_ON or line.kind is Kind.CODE or not _BREAK.search(line.raw):
        return text
    return f"{text}  " if _ADDRESS_LAST.search(text) else f"{text}\\"


@dataclass(slots=True)
class Parts:
    """What a shape found."""

    items: list[Item]
    intro: str = ""
    tail_title: str = ""
    tail_links: list[Link] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """A document, or a part of one, being read. `title` is the heading taken as the document's.

    A line is claimed when a part of the digest holds its text. All sets of lines hold numbers. The
    readings of the parts of one document share everything but `outline`.
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
    # The lines of titles with a running number, and of headings above items that have one.
    numbered_titles: frozenset[int] = frozenset()
    numbered_sections: frozenset[int] = frozenset()
    # Whether most titles of items end with a tag in code: "owner/name `tool`".
    tagged: bool = False
    # The category of an item by its heading, where a table of contents groups the titles.
    category_of: Callable[[Section, Section], str] = field(default=lambda _section, _titled: "")

    def part(self, outline: Outline) -> Reading:
        """The reading of a part of this document."""
        return Reading(
            outline,
            self.front,
            self.problems,
            self.title,
            self.claimed,
            self.unknown_fields,
            self.unsafe_lines,
            self.left_out,
            self.outer,
            self.numbered_titles,
            self.numbered_sections,
            self.tagged,
            self.category_of,
        )

    def claim(self, *lines: Line) -> None:
        """A part of the digest holds the text of these lines."""
        self.claimed.update(line.number for line in lines)

    def resolved(self, text: str) -> str:
        """`text` with its reference links written as inline links."""
        return self.outline.resolved(text)

    def block(self, lines: Iterable[Line]) -> str:
        """Lines as Markdown, claimed: no rules or blank lines at the ends, nothing dropped."""
        kept: list[Line] = []
        for line in lines:
            if line.kind is not Kind.DROPPED:
                kept.append(line)
            elif kept and kept[-1].kind is Kind.QUOTE:  # The mark that closed a call-out.
                kept.append(Line(line.number, "", Kind.BLANK))
        while kept and kept[0].kind in EMPTY:
            kept.pop(0)
        while kept and kept[-1].kind in EMPTY:
            kept.pop()
        self.claim(*kept)
        texts = [line.raw.rstrip() for line in kept]
        for place, (line, below) in enumerate(pairwise(kept)):
            if line.raw.endswith("  "):
                texts[place] = _with_break(line, below.kind)
        return self.resolved("\n".join(texts))

    def section_block(self, section: Section) -> str:
        """A section with its heading, as Markdown."""
        body = self.block(section.lines)
        if section.heading is None or section.heading.number in self.left_out:
            return body
        self.claim(section.heading)
        heading = self.resolved("#" * max(2, section.level) + " " + section.title)
        return f"{heading}\n\n{body}".strip()

    def claim_section(self, section: Section) -> None:
        """A heading that only groups others: kept in the digest's `extra["sections"]`."""
        if section.heading is not None and section.heading.number != self.outline.title_line:
            self.claim(section.heading)
            self.outer[section.heading.number] = self.resolved(section.title)

    def leave_out(self, lines: Iterable[Line]) -> None:
        """These lines are no content; the editor was told, and need not act."""
        self.left_out.update(line.number for line in lines)

    def say_unsafe(self, line: Line) -> None:
        """Warn, once, of a link in this line that no reader could follow."""
        if line.number in self.unsafe_lines:
            return
        self.unsafe_lines.add(line.number)
        self.problems.warn("link-unsafe", line=line.number)

    def is_open(self, line: Line) -> bool:
        """Whether nobody owns this line."""
        return not (
            line.kind in EMPTY or line.number in self.claimed or line.number in self.left_out
        )

    def owners(self) -> dict[int, str]:
        """What each line that is not blank belongs to; the open ones are missing."""
        found: dict[int, str] = {}
        for line in self.outline.lines:
            if line.kind is Kind.BLANK:
                continue
            if line.kind is Kind.DROPPED or line.number in self.left_out:
                found[line.number] = DROPPED
            elif line.kind is Kind.RULE:
                found[line.number] = LAYOUT
            elif line.number in self.claimed:
                found[line.number] = PART
        return found
