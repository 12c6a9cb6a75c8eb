"""The lines of one section as blocks: paragraphs, bullets with what hangs on them, tables, rules.

What the shapes weigh and read. A block's text has its reference links resolved; what is asked of a
block more than once is found once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .html import MOST_OF_FIGURE, figure_lines
from .inline import (
    find_links,
    holds_link,
    only_link,
    without_pictures,
)
from .outline import Kind, Line, Outline, Section
from .value import Link

PARAGRAPH, QUOTE, BULLET, NUMBER, TABLE, CODE, PICTURE, RULE = (
    "paragraph", "quote", "bullet", "number", "table", "code", "picture", "rule",
)  # fmt: skip
_HTML_PICTURE = re.compile(
    r"<img\s[^<>]*>|</?(?:center|p|div|figure|picture|source|span|br)(?:\s[^<>]*)?/?>", re.I
)
# A block of HTML that may hold a picture with the words below it, and the marks of such words.
_HTML_BLOCK = re.compile(r"<(figure|div|p|center|picture)(?:\s[^<>]*)?>", re.I)
_LONGEST_FIGURE = 4_000  # characters; more is no picture with some words
_CAPTION = re.compile(
    r"<(figcaption|caption|em|i|small|sub|sup)(?:\s[^<>]*)?>((?:[^<]|<(?!/\1))*+)</\1\s*>", re.I
)


@dataclass(slots=True)
class Block:
    """Some lines of one kind. `below` are the lines that hang on a bullet or number."""

    kind: str
    lines: list[Line]
    outline: Outline
    below: list[Line] = field(default_factory=list)
    _text: str | None = None
    _links: list[Link] | None = None
    _only: Link | bool | None = False

    @property
    def first(self) -> int:
        return self.lines[0].number

    @property
    def last(self) -> int:
        held = [line for line in self.below if line.kind not in {Kind.BLANK, Kind.DROPPED}]
        return (held or self.lines)[-1].number

    def all_lines(self) -> Iterator[Line]:
        yield from self.lines
        yield from self.below

    @property
    def text(self) -> str:
        """Its own text, without the mark of a bullet and without what hangs on it."""
        if self._text is None:
            first, *rest = self.lines
            head = first.content if first.kind is not Kind.CODE else first.raw
            joined = "\n".join([head, *(line.content or line.raw.strip() for line in rest)])
            self._text = self.outline.resolved(joined.strip())
        return self._text

    @property
    def links(self) -> list[Link]:
        """The links in its own text."""
        if self._links is None:
            self._links = find_links(self.text)
        return self._links

    @property
    def only(self) -> Link | None:
        """The link, when its own text is nothing but one link."""
        if self._only is False:
            self._only = only_link(self.text) if self.linked else None
        return self._only if isinstance(self._only, Link) else None

    @property
    def linked(self) -> bool:
        """Whether its own text holds a link of any kind."""
        return holds_link(self.text)

    def linked_below(self) -> bool:
        """Whether what hangs on it holds a link."""
        return any(holds_link(self.outline.resolved(line.raw)) for line in self.below)


def blocks_of(section: Section, outline: Outline) -> list[Block]:
    """The blocks of a section's own lines."""
    if section.blocks is None:
        section.blocks = cut(section.lines, outline)
    return section.blocks


def cut(lines: Sequence[Line], outline: Outline) -> list[Block]:
    """Lines as blocks, in order; blank and dropped lines belong to none."""
    return _Cutter(lines, outline).run()


class _Cutter:
    def __init__(self, lines: Sequence[Line], outline: Outline) -> None:
        self.lines = lines
        self.outline = outline
        indents = [line.indent for line in lines if line.kind is Kind.BULLET]
        self.top = min(indents, default=0)
        self.made: list[Block] = []
        self.owner: Block | None = None  # The bullet that takes indented lines.
        self.blank = True
        self.nested = False

    def run(self) -> list[Block]:
        figure = 0  # How many lines of a figure are still to come.
        for index, line in enumerate(self.lines):
            if figure:
                self.made[-1].lines.append(line)
                figure -= 1
                continue
            if figure := self._figure(index):
                self._start(PARAGRAPH, line)
                figure -= 1
                self.blank = True
                continue
            if line.kind in {Kind.BLANK, Kind.DROPPED}:
                self.blank = True
                if self.owner is not None:
                    self.owner.below.append(line)
                continue
            self._take(line)
            self.blank = False
        for block in self.made:
            if block.kind == PARAGRAPH and _is_picture(block):
                block.kind = PICTURE
        return self.made

    def _figure(self, index: int) -> int:
        """The lines of the figure that starts here, 0 for none; blank ones do not end it."""
        line = self.lines[index]
        if line.kind is not Kind.TEXT or not line.content.startswith("<"):
            return 0
        if self.owner is not None and line.indent > self.top + 1:
            return 0  # It hangs on a bullet.
        return figure_lines([one.raw for one in self.lines[index : index + MOST_OF_FIGURE]], 0)

    def _take(self, line: Line) -> None:
        if line.kind is Kind.RULE:
            self._start(RULE, line)
        elif line.kind is Kind.BULLET and line.indent <= self.top + 1:
            self.owner = self._start(BULLET, line)
        elif self.owner is not None and (line.indent > self.top + 1 or not self.blank):
            if self.nested or self.blank or line.kind is not Kind.TEXT:
                self.owner.below.append(line)
                self.nested = True
            else:
                self.owner.lines.append(line)
        elif line.kind is Kind.NUMBER:
            self._start(NUMBER, line)
        elif line.kind is Kind.CODE:
            self._go_on(CODE, line)
        elif line.kind is Kind.QUOTE:
            self._go_on(QUOTE, line)
        elif line.content.startswith("|"):
            self._go_on(TABLE, line)
        else:
            self._go_on(PARAGRAPH, line)

    def _start(self, kind: str, line: Line) -> Block:
        block = Block(kind, [line], self.outline)
        self.made.append(block)
        self.owner = None
        self.nested = False
        return block

    def _go_on(self, kind: str, line: Line) -> None:
        last = self.made[-1] if self.made else None
        self.owner = None
        joins = {kind} if kind != PARAGRAPH else {PARAGRAPH, NUMBER}
        if last is not None and not self.blank and last.kind in joins:
            last.lines.append(line)
        else:
            self._start(kind, line)


def _is_picture(block: Block) -> bool:
    """A paragraph that is only pictures, linked or not; a block of HTML may hold words on them."""
    text = block.text
    if "![" not in text and "<img" not in text.lower():
        return False
    opening = _HTML_BLOCK.match(text)
    short = len(text) <= _LONGEST_FIGURE
    if (
        short
        and opening is not None
        and text.lower().rstrip().endswith(f"</{opening.group(1).lower()}>")
    ):
        text = _CAPTION.sub("", text)
    return not _says_something(text)


def is_captioned(block: Block) -> bool:
    """Whether a picture has words below it, so that it closes what stands above it."""
    return block.kind == PICTURE and _says_something(block.text)


def _says_something(text: str) -> bool:
    """Whether there is more than pictures and the tags around them."""
    return re.search(r"\w", without_pictures(_HTML_PICTURE.sub("", text), linked=True)) is not None
