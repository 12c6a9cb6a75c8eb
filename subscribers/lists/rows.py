"""What a row says of its reader: address, name, standing, choice, times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from django.utils.translation import gettext as _

from subscribers import times
from subscribers.addresses import BadAddress
from subscribers.models import Publication
from subscribers.rhythm import Rhythm, served

from .cells import undefuse, without_address, words_of
from .columns import Columns, Meaning
from .mailboxes import is_plain_address, mailboxes, parts_of
from .nested import flat
from .records import Record
from .saying import of_address
from .standing import CUT, RANK, Rule, Standing, key_of, worst
from .unknown import is_loud
from .vocabulary import NO, YES

_YES_NO = {**dict.fromkeys(YES, True), **dict.fromkeys(NO, False)}
_MOST_REMEMBERED = 50_000
# Before there were newsletters by mail; programs write such a date for none.
_EARLIEST = 1971


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Something about a row; `message` never holds the address."""

    column: str
    level: str  # error: the row is left out; warning: it came in differently; note
    code: str
    message: str


@dataclass(slots=True)
class Entry:
    """What a row says. `address` is normalised; empty if the row has an error."""

    line: int
    address: str
    name: str = ""
    standing: Standing = Standing.ACTIVE
    said: str = ""  # The words that say their standing.
    categories: Sequence[str] | None = None
    new: bool | None = None
    tail: bool | None = None
    language: str = ""
    rhythm: str = ""
    confirmed_at: dt.datetime | None = None
    joined_at: dt.datetime | None = None
    problems: tuple[RowProblem, ...] = ()


# Reads records, adds an entry for each address in them, and gives how many were blank.
Read = Callable[[Sequence[Record], list[Entry]], int]


def book_reader() -> Callable[[int, str], list[Entry]]:
    """A function that reads lines of mailboxes: `Name <address>`, or several in a line."""

    def read(line: int, text: str) -> list[Entry]:
        entries: list[Entry] = []
        for part in parts_of(text) or [text]:
            # One that cannot be read is no reason to refuse the rest of its line.
            try:
                entries += [
                    _refused_by_name(line, "") if is_loud(name) else Entry(line, who, _name(name))
                    for name, who in mailboxes(part)
                ]
            except BadAddress as error:
                entries.append(_refused(line, "", error.code, of_address(error.code)))
        return entries

    return read


def reader_of(
    columns: Columns,
    rules: Sequence[Rule],
    floor: Standing | None = None,
    *,
    publication: Publication,
) -> Read:
    """A function that reads rows of these columns, judged by these rules, none better than `floor`.

    What a time without a zone and a rhythm mean is the `publication`'s.
    """
    width, email = len(columns.names), columns.email
    other = _OtherColumns(columns, rules, publication)
    fill, judge = other.fill, _Judge(columns.names, rules, floor).judge

    def read(records: Sequence[Record], into: list[Entry]) -> int:
        blank, add = 0, into.append
        for line, cells, flaw in records:
            if len(cells) != width or flaw or not is_plain_address(text := cells[email]):
                if cells:
                    into += slowly(line, cells, flaw)
                else:
                    blank += 1
                continue
            problems: list[RowProblem] = []
            entry = Entry(line, text, "", *judge(cells, problems))
            fill(entry, cells, problems)
            if problems:
                entry.problems = tuple(problems)
            add(entry)
        return blank

    def slowly(line: int, cells: list[str], flaw: str) -> list[Entry]:
        problems: list[RowProblem] = []
        refusal = _misshapen(line, cells, flaw, width, problems)
        if refusal is not None:
            return [refusal]
        missing = width - len(cells)
        judged, cells = cells + [CUT] * missing, cells + [""] * missing
        try:
            boxes = mailboxes(cells[email])
        except BadAddress as error:
            return [_refused(line, columns.names[email], error.code, of_address(error.code))]
        entries = []
        for name, address in boxes:
            if is_loud(name):
                entries.append(_refused_by_name(line, columns.names[email]))
                continue
            entry = Entry(line, address, _name(name) if name else "")
            entry.standing, entry.said = judge(judged, problems)
            other.fill(entry, cells, problems)
            entry.problems = tuple(dict.fromkeys(problems))
            entries.append(entry)
        return entries

    return read


