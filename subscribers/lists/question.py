"""What a person is asked of a file: a column, its values with their counts, three masked rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .standing import Standing
from .stems import About


@dataclass(frozen=True, slots=True)
class Value:
    """One value that waits for a decision: `value` as `--value` takes it, rows that hold it, and
    up to three of them as (line, masked address)."""

    value: str
    count: int
    examples: tuple[tuple[int, str], ...]
    dated: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A column that speaks of a state and has not been decided. `place` from 1; 0: the file.

    `standings` are the answers that can be given.
    """

    column: str
    place: int
    about: tuple[About, ...]
    values: tuple[Value, ...]
    suggestion: Standing | None = None
    standings: tuple[Standing, ...] = tuple(Standing)

    def to_json(self) -> dict[str, Any]:
        """What the command prints under `undecided`."""
        return {
            "column": self.column,
            "place": self.place,
            "about": [str(about) for about in self.about],
            "values": [
                {
                    "value": v.value,
                    "count": v.count,
                    "examples": [{"line": line, "address": who} for line, who in v.examples],
                }
                for v in self.values
            ],
        }
