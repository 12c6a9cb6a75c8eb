"""A document as lines with kinds and sections by headings: what every shape reads from.

One pass in linear time, and more forgiving than CommonMark where editors are careless: `##Title`
and full-width `＃＃` are headings, `---` right under a paragraph is a rule (to CommonMark it makes
the paragraph a heading), and a label needs no blank line before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, auto
from typing import TYPE_CHECKING

from .html import heading_text
from .inline import resolve
from .labels import Labels

if TYPE_CHECKING:
    from .blocks import Block

_HEADING = re.compile(r" {0,3}([#＃]{1,6})(?:[ \t\u3000\u00a0]+(.*))?$")
_TIGHT_HEADING = re.compile(r"([#＃]{2,6})([^\s#＃].*)$")
_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_DRAWN_RULE = re.compile(r"\s{0,3}(?:[━─═—＝]\s*){3,}$")  # as messengers and terminals draw it
_UNDERLINE = re.compile(r" {0,3}(?:(=){2,}|--|-{4,})[ \t]*$")  # `---` is a rule
# "~~~ News ~~~" is drawn, and opens nothing.
_FENCE = re.compile(r" {0,12}(`{3,}|~{3,})(?!.*~{3}\s*$)(?=[^`]*$)")
_BULLET = re.compile(r"([ \t]*)[-*+•·‣◦⁃∙][ \t\u3000\u00a0]+(?=\S)(.*)$")
_TIGHT_BULLET = re.compile(r"([ \t\u3000]*)[・•·‣◦⁃∙](?=[^\s・•·‣◦⁃∙])(.*)$")
_DASH_BULLET = re.compile(
    r"([ \t]*)[–—][ \t\u00a0]+(?=\S)(.*(?:\]\(|\]\[|://).*)$"
)  # as talk begins, too
_EMPTY_BULLET = re.compile(r"([ \t]*)[-+*•][ \t]*$")
_NUMBER = re.compile(
    r"([ \t]*)(\d{1,4})([、．]|[.)](?=[ \t\u00a0\u3000]|$))[ \t\u00a0\u3000]*(.*)$"
)
_QUOTE = re.compile(r" {0,3}> ?")


class Kind(IntEnum):
    """What a line is. Integers, since they hash quickly: sets of kinds are looked into some twenty
    times for every line."""

    BLANK = auto()
    HEADING = auto()
    RULE = auto()
    QUOTE = auto()
    BULLET = auto()
    NUMBER = auto()
    TEXT = auto()
    CODE = auto()
    DROPPED = auto()  # comment, template tag, reference definition: not content


# Lines that hold nothing to read.
EMPTY = frozenset({Kind.BLANK, Kind.RULE, Kind.DROPPED})
_NO_TEXT = frozenset({Kind.BULLET, Kind.NUMBER, Kind.HEADING, Kind.RULE})


@dataclass(slots=True)
class Line:
    """One line. `content` is the text without its marker; `mark` is a number's `、` or `.`."""

    number: int
    raw: str
    kind: Kind
    indent: int = 0
    content: str = ""
    level: int = 0
    mark: str = ""


@dataclass(slots=True)
class Section:
    """A heading and what stands below it up to the next heading of any level.

    `above` are the headings it stands under, outermost first. The part before the first
    heading is a section with level 0 and no title.
    """

    level: int
    title: str
    heading: Line | None
    lines: Sequence[Line]
    above: tuple[Section, ...] = ()
    below: list[Section] = field(default_factory=list)
    # The blocks of its own lines, cut once; see `newsletter.digest.blocks`.
    blocks: list[Block] | None = None

    def content(self) -> Iterator[Line]:
        """Its lines that hold anything."""
        return (line for line in self.lines if line.kind not in EMPTY)

    def holds_anything(self) -> bool:
        """Whether there is anything to read below its heading."""
        return any(True for _line in self.content())

    def everything(self) -> Iterator[Section]:
        """This section and all that stand below it, in order."""
        yield self
        for section in self.below:
            yield from section.everything()

    @property
    def first(self) -> int:
        """The number of its first line, 0 when it has none."""
        if self.heading is not None:
            return self.heading.number
        return self.lines[0].number if self.lines else 0

    @property
    def last(self) -> int:
        """The number of the last of its own lines that holds anything."""
        for line in reversed(self.lines):
            if line.kind not in EMPTY:
                return line.number
        return self.first


