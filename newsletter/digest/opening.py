"""What nobody owns: questions with a structure key, and the answers a layout already has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from .assembling import Assembled
from .blocks import PICTURE, RULE, Block, cut, is_captioned
from .inline import find_links
from .keys import KIND_OF, LEAD_IN, section_key
from .layout import Layout, Role
from .leads import is_lead_in
from .markdown import plain_text
from .outline import Line, Section
from .reading import Reading
from .titles import section_name, split_linked_title
from .value import Item, Link, Open, Param

_MOST_SHOWN = 8  # lines of the text that is shown
_LONGEST_SHOWN = 400  # characters of each


@dataclass(slots=True)
class Questions:
    """The open lines, and those the layout answered."""

    open: list[Open] = field(default_factory=list)
    decided: list[tuple[Open, Role]] = field(default_factory=list)


@dataclass(slots=True)
class _Gap:
    """Blocks that nobody owns, one after the other in one section."""

    section: Section
    blocks: list[Block]
    lines: list[Line]

    def kind(self) -> str:
        told = [block for block in self.blocks if block.kind != PICTURE] or self.blocks
        return KIND_OF[told[0].kind]


def ask(assembled: Assembled, reading: Reading, layout: Layout) -> Questions:
    """Find what is open, and carry out what the layout says of it. Every other gap is an error."""
    made = Questions()
    items = frozenset(item.line for item in assembled.parts.items)
    for section in reading.outline.sections:
        for gap in _gaps(section, reading):
            one = _open(gap, reading, assembled, items)
            if one.key not in layout.lines and _leads_in(gap, one.first, assembled):
                one = replace(one, key=LEAD_IN)  # One question for those of all sections.
            role = layout.lines.get(one.key)
            if role is not None and _carry_out(role, gap, one, assembled, reading):
                made.decided.append((one, role))
                continue
            if role is None and _closes_item(gap, one):
                _carry_out(Role.ABOVE, gap, one, assembled, reading)
                continue
            made.open.append(one)
            params: dict[str, Param] = {
                "first": one.first,
                "last": one.last,
                "count": one.last - one.first + 1,
                "case": "line" if one.first == one.last else "lines",
            }
            reading.problems.error("unclaimed", params, one.first)
    assembled.parts.items.sort(key=lambda item: item.line)
    return made


def _leads_in(gap: _Gap, first: int, assembled: Assembled) -> bool:
    """Whether a sentence or two stand between a section's heading and its first item."""
    section = gap.section
    if section.heading is None or not is_lead_in(gap.blocks):
        return False
    if any(section.first < line.number < first for line in section.content()):
        return False
    last = max(one.last for one in section.everything())
    inside = [one.line for one in assembled.parts.items if section.first <= one.line <= last]
    return bool(inside) and first < min(inside)


def _closes_item(gap: _Gap, one: Open) -> bool:
    """Whether nothing but pictures with their words stands below an item of the section."""
    below = one.key.endswith(("|after", "|between"))
    return below and bool(gap.blocks) and all(map(is_captioned, gap.blocks))


def _gaps(section: Section, reading: Reading) -> Iterator[_Gap]:
    if section.heading is not None and reading.is_open(section.heading):
        yield _Gap(section, [], [section.heading])
    run: list[Line] = []
    for line in section.lines:
        if reading.is_open(line):
            run.append(line)
        elif run and (line.number in reading.claimed or line.number in reading.left_out):
            yield from _gap(section, run, reading)
            run = []
    yield from _gap(section, run, reading)


def _gap(section: Section, lines: Sequence[Line], reading: Reading) -> Iterator[_Gap]:
    """The lines with the blank ones between them, as blocks."""
    if not lines:
        return
    first, last = lines[0].number, lines[-1].number
    between = [line for line in section.lines if first <= line.number <= last]
    blocks = [one for one in cut(between, reading.outline) if one.kind != RULE]
    yield _Gap(section, blocks, between)


def _open(gap: _Gap, reading: Reading, assembled: Assembled, items: frozenset[int]) -> Open:
    section = gap.section
    first, last = gap.lines[0].number, gap.lines[-1].number
    kind = gap.kind() if gap.blocks else "heading"
    path = section_key(section, reading.outline.title_line, items)
    key = f"{path}|{kind}|{_place(section, first, assembled, reading)}"
    shown = [line.raw.strip()[:_LONGEST_SHOWN] for line in gap.lines if line.raw.strip()]
    return Open(first, last, key, kind, "\n".join(shown[:_MOST_SHOWN]))


def _place(section: Section, first: int, assembled: Assembled, reading: Reading) -> str:
    """Where in its section a gap stands, by the items there."""
    end = section.lines[-1].number if section.lines else section.first
    own = [item.line for item in assembled.parts.items if section.first <= item.line <= end]
    if not own:
        top = section.heading is None or section.heading.number == reading.outline.title_line
        return "start" if top else "alone"
    if first < min(own):
        return "before"
    return "after" if first > max(own) else "between"


def _carry_out(role: Role, gap: _Gap, one: Open, assembled: Assembled, reading: Reading) -> bool:
    """Make the gap what the role says; False when it cannot be that."""
    parts = assembled.parts
    if role is Role.LEFT_OUT:
        reading.leave_out(gap.lines)
        return True
    if role is Role.ABOVE:
        above = [index for index, item in enumerate(parts.items) if item.line < one.first]
        if not above:
            return False
        index = max(above, key=lambda place: parts.items[place].line)
        item = parts.items[index]
        body = "\n\n".join(part for part in (item.body, _text(gap, reading)) if part)
        parts.items[index] = replace(item, body=body, last_line=one.last)
        return True
    text = _text(gap, reading)
    if role is Role.INTRODUCTION:
        parts.intro = "\n\n".join(part for part in (parts.intro, text) if part)
    elif role is Role.TAIL:
        links = find_links(text)
        parts.tail_links += links or [Link(plain_text(text, links=False))]
        if not parts.tail_title and gap.section.heading is not None:
            parts.tail_title = section_name(gap.section.title)
    else:
        parts.items.append(_item(gap, one, text, reading))
    return True


def _text(gap: _Gap, reading: Reading) -> str:
    if not gap.blocks:
        return reading.section_block(gap.section)
    return reading.block(gap.lines)


def _item(gap: _Gap, one: Open, text: str, reading: Reading) -> Item:
    from .titles import section_category, section_path

    first, _blank, below = text.partition("\n\n")
    title, source, rest = split_linked_title(first)
    return Item(
        title=title.strip("#*_ ") or section_name(gap.section.title),
        line=one.first,
        category=section_category(gap.section, reading),
        sources=(source,) if source is not None else (),
        body="\n\n".join(part for part in (rest, below) if part),
        section=section_path(gap.section, reading),
        last_line=one.last,
    )
