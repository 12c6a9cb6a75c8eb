"""Wide tables in a mail: on a phone their rows stand below each other, each cell with its column.

A phone has room for some 40 letters; a table that needs more has words broken, or a mail too wide.
So each cell carries its column's name, hidden, and a media query stacks the cells and shows the
names (`phone.css`). Where style sheets are dropped the table stays one, with whole words; only a
word that alone is too long for a column may be broken. A table whose longest words need more than
a mail has on any screen has its rows below each other everywhere.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from .columns import units, width

# Columns of text that fit beside each other on a phone, with the cells' padding.
_ROOM = 30
# CSS pixels of the narrowest column of a mail on a desk (Essay); of a letter and of a cell's
# padding and border, on the large side: `M` and Chinese count for what they are.
_DESK = 508
_LETTER, _PADDING = 8.5, 21
_TABLE = re.compile(r"<table([^>]*)>((?:(?!</?table\b).)*)</table>", re.DOTALL)
_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<(th|td)([^>]*)>(.*?)</\1>", re.DOTALL)
_CAPTION = re.compile(r"<caption[^>]*>.*?</caption>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_BREAKABLE = 25
_LONG = re.compile(rf"<[^>]+>|[!-;=-~\u00c0-\u052f]{{{_BREAKABLE},}}")


def stacked(html: str) -> str:
    """Clean HTML in which tables too wide for a phone can be stacked.

    Speaks the active language.
    """
    return _TABLE.sub(_table, html) if "<table" in html else html


def _table(match: re.Match[str]) -> str:
    inside = _LONG.sub(_breakable, match[2])
    rows = [_CELL.findall(row) for row in _ROW.findall(inside)]
    names = [_TAG.sub("", text).strip() for _tag, _attributes, text in rows[0]] if rows else []
    if _least(rows) > _DESK:
        headed = len(rows) > 1 and all(cell[0] == "th" for cell in rows[0])
        caption = "".join(_CAPTION.findall(inside))
        return f"<table{match[1]}>{caption}{_below(rows, names if headed else [])}</table>"
    simple = len(names) > 1 and all(
        len(row) == len(names) and not any("span=" in cell[1] for cell in row) for row in rows
    )
    if not simple or any(tag != "th" for tag, _attributes, _text in rows[0]):
        return f"<table{match[1]}>{inside}</table>"
    widest = [max(width(_TAG.sub("", row[at][2])) for row in rows) for at in range(len(names))]
    if sum(widest) <= _ROOM:
        return f"<table{match[1]}>{inside}</table>"
    column = iter([*range(len(names))] * len(rows))

    def named(cell: re.Match[str]) -> str:
        at = next(column)
        if cell[1] == "th" or not names[at]:
            return cell.group()
        colon = _(": ")
        return f'<td{cell[2]}><span class="column">{names[at]}{colon}</span>{cell[3]}</td>'

    return f'<table class="wide"{match[1]}>{_CELL.sub(named, inside)}</table>'


def _least(rows: list[list[tuple[str, str, str]]]) -> float:
    """CSS pixels below which words of these rows would be broken."""
    columns = [
        max(_longest(row[at][2]) for row in rows if at < len(row))
        for at in range(max(map(len, rows), default=0))
    ]
    return sum(columns) * _LETTER + len(columns) * _PADDING


def _longest(cell: str) -> int:
    """Columns of the longest word; one that may be broken anywhere counts for little."""
    words = (piece for word in _TAG.sub(" ", cell).split() for piece in units(word))
    return max((min(width(word), _BREAKABLE) for word in words), default=0)


def _below(rows: list[list[tuple[str, str, str]]], names: list[str]) -> str:
    """The body of a table of one column: a row's cells, each behind its column's name."""
    made, colon = [], _(": ")
    for row in rows[1 if names else 0 :]:
        lines = [
            f"<b>{names[at]}{colon}</b>{cell[2]}" if at < len(names) and names[at] else cell[2]
            for at, cell in enumerate(row)
        ]
        made.append(f"<tr><td>{'<br>'.join(lines)}</td></tr>")
    return f"<tbody>{''.join(made)}</tbody>"


def _breakable(match: re.Match[str]) -> str:
    word = match.group()
    return word if word.startswith("<") else f'<span class="long">{word}</span>'