def _misshapen(
    line: int, cells: list[str], flaw: str, width: int, problems: list[RowProblem]
) -> Entry | None:
    """The refusal of a row that is not written as the others; or None, and what to say of it."""
    found = {"found": len(cells), "all": width}
    if len(cells) > width:
        return _refused(
            line, "", "wide",
            _("The row has %(found)d cells where there are %(all)d columns.") % found
            if flaw != "quote"
            else _("A quote opens here and does not close; the row has %(found)d cells.") % found,
        )  # fmt: skip
    if flaw == "quote":
        if len(cells) < width:
            return _refused(line, "", "quote", _("A quote opens here and does not close."))
        message = _("A quote does not close; the row was read by itself.")
        problems.append(RowProblem("", "warning", "quote", message))
    elif flaw == "encoding":
        message = _("The line is in another encoding than the file.")
        problems.append(RowProblem("", "note", "encoding", message))
    if len(cells) < width:
        message = _("The row has %(found)d of %(all)d cells.") % found
        problems.append(RowProblem("", "note", "short", message))
    return None


def _refused(line: int, column: str, code: str, message: str) -> Entry:
    return Entry(line, "", problems=(RowProblem(column, "error", code, message),))


def _refused_by_name(line: int, column: str) -> Entry:
    """The refusal of `Ann (unsubscribed) <ann@example.org>`: no column says it, but it is said."""
    message = _("The words beside the address say that nobody is to be mailed there.")
    return _refused(line, column, "said", message)


def _name(cell: str) -> str:
    text = (undefuse(cell) if cell[:1] == "'" else cell).strip()
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text).strip()
    return text[:100]


class _Judge:
    """The worst of what the columns say; few combinations make up a file, so they are kept."""

    def __init__(self, names: Sequence[str], rules: Sequence[Rule], floor: Standing | None) -> None:
        self._names, self._rules = names, rules
        self._floor = floor or Standing.ACTIVE
        places = sorted({rule.place for rule in rules})
        # Of one place a cell, of several a tuple of them; either tells the rows apart.
        self._cells_of = itemgetter(*places) if places else None
        self._known: dict[Any, tuple[tuple[Standing, str], str]] = {}

    def judge(self, cells: list[str], problems: list[RowProblem]) -> tuple[Standing, str]:
        """(standing, the words that say so)."""
        if self._cells_of is None:
            return self._floor, ""
        key = self._cells_of(cells)
        found = self._known.get(key)
        if found is None:
            found = self._work_out(cells)
            if len(self._known) < _MOST_REMEMBERED:
                self._known[key] = found
        said, unknown = found
        if unknown:
            message = _("What this says of the reader's state is not known; they wait.")
            problems.append(RowProblem(unknown, "warning", "status", message))
        return said

    def _work_out(self, cells: list[str]) -> tuple[tuple[Standing, str], str]:
        standing, said, unknown = self._floor, "", ""
        for rule in self._rules:
            cell = cells[rule.place]
            answers = _answers(rule, cell)
            if None in answers:
                # Not seen when the file was surveyed; that cannot be, so nobody lives by it.
                unknown = rule.column
            found = worst(a if a is not None else Standing.PENDING for a in answers)
            if cell == CUT:
                cell, unknown = "", rule.column
            if RANK[found] > RANK[standing]:
                standing, said = found, without_address(cell)[:40]
        return (standing, said if standing is not Standing.ACTIVE else ""), unknown


def _answers(rule: Rule, cell: str) -> list[Standing | None]:
    """What each word of a cell says."""
    if cell == CUT:
        return [rule.standing_of(cell)]
    cell = undefuse(cell).strip()
    if rule.path:
        cell = flat(cell).get(rule.path, "")
    elif rule.many and (inner := flat(cell)):
        cell = inner.get((), "")
    return [rule.standing_of(word) for word in (words_of(cell) or [""] if rule.many else [cell])]


