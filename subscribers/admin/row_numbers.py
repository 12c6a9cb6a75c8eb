"""The number of a row, as a form or an address names it. Pure."""

from __future__ import annotations

# No key of a row has more figures; what has more than 4,300 Python refuses to read at all.
_LONGEST = 18


def row_number(text: str) -> int:
    """The number that stands there; 0, which no row has, where none does."""
    known = text.isascii() and text.isdecimal() and len(text) <= _LONGEST
    return int(text) if known else 0
