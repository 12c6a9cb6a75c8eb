"""Collects what there is to tell the editor."""

from __future__ import annotations

from .value import Level, Problem

_MOST = 500  # Of one document; more would only hide each other.


class Problems:
    """In the order found; `sorted` gives the order of the lines, errors of a line first."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, level: Level, code: str, message: str, line: int = 0, column: int = 1) -> None:
        """One problem; `line` 0 is the whole file."""
        if len(self.found) < _MOST or level == "error":
            self.found.append(Problem(line, column if line else 0, level, code, message))

    def error(self, code: str, message: str, line: int = 0, column: int = 1) -> None:
        """Refuses the import."""
        self.add("error", code, message, line, column)

    def warn(self, code: str, message: str, line: int = 0, column: int = 1) -> None:
        """Imports, and asks to look."""
        self.add("warning", code, message, line, column)

    def note(self, code: str, message: str, line: int = 0, column: int = 1) -> None:
        """Only says."""
        self.add("note", code, message, line, column)

    def refused(self) -> bool:
        """Whether there is an error among them."""
        return any(problem.level == "error" for problem in self.found)

    def sorted(self) -> tuple[Problem, ...]:
        """By line, column, then error before warning before note."""
        rank = {"error": 0, "warning": 1, "note": 2}
        return tuple(sorted(self.found, key=lambda p: (p.line, p.column, rank[p.level], p.code)))
