"""A file that says it is CSV: its encoding, its separator, its rows. Streams; names what it found.

Excel writes a BOM, semicolons where the comma is the decimal sign, UTF-16 with tabs, or on a
Chinese machine GB18030. What it is gets decided by reading, and is shown before anything is stored.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SEPARATORS = ",;\t|"
# A cell with somebody's whole biography is fine, a million octets in one are a broken quote.
CELL_LIMIT = 1_000_000
_SAMPLE = 200_000
_CHUNK = 1 << 20
_EXCEL_HINT = re.compile(r"sep=(.)\r?\n?$")


class Unreadable(Exception):
    """Not a file of rows. `code` is stable: empty, zip, binary, encoding, separator."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file turned out to be. `digest` is the SHA-256 of its octets."""

    path: Path
    encoding: str
    separator: str
    size: int
    digest: str


def examine(path: Path, *, encoding: str = "", separator: str = "") -> Opened:
    """Find encoding and separator, reading the file once. Raises Unreadable, OSError."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    if not head.strip():
        raise Unreadable("empty", "the file is empty")
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unreadable("zip", "this is a workbook or an archive; save the sheet as CSV first")
    named = _named(encoding) if encoding else _by_head(head)
    digest, name = _whole(path, named)
    text = head.decode(name, "ignore").lstrip("\ufeff")
    if name == "cp1252" and any(ord(c) < 32 and c not in "\t\r\n" for c in text):
        raise Unreadable("binary", "this is not text")
    return Opened(path, name, separator or _separator(text), size, digest)


def _named(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise Unreadable("encoding", f"no encoding is called {encoding}") from None


def _by_head(head: bytes) -> str:
    """The encoding a byte order mark or the pattern of zeros tells, or "" if neither does."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    zeros = Counter(place % 2 for place, octet in enumerate(head[:2000]) if octet == 0)
    half = min(len(head), 2000) // 2
    if zeros[1] > half * 0.4 and not zeros[0]:
        return "utf-16-le"
    if zeros[0] > half * 0.4 and not zeros[1]:
        return "utf-16-be"
    if b"\0" in head:
        raise Unreadable("binary", "this is not text: it holds zero octets")
    return ""


def _whole(path: Path, named: str) -> tuple[str, str]:
    """(digest, encoding): every octet is tried, so that no row fails half-way through an import."""
    candidates = {name: _decoder(name) for name in ([named] if named else ["utf-8", "gb18030"])}
    digest = hashlib.sha256()
    pairs = _Pairs()
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            digest.update(chunk)
            for name in list(candidates):
                try:
                    candidates[name].decode(chunk, not chunk)
                except UnicodeDecodeError:
                    del candidates[name]
            if "utf-8" not in candidates and not named:
                pairs.feed(chunk)
            if not chunk:
                break
    if named and not candidates:
        raise Unreadable("encoding", f"the file is not {named}")
    if "utf-8" in candidates or named:
        return digest.hexdigest(), next(iter(candidates))
    # Western text can by chance be valid GB18030; Chinese text keeps to the plane of GB 2312.
    if "gb18030" in candidates and pairs.chinese():
        return digest.hexdigest(), "gb18030"
    return digest.hexdigest(), "cp1252"


def _decoder(name: str) -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder(name)("strict")


class _Pairs:
    """How the octets above 127 pair up."""

    _PAIR = re.compile(rb"([\x81-\xfe])([\x40-\x7e\x80-\xfe])")

    def __init__(self) -> None:
        self._usual = self._all = 0

    def feed(self, chunk: bytes) -> None:
        if self._all > 10_000:
            return
        for match in self._PAIR.finditer(chunk[:_SAMPLE]):
            self._all += 1
            lead, trail = match[1][0], match[2][0]
            self._usual += 0xA1 <= lead <= 0xF7 and trail >= 0xA1

    def chinese(self) -> bool:
        return self._usual >= self._all * 0.8


def _separator(text: str) -> str:
    """The one that cuts most of the first lines into the same number of cells."""
    lines = [line for line in text.splitlines()[:50] if line.strip()][:20]
    if not lines:
        raise Unreadable("empty", "the file is empty")
    if hint := _EXCEL_HINT.match(lines[0].strip()):
        return hint[1]
    best, most = ",", 0
    for separator in SEPARATORS:
        # Cells that are quoted may hold any of them.
        counts = [re.sub(r'"[^"]*"', "", line).count(separator) for line in lines]
        score = counts[0] * 3 + sum(1 for count in counts if count == counts[0] > 0)
        if score > most:
            best, most = separator, score
    return best


class Rows:
    """The rows of a file in order, as (line, cells); line is where the row ends, from 1.

    `error` holds what the csv module said about the last row it could not take.
    """

    def __init__(self, opened: Opened) -> None:
        self._raw = opened.path.open("rb")
        self._size = opened.size
        text = io.TextIOWrapper(self._raw, encoding=opened.encoding, errors="replace", newline="")
        csv.field_size_limit(CELL_LIMIT)
        self._reader = csv.reader(
            text, delimiter=opened.separator, skipinitialspace=True, strict=False
        )

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        reader = self._reader
        first = True
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield reader.line_num, [f"\0{error}"]
                continue
            if first:
                first = False
                if cells:
                    cells[0] = cells[0].lstrip("\ufeff")
                    if _EXCEL_HINT.match(",".join(cells).strip()) or cells[0].startswith("sep="):
                        first = True
                        continue
            yield reader.line_num, cells

    @property
    def done(self) -> float:
        """The share of the file that was read, 0 to 1."""
        return self._raw.tell() / self._size if self._size else 1.0

    def close(self) -> None:
        self._raw.close()
