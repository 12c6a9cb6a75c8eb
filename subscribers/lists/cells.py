"""Cells of a table that people open in a spreadsheet: formulas, and words that name somebody."""

from __future__ import annotations

import re

# Cells that a spreadsheet would run (OWASP's list, with the full-width forms Excel takes as well).
# `'` before one is how spreadsheets and our export write it as text.
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_DEFUSED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def defuse(cell: str) -> str:
    """A cell as it may be opened by a spreadsheet; `undefuse` gives back exactly this cell."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def undefuse(cell: str) -> str:
    """The cell before `defuse`."""
    return cell[1:] if cell[:1] == "'" and _DEFUSED.match(cell) else cell


def without_address(message: str) -> str:
    """Words that are kept, without an address: cells stand in the wrong column at times."""
    return re.sub(r"\S*@\S*|'[^']*'", "…", message)
