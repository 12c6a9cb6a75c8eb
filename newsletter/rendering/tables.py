"""Wide tables in a mail: on a phone their rows stand below each other, each cell with its column.

A phone has room for some 40 letters; a table that needs more has words broken, or a mail too wide.
So each cell carries its column's name, hidden, and a media query stacks the cells and shows the
names (`phone.css`). Where style sheets are dropped the table stays one, with whole words; only a
word that alone is too long for a column may be broken.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from .columns import width

# Columns of text that fit beside each other on a phone, with the cells' padding.
_ROOM = 30
_TABLE = re.compile(r"<table([^>]*)>((?:(?!</?table\b).)*)</table>", re.DOTALL)
_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<(th|td)([^>]*)>(.*?)</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_LONG = re.compile(r"<[^>]+>|[!-;=-~\u00c0-\u052f]{25,}")


def stacked(html: str) -> str:
    """Clean HTML in which tables too wide for a phone can be stacked.

    Speaks the active language.
    """
    return _TABLE.sub(_table, html) if "<table" in html else html


def _table(match: re.Match[str]) -> str:
    inside = _LONG.sub(_breakable, match[2])
    rows = [_CELL.findall(row) for row in _ROW.findall(inside)]
    names = [_TAG.sub("", text).strip() for _tag, _attributes, text in rows[0]] if rows else []
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


def _breakable(match: re.Match[str]) -> str:
    word = match.group()
    return word if word.startswith("<") else f'<span class="long">{word}</span>'