@dataclass(frozen=True, slots=True)
class Outline:
    """What a shape weighs its evidence by: lines and sections of a document or of a part of one.

    Weighing changes nothing here but `used_references`: a link definition is used when any text
    that was looked at links with it, whether an item holds that text or not. `references` are the
    definitions of the whole document, label to address. `title_line` is the number of the line
    with the document's own title, 0 when it is not among these lines. `part` is the section that
    is read, with or without those below it; `original` an empty heading in front of it of which its
    own is the translation.
    """

    lines: Sequence[Line]
    sections: Sequence[Section]
    labels: Labels
    references: Mapping[str, str]
    title_line: int = 0
    used_references: set[str] = field(default_factory=set)
    part: Section | None = None
    original: Section | None = None
    # Names of headings, in small letters, that stand under more than one other heading.
    recurring: frozenset[str] = frozenset()
    recurring_links: frozenset[str] = frozenset()  # Of bullets that are only a link, the same.

    @property
    def section(self) -> Section:
        """The section that is read."""
        return self.part if self.part is not None else self.sections[0]

    def of(
        self, part: Section, sections: Sequence[Section], original: Section | None = None
    ) -> Outline:
        """The same document, only one part of it to be read."""
        return Outline(
            self.lines,
            sections,
            self.labels,
            self.references,
            self.title_line,
            self.used_references,
            part,
            original,
            self.recurring,
            self.recurring_links,
        )

    def headed(self) -> list[tuple[Section, Line]]:
        """The sections under a heading other than the document's title, with that heading."""
        return [
            (section, section.heading)
            for section in self.sections
            if section.heading is not None and section.heading.number != self.title_line
        ]

    def resolved(self, text: str) -> str:
        """`text` with its reference links written as inline links."""
        return resolve(text, self.references, self.used_references)


def width(space: str) -> int:
    """Columns of leading white space; a tab goes to the next multiple of four."""
    if "\t" not in space:
        return len(space)
    return len(space.expandtabs(4))


def read_lines(source: Sequence[str], first_number: int, dropped: frozenset[int]) -> list[Line]:
    """Give every line its kind. `dropped` are the numbers of lines that hold no content."""
    lines: list[Line] = []
    fence = ""
    for number, raw in enumerate(source, start=first_number):
        line = Line(number, raw, Kind.TEXT)
        lines.append(line)
        if fence:
            line.kind = Kind.CODE
            closing = raw.strip()
            if closing.startswith(fence) and not closing.strip(fence[0]):
                fence = ""
            continue
        if number in dropped:
            line.kind = Kind.DROPPED
            continue
        stripped = raw.strip()
        if not stripped:
            line.kind = Kind.BLANK
            continue
        line.content = stripped
        start = stripped[0]
        line.indent = width(raw[: len(raw) - len(raw.lstrip())])
        if start in "#＃" and line.indent < 4:
            match = _HEADING.match(raw) or _TIGHT_HEADING.match(stripped)
            if match:
                line.kind = Kind.HEADING
                line.level = len(match.group(1))
                line.content = heading_text(_unclosed(match.group(2) or ""))
        elif start == ">" and line.indent < 4:
            line.kind = Kind.QUOTE
            line.content = _QUOTE.sub("", raw, count=1).strip()
        elif start in "`~" and (match := _FENCE.match(raw)):
            line.kind = Kind.CODE
            fence = match.group(1)
        elif start in "-*+•_=":
            _read_marked(line, lines)
        elif start in "·‣◦⁃∙・–—" and _read_dotted(line):
            pass
        elif start in "━─═—＝" and _DRAWN_RULE.match(raw):
            line.kind = Kind.RULE
        elif start.isdigit() and (match := _NUMBER.match(raw)):
            line.kind = Kind.NUMBER
            line.content = match.group(4).strip()
            line.level = int(match.group(2))
            line.mark = "、" if match.group(3) in "、．" else "."
    _drop_empty_points(lines)
    return lines


