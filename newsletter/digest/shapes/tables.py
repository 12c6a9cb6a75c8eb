"""Tables: a row with a link is an item; its first words are the title, the other cells its text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..blocks import PICTURE, RULE, TABLE, Block, blocks_of
from ..dates import read as read_date
from ..inline import find_links, holds_link, only_link
from ..labels import is_placeholder
from ..markdown import plain_text
from ..marking import gettext_noop
from ..outline import Line, Outline
from ..reading import Parts, Reading
from ..titles import section_category, section_path, split_linked_title
from ..value import Item, Link
from ..vocabulary import is_one_of

NAME = "tables"
LABEL = gettext_noop("Tables of links")
SURENESS = 0.7

_BETWEEN = re.compile(r"(?<!\\)\|")
_UNDER_HEAD = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_WORD = re.compile(r"[^\W\d_]")
_DISTINCT = 4  # of so many rows one may have the title of another
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def _cells(text: str) -> list[str]:
    return [cell.strip() for cell in _BETWEEN.split(text.strip().strip("|"))]


def _rows(block: Block, outline: Outline) -> tuple[list[str], list[tuple[Line, list[str]]]]:
    """The names of the columns, and the rows below them."""
    rows = [(line, _cells(outline.resolved(line.content))) for line in block.lines]
    if len(rows) > 1 and _UNDER_HEAD.match(block.lines[1].content):
        return rows[0][1], rows[2:]
    return [], rows


def evidence(outline: Outline) -> float:
    """`SURENESS` times the share of the section that tables are in which most rows have a link."""
    blocks = [one for one in blocks_of(outline.section, outline) if one.kind not in {RULE, PICTURE}]
    held = every = 0
    for block in blocks:
        if block.kind != TABLE:
            every += 1
            continue
        rows = _rows(block, outline)[1]
        linked = sum(any(holds_link(cell) for cell in cells) for _line, cells in rows)
        every += max(1, len(rows))
        if rows and linked * 10 >= len(rows) * 6:
            held += len(rows)
    return SURENESS * held / every if held else 0.0


def read(reading: Reading) -> Parts:
    """The rows of every table as items."""
    parts = Parts([])
    for block in blocks_of(reading.outline.section, reading.outline):
        if block.kind != TABLE:
            continue
        head, rows = _rows(block, reading.outline)
        reading.claim(*block.lines)
        named = [
            place for place, name in enumerate(head) if is_one_of("title_columns", _bare(name))
        ]
        first = named[0] if named else _title_column([cells for _line, cells in rows])
        parts.items += [
            _item(line, cells, head, first, reading) for line, cells in rows if any(cells)
        ]
    return parts


def _bare(name: str) -> str:
    return plain_text(name, links=False).strip(" *_:：")


def _title_column(rows: Sequence[Sequence[str]]) -> int:
    """The first column that can name the rows: one whose words are other ones in most of them.

    "To read", "to skim", "to read" is what is said of several. Of a short name and a longer one
    that is the row's link, the longer one is the title.
    """
    able: list[tuple[int, int, bool]] = []
    for column in range(max((len(cells) for cells in rows), default=0)):
        held = [cells[column] for cells in rows if column < len(cells)]
        named = [text for text in (plain_text(one, links=False) for one in held)
                 if _WORD.search(text)]  # fmt: skip
        if sum(read_date(text) != read_date("") for text in named) * 2 > len(named):
            continue  # When something is names nothing.
        if len(named) * 2 > len(rows) and len(set(named)) * _DISTINCT >= len(named) * (
            _DISTINCT - 1
        ):
            linked = sum(only_link(one) is not None for one in held) * 2 > len(held)
            able.append((column, sum(map(len, named)), linked))
    if not able:
        return 0
    first = able[0]
    longer = (one for one in able if one[2] and one[1] > first[1] and not first[2])
    return next(longer, first)[0]


def _item(
    line: Line, cells: list[str], head: list[str], first_column: int, reading: Reading
) -> Item:
    section = reading.outline.section
    texts = [plain_text(cell, links=False) for cell in cells]
    columns = (*range(first_column, len(texts)), *range(min(first_column, len(texts))))
    place = next((column for column in columns if _WORD.search(texts[column])), 0)
    first, *more = _BREAK.split(cells[place])
    title, source, rest = split_linked_title(first)
    title = title.strip("*_ ") or first
    body = [part.strip() for part in (rest, *more) if part.strip()]
    for number, cell in enumerate(cells):
        if number == place or not re.search(r"\w", cell):
            continue
        link = next((link for link in find_links(cell) if link.url), None)
        if source is None and link is not None:
            source = Link(title, link.url) if is_placeholder(link.label) else link
        name = head[number].strip("*_ ") if number < len(head) else ""
        text = _BREAK.sub(" ", cell)
        if number or not text.isdigit():
            body.append(f"**{name}:** {text}" if re.search(r"\w", name) else text)
    return Item(
        title=title,
        line=line.number,
        category=section_category(section, reading),
        sources=(source,) if source is not None else (),
        body="\n\n".join(body),
        section=section_path(section, reading),
        last_line=line.number,
    )