class _OtherColumns:
    """Everything of a row beyond address and standing; columns are looked up once for a file."""

    def __init__(self, columns: Columns, rules: Sequence[Rule], publication: Publication) -> None:
        self._rhythms = served(publication)
        self._zone = times.zone_of(publication)
        self._times: dict[str, dt.datetime | None] = {}
        places: Mapping[Meaning, int] = {
            meaning: place
            for place, meaning in reversed(list(enumerate(columns.meanings)))
            if meaning is not None
        }
        get = places.get
        self._name = get(Meaning.NAME)
        self._names = (get(Meaning.FIRST_NAME), get(Meaning.LAST_NAME))
        self._has_names = self._names != (None, None)
        self._categories = get(Meaning.CATEGORIES)
        # A tag that says a state is no category.
        self._no_categories = {
            word for rule in rules if rule.place == self._categories for word in rule.table
        }
        self._new, self._tail = get(Meaning.NEW), get(Meaning.TAIL)
        self._language = get(Meaning.LANGUAGE)
        self._rhythm = get(Meaning.RHYTHM)
        self._rhythm_column = columns.names[self._rhythm] if self._rhythm is not None else ""
        self._confirmed = get(Meaning.CONFIRMED_AT)
        self._joined = get(Meaning.JOINED_AT)
        places_of_rest = (self._categories, self._new, self._tail, self._language, self._rhythm)
        self._rest = any(place is not None for place in places_of_rest)

    def fill(self, entry: Entry, cells: list[str], problems: list[RowProblem]) -> None:
        """Put what the cells say into the entry."""
        if self._name is not None:
            entry.name = _name(cells[self._name]) or entry.name
        if self._has_names and not entry.name:
            first, last = (_cell(cells, place) for place in self._names)
            chinese = any("\u4e00" <= c <= "\u9fff" for c in first + last)
            entry.name = _name(last + first if chinese else f"{first} {last}")
        if self._joined is not None:
            entry.joined_at = self._time(cells[self._joined])
        if self._confirmed is not None:
            entry.confirmed_at = self._time(cells[self._confirmed])
        if not self._rest:
            return
        if self._categories is not None:
            names = words_of(_cell(cells, self._categories))
            entry.categories = [n for n in names if key_of(n) not in self._no_categories]
        if self._new is not None:
            entry.new = _YES_NO.get(cells[self._new].strip().casefold())
        if self._tail is not None:
            entry.tail = _YES_NO.get(cells[self._tail].strip().casefold())
        if self._language is not None:
            entry.language = cells[self._language].strip()[:12]
        if self._rhythm is not None:
            entry.rhythm = self._served(cells[self._rhythm].strip(), problems)

    def _time(self, cell: str) -> dt.datetime | None:
        """`_time`, remembered: many join on one day, or when an earlier list was taken over."""
        known = self._times
        if cell in known:
            return known[cell]
        found = _time(cell.strip(), self._zone)
        if len(known) < _MOST_REMEMBERED:
            known[cell] = found
        return found

    def _served(self, said: str, problems: list[RowProblem]) -> str:
        """What is stored for a rhythm: one that nothing serves would mean no mail at all."""
        if said.casefold() in ("", *self._rhythms):
            return said.casefold()
        message = _("The rhythm “%s” is not served; the reader gets every issue.")
        problems.append(
            RowProblem(
                self._rhythm_column, "warning", "rhythm", message % without_address(said)[:40]
            )
        )
        return Rhythm.EVERY


def _cell(cells: list[str], place: int | None) -> str:
    return undefuse(cells[place]).strip() if place is not None else ""


def _time(text: str, zone: dt.tzinfo) -> dt.datetime | None:
    """A moment or a day in ISO 8601, in `zone` unless it says otherwise; anything else is none."""
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = dt.datetime.fromisoformat(text[:10])
        except ValueError:
            return None
    if moment.year < _EARLIEST:
        return None
    try:
        if moment.tzinfo is None:
            return times.resolve(moment, zone, "next")  # Nobody can be asked about each row.
        return moment.astimezone(dt.UTC)
    except (OverflowError, times.NoTime):
        return None