def _drop_empty_points(lines: Sequence[Line]) -> None:
    """A mark with nothing behind it and no text below it, as templates leave it, is none."""
    below = Line(0, "", Kind.RULE)  # the next line that holds anything
    for line in reversed(lines):
        empty = line.kind in {Kind.BULLET, Kind.NUMBER} and not line.content
        if empty and below.kind in _NO_TEXT and below.indent <= line.indent:
            line.kind = Kind.DROPPED
        elif line.kind not in EMPTY:
            below = line


def _unclosed(heading: str) -> str:
    """A heading's text without the marks that close it (CommonMark 0.31.2, section 4.2)."""
    text = heading.strip()
    bare = text.rstrip("#")
    return bare.strip() if not bare or bare[-1] in " \t" else text


def _read_dotted(line: Line) -> bool:
    """Make a bullet of a line that begins with a dot or a long dash, as people type them."""
    match = _BULLET.match(line.raw) or _TIGHT_BULLET.match(line.raw) or _DASH_BULLET.match(line.raw)
    if match is None:
        return False
    line.kind, line.content = Kind.BULLET, match.group(2).strip()
    return True


def _read_marked(line: Line, lines: Sequence[Line]) -> None:
    raw = line.raw
    above = lines[-2] if len(lines) > 1 else None
    if above is not None and above.kind is Kind.TEXT and _UNDERLINE.match(raw):
        before = lines[-3].kind if len(lines) > 2 else Kind.BLANK
        if before in {Kind.BLANK, Kind.RULE, Kind.HEADING, Kind.DROPPED}:
            above.kind = Kind.HEADING
            above.level = 1 if "=" in raw else 2
            above.content = heading_text(above.content)
            line.kind = Kind.RULE
            return
    if _RULE.match(raw) or (raw.rstrip() == "--" and (above is None or above.kind is Kind.BLANK)):
        line.kind = Kind.RULE  # "--" parts the text from the signature (RFC 3676, section 4.3).
    elif match := _BULLET.match(raw) or _EMPTY_BULLET.match(raw):
        line.kind = Kind.BULLET
        line.content = match.group(2).strip() if match.re is _BULLET else ""
    elif line.content.startswith("•"):
        _read_dotted(line)


_FIELDS = frozenset({"author", "date", "source", "link", "tags"})


def demote_fields(lines: Sequence[Line], labels: Labels) -> None:
    """A heading such as "#### Author: Ann" right below another one says something of that one."""
    above = 0
    for line in lines:
        if line.kind is Kind.HEADING and 0 < above < line.level:
            label = labels.match(line.content)
            if label is not None and label.field in _FIELDS and label.value:
                line.kind, line.raw = Kind.TEXT, line.content
                continue
        if line.kind is not Kind.BLANK:
            above = line.level if line.kind is Kind.HEADING else 0


def read_sections(lines: Sequence[Line]) -> list[Section]:
    """Cut at headings; the first section is what stands before any."""
    starts = [index for index, line in enumerate(lines) if line.kind is Kind.HEADING]
    sections = [Section(0, "", None, lines[: starts[0] if starts else len(lines)])]
    open_: list[Section] = []
    for place, start in enumerate(starts):
        end = starts[place + 1] if place + 1 < len(starts) else len(lines)
        heading = lines[start]
        while open_ and open_[-1].level >= heading.level:
            open_.pop()
        section = Section(
            heading.level, heading.content, heading, lines[start + 1 : end], tuple(open_)
        )
        if open_:
            open_[-1].below.append(section)
        open_.append(section)
        sections.append(section)
    return sections
