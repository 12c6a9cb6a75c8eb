"""Log files as text, packed or not; what they say of an issue, kept on disk for look-ups."""

from __future__ import annotations

import bz2
import contextlib
import datetime as dt
import gzip
import io
import lzma
import re
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import pgettext

from newsletter.models import PLACES
from subscribers.links import RETURN_LENGTH, open_return

from .logs import Entry, Format, format_of
from .logs.entry import Stamp

# The return path of our mail, in whatever a forwarder (SRS, BATV) or VERP wrapped it.
_WAY = re.compile(rf"(?<![0-9a-z])b-([0-9a-f]{{{RETURN_LENGTH}}})(?![0-9a-f])", re.I)
_OUR_ID = re.compile(r"<?([0-9a-f]{32})@", re.I)
_HEAD = 64 * 1024
# Files of one log that follow each other this closely leave nothing out.
_JOIN = dt.timedelta(seconds=60)
_PACKED = ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ", lzma.open))


class LogRefused(Exception):
    """A file that cannot be read as a log; the text says which and why."""


class Found(NamedTuple):
    """What a log says of one mail: when it was taken over (read as UTC), and in what words."""

    at: dt.datetime | None
    what: str


class Log:
    """What files say of one issue. A context: what it holds lies in a temporary file."""

    def __init__(self, issue: int, near: dt.datetime, zone: ZoneInfo | None = None) -> None:
        """`near` is about when the issue was sent: logs by syslog do not tell the year.

        `zone` is that of dates without one; None: it is found out, or stays unknown.
        """
        self._issue, self._near, self._zone = issue, near, zone
        self._rows = sqlite3.connect("")  # A temporary file of SQLite's own, gone when closed.
        self._rows.execute(
            "CREATE TABLE taken (delivery INTEGER, message TEXT, at REAL, what TEXT)"
        )
        self._rows.execute("CREATE INDEX by_delivery ON taken (delivery)")
        self._rows.execute("CREATE INDEX by_message ON taken (message)")
        # From when to when files tell without a gap, in their own time.
        self.covered: list[tuple[dt.datetime, dt.datetime]] = []
        self.zoned = True
        self.formats: set[str] = set()
        self.entries = self.others = 0

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.close()

    def add(self, path: Path) -> None:
        """Read one file. Raises LogRefused."""
        try:
            with _text(path) as file:
                head = file.read(_HEAD)
                found = format_of(head)
                if found is None:
                    raise LogRefused(
                        pgettext("log", "%(file)s: no log of a format that is known.")
                        % {"file": path.name}
                    )
                self._read(found, _lines(head, file))
        except (OSError, EOFError, UnicodeError, lzma.LZMAError) as error:
            text = pgettext("log", "%(file)s cannot be read: %(error)s")
            raise LogRefused(text % {"file": path.name, "error": error}) from None
        self._rows.commit()

    def _read(self, format_: Format, lines: Iterable[str]) -> None:
        self.formats.add(format_.LABEL)
        first = last = None
        for entry in format_.read(lines):
            at = self._moment(entry.stamp)
            if at is not None and entry.stamp is not None:
                first = at if first is None else min(first, at)
                last = at if last is None else max(last, at)
                self.zoned &= entry.stamp.offset is not None or self._zone is not None
            if entry.accepted:
                self._keep(entry, at)
        if first is not None and last is not None:
            self.covered = _joined([*self.covered, (first, last)])

    def _moment(self, stamp: Stamp | None) -> dt.datetime | None:
        at = stamp.moment(self._near) if stamp is not None else None
        if at is None or stamp is None or stamp.offset is not None or self._zone is None:
            return at
        return at.replace(tzinfo=self._zone).astimezone(dt.UTC)

    def _keep(self, entry: Entry, at: dt.datetime | None) -> None:
        self.entries += 1
        way = _WAY.search(entry.sender)
        delivery = open_return(way[1]) if way is not None else None
        ours = _OUR_ID.match(entry.message_id)
        if delivery is None and ours is None:
            self.others += 1
            return
        if delivery is not None and delivery // PLACES != self._issue:
            return
        message_id = ours[1].lower() if ours and delivery is None else None
        self._rows.execute(
            "INSERT INTO taken VALUES (?, ?, ?, ?)",
            [delivery, message_id, at.timestamp() if at else None, entry.what],
        )

    def of(self, delivery: int, message_id: str) -> Found | None:
        """The first that says of this mail that it was taken over."""
        for column, value in (("delivery", delivery), ("message", message_id)):
            row = self._rows.execute(
                f"SELECT at, what FROM taken WHERE {column} = ? ORDER BY at LIMIT 1", [value]
            ).fetchone()
            if row is not None:
                at = None if row[0] is None else dt.datetime.fromtimestamp(row[0], dt.UTC)
                return Found(at, row[1])
        return None


def _joined(
    spans: list[tuple[dt.datetime, dt.datetime]],
) -> list[tuple[dt.datetime, dt.datetime]]:
    made: list[tuple[dt.datetime, dt.datetime]] = []
    for first, last in sorted(spans):
        if made and first <= made[-1][1] + _JOIN:
            made[-1] = (made[-1][0], max(made[-1][1], last))
        else:
            made.append((first, last))
    return made


@contextlib.contextmanager
def _text(path: Path) -> Iterator[IO[str]]:
    """The file as text: packed as logrotate packs, UTF-16 as Exchange exports."""
    with path.open("rb") as raw:
        start = raw.read(6)
    opener = next((one for magic, one in _PACKED if start.startswith(magic)), None)
    with contextlib.ExitStack() as closing:
        data: IO[bytes] = closing.enter_context(opener(path, "rb") if opener else path.open("rb"))  # type: ignore[arg-type]
        head = data.read(4)
        data.seek(0)
        encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        yield io.TextIOWrapper(data, encoding=encoding, errors="replace", newline="")


def _lines(head: str, file: IO[str]) -> Iterator[str]:
    """Lines of what was read already and of the rest."""
    rest = head.splitlines(keepends=True)
    unfinished = rest.pop() if rest and not head.endswith(("\n", "\r")) else ""
    yield from rest
    if unfinished:
        yield unfinished + file.readline()
    yield from file
