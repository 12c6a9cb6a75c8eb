"""Lines to rows of cells, however the quotes stand.

RFC 4180 lets a quoted cell hold line ends, so one quote that is never closed makes a parser that
keeps to the letter swallow every row to the end of the file. Here such a cell is believed only if
it ends as it should and does not hold what look like rows; otherwise its line is read by itself,
and so is every line after it.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from itertools import chain, count

from .file import SEPARATORS, Lines, Opened, is_hint
from .mailboxes import holds_address

# A cell with somebody's whole biography is fine, a million octets in one are a broken quote.
CELL_LIMIT = 1_000_000
# How far a quoted cell may reach, and after how many that reached nowhere none is looked for.
_MOST_LINES = 400
_MOST_BROKEN = 50

# A row: the number of its (first) line, its cells, and what was wrong with how it is written:
# "" nothing, "quote" a quote that does not close, "separator" another one than the file's.
# A blank line has no cells.
Record = tuple[int, list[str], str]


class _Feed:
    """Lines one by one, and by the block in which they were read."""

    def __init__(self, lines: Lines) -> None:
        self._blocks = lines.blocks()
        self._start, self._texts = 1, list[str]()
        self._place = 0

    def load(self) -> bool:
        """Go on to the next block, this one being at its end; False if there is none."""
        found = next(self._blocks, None)
        if found is None:
            return False
        (self._start, self._texts), self._place = found, 0
        return True

    def whole(self) -> tuple[int, list[str]]:
        """All lines of the block, of which none was taken yet."""
        self._place = len(self._texts)
        return self._start, self._texts

    @property
    def has_quotes(self) -> bool:
        return any('"' in text for text in self._texts)

    @property
    def has_more(self) -> bool:
        """Whether a line of this block is left."""
        return self._place < len(self._texts)

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> tuple[int, str]:
        while not self.has_more:
            if not self.load():
                raise StopIteration
        place = self._place
        self._place = place + 1
        return self._start + place, self._texts[place]


class Records:
    """The rows of a file in order. `width`: how many cells a row has; 0 while that is unknown."""

    def __init__(self, opened: Opened, width: int = 0) -> None:
        csv.field_size_limit(CELL_LIMIT)
        self.lines = Lines(opened)
        self._separator = opened.separator
        self._blanks = f'{opened.separator}" \t\r\u3000\xa0\x1a\x00'
        self._width = width
        self._back: deque[tuple[int, str]] = deque()
        self._broken = 0

    def __iter__(self) -> Iterator[Record]:
        return chain.from_iterable(self.blocks())

    def blocks(self) -> Iterator[list[Record]]:
        """The same rows, some thousand at once."""
        feed, first = _Feed(self.lines), True
        while feed.load():
            if not first and self._width and not self._back and not feed.has_quotes:
                yield self._plainly(*feed.whole())
                continue
            records: list[Record] = []
            # A quoted cell may reach into the block that follows.
            while self._back or feed.has_more:
                number, text = self._back.popleft() if self._back else next(feed)
                if first and text.strip():
                    first = False
                    if is_hint(text):
                        continue
                records.append(self._record(number, text, feed))
            yield records

    def _plainly(self, start: int, texts: list[str]) -> list[Record]:
        """The rows of lines without a quote: all at once, for most of a file is that."""
        separator, width = self._separator, self._width
        rows = [text.split(separator) for text in texts]
        return [
            (number, cells, "")
            if len(cells) == width and text[:1].isalnum()
            else self._unquoted(number, text, cells)
            for number, text, cells in zip(count(start), texts, rows, strict=False)
        ]

    def _record(self, number: int, text: str, fresh: Iterator[tuple[int, str]]) -> Record:
        if '"' not in text:
            return self._unquoted(number, text, text.split(self._separator))
        if not text.strip(self._blanks):
            return number, [], ""
        cells, flaw = self._quoted(number, text, fresh)
        return self._fitting(number, text, cells, flaw)

    def _unquoted(self, number: int, text: str, cells: list[str]) -> Record:
        if not text.strip(self._blanks):
            return number, [], ""
        return self._fitting(number, text, cells, "")

    def _fitting(self, number: int, text: str, cells: list[str], flaw: str) -> Record:
        if len(cells) != self._width and self._width:
            cells, flaw = self._fit(cells, text, flaw)
        return number, cells, flaw

    # -- quotes

    def _quoted(
        self, number: int, text: str, fresh: Iterator[tuple[int, str]]
    ) -> tuple[list[str], str]:
        try:
            return self._parse(text), ""
        except csv.Error as error:
            if "unexpected end" not in str(error):
                # A quote inside a quoted cell: `"Bob "the" Builder"`.
                return self._loosely(text)
        if (cells := self._over_lines(text, fresh)) is not None:
            return cells, ""
        return self._loosely(text)

    def _over_lines(self, text: str, fresh: Iterator[tuple[int, str]]) -> list[str] | None:
        """The cells of a row over several lines, or None: then all but its line are given back."""
        if self._broken >= _MOST_BROKEN:
            return None
        taken: list[tuple[int, str]] = []
        cells: list[str] | None = None
        size = len(text)
        while len(taken) < _MOST_LINES and size < CELL_LIMIT:
            line = self._back.popleft() if self._back else next(fresh, None)
            if line is None:
                break
            taken.append(line)
            size += len(line[1])
            if '"' not in line[1]:
                continue
            try:
                cells = self._parse("\n".join([text, *(words for _number, words in taken)]))
                break
            except csv.Error as error:
                if "unexpected end" not in str(error):
                    break
        if cells is not None and (not self._width or len(cells) == self._width):
            if not all(self._is_row(words) for _number, words in taken):
                return cells
            if any("\n" in cell and holds_address(cell) for cell in cells):
                # They only looked like rows: nothing but addresses, one under the other.
                return cells
        self._broken += 1
        self._back.extendleft(reversed(taken))
        return None

    def _is_row(self, text: str) -> bool:
        """Whether a line could be a row of its own: as many cells, and one is an address."""
        cells = self._loosely(text)[0]
        return len(cells) == (self._width or len(cells)) and any(map(holds_address, cells))

    def cells_of(self, text: str) -> list[str]:
        """The cells of one line, read by itself."""
        if '"' not in text:
            return text.split(self._separator)
        try:
            return self._parse(text)
        except csv.Error:
            return self._loosely(text)[0]

    def _parse(self, text: str) -> list[str]:
        rows = csv.reader(
            text.splitlines(keepends=True) if "\n" in text else [text],
            delimiter=self._separator, skipinitialspace=True, strict=True,
        )  # fmt: skip
        cells = next(rows, [])
        if next(rows, None) is not None:
            raise csv.Error("more than one row")
        return cells

    def _loosely(self, text: str) -> tuple[list[str], str]:
        """A line whose quotes do not fit together: cut at every separator, if that gives a row."""
        separator = self._separator
        try:
            cells = next(csv.reader([text], delimiter=separator, skipinitialspace=True), [])
        except csv.Error:
            cells = []
        # An odd number of quotes: one of them stands for nothing.
        if text.count('"') % 2 == 0 and len(cells) == (self._width or len(cells)):
            return cells, ""
        return [cell.strip().strip('"') for cell in text.split(separator)], "quote"

    # -- width

    def _fit(self, cells: list[str], text: str, flaw: str) -> tuple[list[str], str]:
        """A row of the right number of cells where one can be had; as it is otherwise."""
        width = self._width
        if not any(map(str.strip, cells)):
            return [], ""
        while len(cells) > width and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) == width or flaw:
            return cells, flaw
        if len(cells) == 1 and self._separator in cells[0]:
            # A spreadsheet that took each line for one cell quoted it whole.
            again = next(csv.reader([cells[0]], delimiter=self._separator), [])
            if len(again) == width:
                return again, ""
        for other in SEPARATORS:
            if other != self._separator and other in text:
                again = next(csv.reader([text], delimiter=other, skipinitialspace=True), [])
                if len(again) == width:
                    return again, "separator"
        return cells, flaw

    @property
    def done(self) -> float:
        """The share of the file that was read, 0 to 1."""
        return self.lines.done

    def close(self) -> None:
        self.lines.close()
