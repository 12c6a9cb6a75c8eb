"""Link lists: a heading is a section, a bullet with a link an item, its nested text a note."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..checks import check_sources
from ..inline import holds_link, only_link
from ..marking import gettext_noop
from ..outline import Kind, Line, Outline, Section
from ..reading import Parts, Reading
from ..titles import section_category, split_linked_title
from ..value import Item

NAME = "links"
LABEL = gettext_noop("Lists of links")
SURENESS = 0.7

_PARAGRAPH = {Kind.TEXT, Kind.QUOTE, Kind.NUMBER}
# Characters; longer bullets are prose with a dot in front. Lists of links average 50 to 190.
_LONGEST_NOTE = 260
# The least share of bullets with a link among bullets and paragraphs, for three bullets or more.
_SHARE = 0.32


@dataclass(slots=True)
class _Bullet:
    """A bullet of the top level. `own` is its text, `below` what is nested in it."""

    section: Section
    line: Line
    own: list[Line] = field(default_factory=list)
    below: list[Line] = field(default_factory=list)

    def text(self) -> str:
        rest = [line.raw.strip() for line in self.own]
        return "\n".join([self.line.content, *rest]).strip()


def _bullets(section: Section) -> tuple[list[_Bullet], list[list[Line]]]:
    """The bullets of the top level of a section, and its paragraphs outside them."""
    bullets: list[_Bullet] = []
    paragraphs: list[list[Line]] = []
    indents = [line.indent for line in section.lines if line.kind is Kind.BULLET]
    top = min(indents, default=0)
    current: _Bullet | None = None
    blank = True
    nested = False
    for line in section.lines:
        if line.kind in {Kind.BLANK, Kind.DROPPED}:
            blank = True
            if current is not None:
                current.below.append(line)
            continue
        if line.kind is Kind.BULLET and line.indent <= top + 1:
            current = _Bullet(section, line)
            bullets.append(current)
            nested = False
        elif line.kind is Kind.RULE:
            current = None
        elif current is not None and (line.indent > top + 1 or not blank):
            if nested or blank or line.kind is not Kind.TEXT:
                current.below.append(line)
                nested = True
            else:
                current.own.append(line)
        else:
            current = None
            if blank or not paragraphs or line.kind is not Kind.TEXT:
                paragraphs.append([])
            paragraphs[-1].append(line)
        blank = False
    return bullets, paragraphs


def evidence(outline: Outline) -> float:
    """`SURENESS` when there are bullets to be items and prose does not outweigh them."""
    return SURENESS if count(outline) else 0.0


def count(outline: Outline) -> int:
    """How many items this shape would find; 0 when prose outweighs them.

    Other shapes whose marks also stand in lists of links compare themselves with it.
    """
    lengths: list[int] = []
    prose = linked = 0
    for section in outline.sections:
        bullets, paragraphs = _bullets(section)
        for bullet in bullets:
            text = outline.resolved(bullet.text())
            if holds_link(text):
                lengths.append(len(text))
        prose += sum(1 for lines in paragraphs if lines[0].kind in _PARAGRAPH)
    for section, _heading in outline.headed():
        linked += only_link(outline.resolved(section.title)) is not None
    if not lengths or sorted(lengths)[len(lengths) // 2] > _LONGEST_NOTE:
        return 0
    found = len(lengths) + linked
    needed = _SHARE if len(lengths) >= 3 else 0.5
    return len(lengths) if found >= needed * (found + prose) and len(lengths) > 1 else 0


def read(reading: Reading) -> Parts:
    """Items in order; what stands in front of the first is the introduction."""
    parts = Parts([])
    found: list[_Bullet] = []
    for section in reading.outline.sections:
        for bullet in _bullets(section)[0]:
            whole = reading.resolved(bullet.text())
            if holds_link(whole) or any(
                holds_link(reading.resolved(line.raw)) for line in bullet.below
            ):
                found.append(bullet)
    parts.intro = reading.before(found[0].line.number if found else 0)
    for bullet in found:
        parts.items.append(_item(bullet, reading))
    return parts


def _item(bullet: _Bullet, reading: Reading) -> Item:
    reading.claim(bullet.line, *bullet.own)
    title, source, rest = split_linked_title(reading.resolved(bullet.text()))
    note = reading.block(_outdented(bullet.below))
    item = Item(
        title=title,
        line=bullet.line.number,
        category=section_category(bullet.section, reading),
        sources=(source,) if source is not None else (),
        body="\n\n".join(part for part in (rest, note) if part),
    )
    check_sources(item, reading.problems)
    return item


def _outdented(lines: Sequence[Line]) -> list[Line]:
    """The same lines without the indentation they share."""
    holding = [line for line in lines if line.kind not in {Kind.BLANK, Kind.DROPPED}]
    if not holding:
        return []
    raws = [line.raw.expandtabs(4) for line in holding]
    cut = min(len(raw) - len(raw.lstrip()) for raw in raws if raw.strip()) if raws else 0
    made = []
    for line in lines:
        raw = line.raw.expandtabs(4)
        space = len(raw) - len(raw.lstrip())
        made.append(
            Line(
                line.number, re.sub(rf"^ {{0,{min(cut, space)}}}", "", raw), line.kind, line.indent
            )
        )
    return made
