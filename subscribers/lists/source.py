"""A file of readers, looked at: what it is, what is open, and its rows in batches."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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
from .records import Records
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
        rows, done = _book_rows(self) if self.layout.book else _table_rows(self, publication)
        start = max(after, self.layout.first)
        taken: list[Entry] = []
        number, blank = after, 0
        for number, entries in rows:
            if number <= start:
                continue
            if entries is None:
                blank += 1
                continue
            taken += entries
            if len(taken) >= BATCH:
                yield Batch(taken, blank, number)
                if on_read is not None:
                    on_read(done())
                taken, blank = [], 0
        if taken or blank:
            yield Batch(taken, blank, number)


# The number of a line and its entries (None: it is blank); and how much of the file was read.
_Rows = tuple[Iterator[tuple[int, list[Entry] | None]], Callable[[], float]]


def _book_rows(source: ReaderFile) -> _Rows:
    read, lines = book_reader(), Lines(source.opened)

    def rows() -> Iterator[tuple[int, list[Entry] | None]]:
        with contextlib.closing(lines):
            for number, text in lines:
                yield number, read(number, text) if text.strip() else None

    return rows(), lambda: lines.done


def _table_rows(source: ReaderFile, publication: Publication) -> _Rows:
    read = reader_of(source.columns, source.rules, source.floor, publication=publication)
    records = Records(source.opened, source.layout.width)

    def rows() -> Iterator[tuple[int, list[Entry] | None]]:
        odd = records.lines.odd
        with contextlib.closing(records):
            for number, cells, flaw in records:
                if not cells:
                    yield number, None
                elif odd and number in odd:
                    yield number, read(number, cells, flaw or "encoding")
                else:
                    yield number, read(number, cells, flaw)

    return rows(), lambda: records.done


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
    lines: list[int] = []
    rows: list[list[str]] = []
    try:
        for number, cells, _flaw in records:
            if number <= layout.first or not cells or len(cells) > width:
                continue
            lines.append(number)
            rows.append(cells if len(cells) == width else cells + [CUT] * (width - len(cells)))
            if len(rows) >= BATCH:
                survey.take(lines, rows)
                lines, rows = [], []
    finally:
        records.close()
    survey.take(lines, rows)
