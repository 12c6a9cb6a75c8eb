"""Front matter of Franklin, the generator of Julia's sites: `@def title = "A title"`.

Its variables stand one after the other, and their values are those of the language Julia.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .markdown import clean

_MOST = 2000  # lines
_DEFINITION = re.compile(r"@def\s+(\w{1,40})\s*=\s*(.*)$")
_DAY = re.compile(r"(?:Dates\.)?Date(?:Time)?\((\d{4}),\s*(\d{1,2}),\s*(\d{1,2})")
_LONG = '"""'


def read_definitions(lines: Sequence[str], first: int) -> tuple[dict[str, str], int]:
    """The values from the line with the index `first` on, by name, and the index behind them.

    Texts lose their quotes, a list its quotes only, a date is written as in ISO 8601; anything else
    stays as it is.
    """
    values: dict[str, str] = {}
    end = first
    while end < min(len(lines), first + _MOST) and (match := _DEFINITION.match(lines[end])):
        text = match.group(2).strip()
        end += 1
        if text.startswith(_LONG):
            text, end = _read_long(lines, text, end)
        elif day := _DAY.match(text):
            text = "-".join(part.zfill(2) for part in day.groups())
        elif text[:1] in {"[", '"', "'"}:
            text = re.sub(r"[\"']", "", text)
        values[match.group(1).lower()] = clean(text)
        while end < len(lines) and not lines[end].strip():
            end += 1
    return values, end


def _read_long(lines: Sequence[str], text: str, end: int) -> tuple[str, int]:
    """A text between triple quotes that may go on below, and the index behind it."""
    parts = [text.removeprefix(_LONG)]
    while _LONG not in parts[-1] and end < min(len(lines), _MOST):
        parts.append(lines[end].strip())
        end += 1
    return "\n".join(parts).split(_LONG)[0].strip(), end


def plain_days(text: str) -> str:
    """TOML between `+++` with Julia's dates, `date = Date(2025, 1, 2)`, written as TOML's own."""

    def day(match: re.Match[str]) -> str:
        year, month, number = match.groups()
        return f'= "{year}-{month:0>2}-{number:0>2}"'

    return re.sub(rf"=\s*{_DAY.pattern}[\d,\s]*\)", day, text)


def without_mark(line: str) -> str:
    """A line without the mark of a definition, so that its name stands first."""
    return line.removeprefix("@def ")
