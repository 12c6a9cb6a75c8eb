"""Where in a document a name stands: the line and column a problem points to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from newsletter.digest import Item

_LONGEST_HEADER = 60  # lines of front matter that are looked through


@dataclass(frozen=True, slots=True)
class Places:
    """The lines of a document, to look names up in. Lines and columns count from 1."""

    lines: tuple[str, ...]

    @classmethod
    def of_text(cls, text: str) -> Places:
        """Of a text with `\\n` as its line ends."""
        return cls(tuple(text.split("\n")))

    def of(self, item: Item, name: str) -> tuple[int, int]:
        """Where `item` gets `name` from: a line of its own, else the nearest heading above it,
        else the header of the document; else where the item begins."""
        last = max(item.last_line, item.line)
        own = range(item.line + 1, min(last, len(self.lines)) + 1)
        above = range(min(item.line - 1, len(self.lines)), 0, -1)
        headings = (number for number in above if self.lines[number - 1].lstrip()[:1] in "#＃<*")
        header = range(1, min(item.line, _LONGEST_HEADER))
        for numbers in (own, headings, [item.line], header):
            if (found := self._first(numbers, name)) is not None:
                return found
        return item.line, 1

    def of_name(self, name: str) -> tuple[int, int]:
        """The first place of `name` in the whole document; (0, 0) if it is nowhere."""
        return self._first(range(1, len(self.lines) + 1), name) or (0, 0)

    def text(self, line: int) -> str:
        """One line; empty beyond the document."""
        return self.lines[line - 1] if 0 < line <= len(self.lines) else ""

    def _first(self, numbers: Iterable[int], name: str) -> tuple[int, int] | None:
        for number in numbers:
            column = self.text(number).find(name) if name else -1
            if column >= 0:
                return number, column + 1
        return None
