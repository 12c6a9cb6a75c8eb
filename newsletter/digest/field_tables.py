"""A table of two columns that says the facts of what stands above it: `| Source | The Gazette |`.

Its rows become the list of facts they are; a table of anything else stays one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .inline import columns, holds_link
from .labels import Labels
from .outline import Kind, Line

_BETWEEN = re.compile(r"(?<!\\)\|")
_NO_RULE = dict.fromkeys(map(ord, "|:-"))
_LONGEST_NAME = 30  # columns of a field's name
_LEAST = 2  # rows that are fields of the vocabulary
_TELLING = frozenset({"source", "link", "date", "author", "category", "score", "tags"})


def spread_fields(lines: Sequence[Line], labels: Labels) -> None:
    """Make facts of the rows of such tables that stand right below a heading."""
    for table in _tables(lines):
        rows = [_cells(line) for line in table]
        head = len(table) > 1 and _is_under_head(table[1].content)
        told = rows[2:] if head else rows
        if not told or any(len(cells) != 2 for cells in told):
            continue
        known = [_field(cells, labels) for cells in told]
        if sum(map(bool, known)) < _LEAST or len(_TELLING.intersection(known)) < _LEAST:
            continue
        if head and _field(rows[0], labels):
            continue  # The names of columns are fields: each row is a thing of its own.
        if any(columns(name) > _LONGEST_NAME or holds_link(name) for name, _value in told):
            continue
        for line in table[: len(table) - len(told)]:
            line.kind = Kind.DROPPED
        for line, (name, value) in zip(table[len(table) - len(told) :], told, strict=True):
            line.kind, line.indent = Kind.BULLET, 0
            line.content = f"**{name.strip('*_ :：')}:** {value}"
            line.raw = f"- {line.content}"


def _is_under_head(text: str) -> bool:
    """Whether a line of a table is the one that parts its head from the rest."""
    return "--" in text and not text.translate(_NO_RULE).strip()


def _tables(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The tables right below headings, as their lines."""
    table: list[Line] = []
    headed = False
    for line in lines:
        if line.kind is Kind.TEXT and line.content.startswith("|") and (headed or table):
            table.append(line)
            headed = False
            continue
        if table:
            yield table
            table = []
        if line.kind is Kind.HEADING:
            headed = True
        elif line.kind not in {Kind.BLANK, Kind.DROPPED}:
            headed = False
    if table:
        yield table


def _cells(line: Line) -> list[str]:
    text = line.content.strip().removeprefix("|").removesuffix("|")
    return [cell.strip() for cell in _BETWEEN.split(text)]


def _field(cells: Sequence[str], labels: Labels) -> str:
    label = labels.match(f"**{cells[0].strip('*_ :：')}:** {cells[1]}") if len(cells) == 2 else None
    return label.field if label is not None else ""
