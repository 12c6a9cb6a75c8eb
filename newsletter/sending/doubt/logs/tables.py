"""Tables that services export as CSV: how a row becomes an entry, by the names of the columns."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .entry import Entry, Stamp, stamp_at, stamp_of

# Some quote a whole message into a field.
csv.field_size_limit(10_000_000)
_PLAIN = re.compile(r"[^a-z0-9]")
# Year first: 2026/3/2 20:05, 2026年3月2日 下午8:05:00, 2026. 3. 2. 오후 8:05.
_YEAR = re.compile(
    r"(\d{4})(?:[-/]|\. ?|年)(\d{1,2})(?:[-/]|\. ?|月)(\d{1,2})[日.]?,?\s*"
    r"(上午|下午|오전|오후|午前|午後)?\s*(\d{1,2}):(\d\d)(?::(\d\d))?"
)
# Day first: with dots nobody means the month (Germany, Poland, Russia, Finland, Turkey).
_DOTS = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4}),? (\d{1,2}):(\d\d)(?::(\d\d))?")
_EVENING = ("下午", "오후", "午後")
# US dates with AM and PM, as spreadsheets and PowerShell write them.
_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}),? (\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([AP])M)?", re.I)


def plain(name: str) -> str:
    """A column's name for comparing: `Message-ID`, `message_id` and `MessageId` are one."""
    return _PLAIN.sub("", name.lower().removeprefix("\ufeff"))


@dataclass(frozen=True, slots=True)
class Table:
    """Columns by role, each a list of names as `plain` gives them, best first."""

    label: str
    # All of these groups must be there, any name of each: they tell the service.
    known_by: Sequence[Sequence[str]]
    time: Sequence[str]
    sender: Sequence[str] = ()
    message_id: Sequence[str] = ()
    event: Sequence[str] = ()
    # Events, as `plain` gives them, of mails the service did not take over.
    refused: frozenset[str] = frozenset()
    # Parts of such names, of services whose words nobody knows.
    refused_like: tuple[str, ...] = ()
    utc: bool = False

    def claims(self, head: str) -> bool:
        """Whether the first row names these columns."""
        return bool(head.strip()) and self.knows(map(plain, _rows(head.splitlines()[:1])[0]))

    def knows(self, names: Iterable[str]) -> bool:
        """Whether columns of these names, as `plain` gives them, are this service's."""
        there = set(names)
        return all(there.intersection(group) for group in self.known_by)

    def read(self, lines: Iterable[str]) -> Iterator[Entry]:
        """An entry a row."""
        lines = iter(lines)
        first = next(lines, "")
        names = [plain(name) for name in _rows([first])[0]]
        for row in csv.reader(lines, delimiter=_separator(first)):
            if row:
                yield self.entry(dict(zip(names, row, strict=False)))

    def entry(self, row: Mapping[str, str]) -> Entry:
        """What a row says."""

        def cell(wanted: Sequence[str]) -> str:
            return next((row[name].strip() for name in wanted if row.get(name, "").strip()), "")

        event = cell(self.event)
        return Entry(
            _stamp(cell(self.time), utc=self.utc),
            not self._refused(plain(event)),
            cell(self.sender),
            cell(self.message_id).strip("<> "),
            f"{self.label}: {event or 'listed'}"[:200],
        )

    def _refused(self, event: str) -> bool:
        return event in self.refused or any(part in event for part in self.refused_like)


def _separator(line: str) -> str:
    return max(";\t,|", key=line.count)


def _rows(lines: Sequence[str]) -> list[list[str]]:
    return list(csv.reader(lines, delimiter=_separator(lines[0]))) if lines else [[]]


def _stamp(text: str, *, utc: bool) -> Stamp | None:
    """A cell's moment; None for what cannot be told (a day before a month, say)."""
    # As Windows PowerShell writes a moment in JSON.
    text = re.sub(r"/Date\((\d{13})\)/", r"\1", text)
    if re.fullmatch(r"\d{10}(?:\.\d+)?|\d{13}", text):
        return stamp_at(float(text) / (1 if "." in text or len(text) < 13 else 1000))
    zone = dt.timedelta() if utc or text.upper().rstrip(")").endswith(("UTC", "GMT", "Z")) else None
    if dots := _DOTS.match(text):
        day, month, year, hour, minute, second = (int(part or 0) for part in dots.groups())
        return Stamp(year, month, day, hour * 3600 + minute * 60 + second, zone)
    if stamp_of(text) is None and (first := _YEAR.match(text)):
        year, month, day = map(int, first.group(1, 2, 3))
        hour, minute, second = (int(part or 0) for part in first.group(5, 6, 7))
        if first[4]:
            hour = hour % 12 + (12 if first[4] in _EVENING else 0)
        return Stamp(year, month, day, hour * 3600 + minute * 60 + second, zone)
    if us := _US.search(text):
        month, day, year, hour, minute, second = (int(part or 0) for part in us.groups()[:6])
        if us[7]:
            hour = hour % 12 + (12 if us[7].upper() == "P" else 0)
        if month > 12 or (us[7] is None and day <= 12):
            return None  # Day first, or nobody knows.
        return Stamp(year, month, day, hour * 3600 + minute * 60 + second, zone)
    found = stamp_of(text)
    if found is not None and found.offset is None and zone is not None:
        return Stamp(found.year, found.month, found.day, found.seconds, zone)
    return found
