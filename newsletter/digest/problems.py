"""Collects what there is to tell the editor, and puts it in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Generic, Protocol, TypeVar

from .value import Level, Param, Problem

_MOST = 500  # of one document; more would only hide each other. Errors are always kept.
_RANK: Mapping[Level, int] = {"error": 0, "warning": 1, "note": 2}


class Placed(Protocol):
    """What can be put in the order of a document's lines."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...
    @property
    def level(self) -> Level: ...
    @property
    def code(self) -> str: ...


P = TypeVar("P", bound=Placed)


class Collection(Generic[P]):
    """Problems of one kind of class, in the order they were found."""

    def __init__(self, found: Iterable[P] = ()) -> None:
        self.found: list[P] = list(found)

    def keep(self, problem: P) -> None:
        """Add one; beyond the first 500 only errors are kept."""
        if len(self.found) < _MOST or problem.level == "error":
            self.found.append(problem)

    def refused(self) -> bool:
        """Whether there is an error among them."""
        return any(problem.level == "error" for problem in self.found)

    def sorted(self) -> tuple[P, ...]:
        """By line, column, then error before warning before note."""
        return tuple(sorted(self.found, key=lambda p: (p.line, p.column, _RANK[p.level], p.code)))


class Problems(Collection[Problem]):
    """The problems of a document that is being read. `line` 0 is the whole file."""

    def error(
        self, code: str, params: Mapping[str, Param] | None = None, line: int = 0, column: int = 1
    ) -> None:
        """This refuses the document."""
        self._add("error", code, params, line, column)

    def warn(
        self, code: str, params: Mapping[str, Param] | None = None, line: int = 0, column: int = 1
    ) -> None:
        """The document is taken, and the editor is asked to look."""
        self._add("warning", code, params, line, column)

    def note(
        self, code: str, params: Mapping[str, Param] | None = None, line: int = 0, column: int = 1
    ) -> None:
        """Only for information."""
        self._add("note", code, params, line, column)

    def _add(
        self, level: Level, code: str, params: Mapping[str, Param] | None, line: int, column: int
    ) -> None:
        self.keep(Problem(line, column if line else 0, level, code, dict(params or {})))
