"""A file of readers, looked at: what it is, what is open, and its rows in batches."""

from __future__ import annotations

import contextlib
import gc
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from subscribers.models import Publication

from . import layout as layouts
from .columns import Columns
from .file import Lines, Opened, examine
from .layout import Layout
from .plan import FileRefused, Options
from .question import Question
from .records import Record, Records
from .rows import Entry, book_reader, reader_of
from .standing import CUT, Rule, Standing
from .survey import Survey

BATCH = 10_000


class Undecided(FileRefused):
    """Columns of the file speak of a state, and nobody has said what they mean."""

    def __init__(self, questions: tuple[Question, ...]) -> None:
        names = ", ".join(question.column for question in questions)
        super().__init__(
            _("Nothing was stored: say first what these columns mean for a reader: %s") % names
        )
        self.questions = questions


@dataclass(slots=True)
class Batch:
    """Rows in order, and the lines among them that hold nothing. `line` is the last one read."""

    entries: list[Entry]
    blank: int
    line: int


@dataclass(slots=True)
class ReaderFile:
    """A file, opened and understood, ready to be read from its first row.

    With `questions` it can only be looked at. `listing` is what everybody in it is, if nobody is
    a reader.
    """

    opened: Opened
    layout: Layout
    rules: tuple[Rule, ...]
    questions: tuple[Question, ...]
    floor: Standing | None
    listing: Standing | None
    ignored: list[str]
    list_of: str = ""
    # The names in the column of categories, with how many rows have each.
    categories: dict[str, int] = field(default_factory=dict)

    @property
    def columns(self) -> Columns:
        """The header, understood."""
        return self.layout.columns

    def to_json(self) -> dict[str, Any]:
        """What is shown before anything is stored."""
        found: dict[str, Any] = {
            "file": self.opened.path.name,
            "encoding": self.opened.encoding,
            "separator": self.opened.separator,
            "source": self.columns.source,
            "header": self.columns.header,
            "columns": self.columns.to_json(),
            "states": [rule.column for rule in self.rules],
            "ignored": self.ignored,
        }
        if self.opened.other:
            found["other_encoding"] = self.opened.other
        if self.listing is not None:
            found["list"] = str(self.listing)
        if offers := self.columns.offers():
            found["tags"] = offers
        return found

    def batches(
        self,
        publication: Publication,
        after: int = 0,
        on_read: Callable[[float], None] | None = None,
    ) -> Iterator[Batch]:
        """The rows after a line, at least BATCH entries at a time."""
        opened = _book_rows(self) if self.layout.book else _table_rows(self, publication)
        with opened as rows:
            yield from _batches(rows, max(after, self.layout.first), on_read)


# Rows by the block, each beginning with the number of its line; what reads some of them into a
# list of entries and gives how many are blank; the share of the file that was read.
_Rows = tuple[Iterator[list[Any]], Callable[[list[Any], list[Entry]], int], Callable[[], float]]

_line_of: Callable[[Sequence[Any]], int] = itemgetter(0)


def _batches(rows: _Rows, after: int, on_read: Callable[[float], None] | None) -> Iterator[Batch]:
    """Batches of the rows behind the line `after`."""
    blocks, read, done = rows
    taken: list[Entry] = []
    number, blank = after, 0
    for block in blocks:
        place = bisect_right(block, after, key=_line_of)
        while place < len(block):
            # No more than fill the batch if each has one entry.
            part = block[place : place + BATCH - len(taken)]
            place += len(part)
            number = _line_of(part[-1])
            blank += read(part, taken)
            if len(taken) >= BATCH:
                yield Batch(taken, blank, number)
                if on_read is not None:
                    on_read(done())
                taken, blank = [], 0
    if taken or blank:
        yield Batch(taken, blank, number)


@contextlib.contextmanager
def _book_rows(source: ReaderFile) -> Iterator[_Rows]:
    read_line, lines = book_reader(), Lines(source.opened)

    def read(part: list[tuple[int, str]], into: list[Entry]) -> int:
        blank = 0
        for number, text in part:
            if text.strip():
                into += read_line(number, text)
            else:
                blank += 1
        return blank

    with contextlib.closing(lines):
        blocks = (list(enumerate(texts, start)) for start, texts in lines.blocks())
        yield blocks, read, lambda: lines.done


@contextlib.contextmanager
def _table_rows(source: ReaderFile, publication: Publication) -> Iterator[_Rows]:
    read_all = reader_of(source.columns, source.rules, source.floor, publication=publication)
    records = Records(source.opened, source.layout.width)
    odd = records.lines.odd

    def read(part: list[Record], into: list[Entry]) -> int:
        if odd:
            part = [(n, c, flaw or ("encoding" if n in odd else "")) for n, c, flaw in part]
        return read_all(part, into)

    with contextlib.closing(records):
        yield records.blocks(), read, lambda: records.done


_collecting = threading.Lock()
_rare, _usual = 0, gc.get_threshold()


@contextlib.contextmanager
def rare_collection() -> Iterator[None]:
    """A batch is some hundred thousand objects that live until its end and hold no cycles. Looking
    for cycles among them after every 700 is a fifth of the time.

    The threshold is the whole process's: the last of several threads puts it back.
    """
    global _rare, _usual
    with _collecting:
        if not _rare:
            _usual = gc.get_threshold()
            gc.set_threshold(200_000, *_usual[1:])
        _rare += 1
    try:
        yield
    finally:
        with _collecting:
            _rare -= 1
            if not _rare:
                gc.set_threshold(*_usual)


def look(path: Path, options: Options, name: str = "") -> ReaderFile:
    """Find out what the file is, reading it whole; `name` is what its owner called it.

    Raises Unreadable, NoEmailColumn or FileRefused.
    """
    opened = examine(path, encoding=options.encoding, separator=options.separator)
    try:
        layout = layouts.find(opened, options.columns)
        if layout is None:
            raise FileRefused(_("The file has no rows."))
        survey = Survey(layout, options.values, name or path.name)
    except ValueError as error:
        raise FileRefused(str(error)) from None
    with rare_collection():
        _survey(opened, layout, survey)
    tool = layout.columns.tool
    return ReaderFile(
        opened,
        layout,
        questions=survey.questions(),
        rules=survey.rules(),
        floor=survey.floor,
        listing=survey.listing(),
        ignored=survey.ignored(),
        list_of=tool.list_of if tool is not None else "",
        categories=survey.categories,
    )


def _survey(opened: Opened, layout: Layout, survey: Survey) -> None:
    if layout.book:
        with contextlib.closing(Lines(opened)) as book:
            survey.take_lines(text for number, text in book if number > layout.first)
        return
    width = layout.width
    records = Records(opened, width)
    taken: list[Record] = []
    with contextlib.closing(records):
        for block in records.blocks():
            taken += [r for r in block if r[0] > layout.first and 0 < len(r[1]) <= width]
            if len(taken) >= BATCH:
                _take(survey, taken, width)
                taken = []
    _take(survey, taken, width)


def _take(survey: Survey, taken: list[Record], width: int) -> None:
    rows = [cells if len(cells) == width else _padded(cells, width) for _n, cells, _flaw in taken]
    survey.take([number for number, _cells, _flaw in taken], rows)


def _padded(cells: list[str], width: int) -> list[str]:
    return cells + [CUT] * (width - len(cells))
