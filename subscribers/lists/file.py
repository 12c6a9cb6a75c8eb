"""A file that says it is CSV: its encoding, its separator, its lines. Streams; names what it found.

Excel writes a BOM, semicolons where the comma is the decimal sign, UTF-16 with tabs, or the code
page of its country. What it is gets decided by reading, and is shown before anything is stored.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from .encodings import by_letters

# The last two are what a Chinese input method writes for the first two.
SEPARATORS = ",;\t|，；"
_SAMPLE = 200_000
_CHUNK = 1 << 18
_EXCEL_HINT = re.compile(r"[\"']?sep=(.)[\"']?\r?\n?$", re.IGNORECASE)
_HIGH = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")
_WIDE = frozenset(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])


class Unreadable(Exception):
    """Not a file of rows. `code` is stable: empty, zip, binary, encoding, separator."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file turned out to be. `digest` is the SHA-256 of its octets, in hexadecimal.

    `other` is how lines are read that are not in `encoding`, "" if all are: what was pasted
    together from two programs.
    """

    path: Path
    encoding: str
    separator: str
    size: int
    digest: str
    other: str = ""


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
    digest, name, other = _whole(path, named)
    if name not in _WIDE and _is_binary(head):
        raise Unreadable("binary", "this is not text")
    text = head.decode(name, "ignore").lstrip("\ufeff")
    return Opened(path, name, separator or _separator(text), size, digest, other)


def _named(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise Unreadable("encoding", f"no encoding is called {encoding}") from None


def _by_head(head: bytes) -> str:
    """The encoding a byte order mark or the pattern of zeros tells, or "" if neither does."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x1b$B" in head or b"\x1b$@" in head:
        # Japanese as in mail (RFC 1468): all of its octets are ASCII, so nothing else tells.
        return "iso2022_jp"
    zeros = Counter(place % 2 for place, octet in enumerate(head[:2000]) if octet == 0)
    half = min(len(head), 2000) // 2
    # Text of another script has few zeros, but an address is ASCII: that many it has.
    if zeros[1] > half * 0.2 and zeros[0] * 20 < zeros[1]:
        return "utf-16-le"
    if zeros[0] > half * 0.2 and zeros[1] * 20 < zeros[0]:
        return "utf-16-be"
    return ""


def _is_binary(head: bytes) -> bool:
    """Whether too much of it is control characters; single ones happen in lists."""
    controls = sum(head.count(octet) for octet in range(32) if octet not in b"\t\r\n\x1a\x0c")
    return controls * 50 > len(head) and not re.search(rb"[\w.+-]@[\w-]+\.\w", head)


def _whole(path: Path, named: str) -> tuple[str, str, str]:
    """(digest, encoding, that of other lines): every octet is tried before a row is stored."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder(named or "utf-8")("strict")
    fits = True
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            digest.update(chunk)
            if fits:
                try:
                    decoder.decode(chunk, not chunk)
                except UnicodeDecodeError:
                    fits = False
            if not chunk:
                break
    if fits:
        return digest.hexdigest(), named or "utf-8", ""
    if named and named != "utf-8-sig":
        raise Unreadable("encoding", f"the file is not {named}")
    encoding, other = _mixed(path)
    if encoding == "utf-8":
        return digest.hexdigest(), named or "utf-8", other
    return digest.hexdigest(), encoding, ""


def _mixed(path: Path) -> tuple[str, str]:
    """(encoding, that of the lines that are not in it) of a file that is not all UTF-8."""
    good = bad = size = 0
    sample: list[bytes] = []
    with path.open("rb") as file:
        for block in _cut(file.read, b"\n"):
            for line in _HIGH.findall(block):
                try:
                    line.decode("utf-8")
                    good += 1
                except UnicodeDecodeError:
                    bad += 1
                    if size < _SAMPLE:
                        sample.append(line)
                        size += len(line)
            if bad > 10_000:
                break
    found = by_letters(b"\n".join(sample))
    # A letter of an old encoding can be UTF-8 by chance, but not half of the lines.
    return ("utf-8", found) if good >= bad and good else (found, "")


def _separator(text: str) -> str:
    """The one that cuts most of the first lines into the same number of cells."""
    lines = [line for line in text.splitlines()[:80] if line.strip()][:40]
    if not lines:
        raise Unreadable("empty", "the file is empty")
    if hint := _EXCEL_HINT.match(lines[0].strip()):
        return "\t" if hint[1] == "t" else hint[1]
    best, most = ",", 0.0
    for separator in SEPARATORS:
        # Cells that are quoted may hold any of them; so may an address with a name before it.
        counts = Counter(
            n for line in lines if (n := re.sub(r'"[^"]*"', "", line).count(separator))
        )
        if not counts:
            continue
        usual, lines_of_it = counts.most_common(1)[0]
        score = lines_of_it * (1 + min(usual, 20) / 100)
        if score > most:
            best, most = separator, score
    return best


def is_hint(text: str) -> bool:
    """Whether a line is Excel's `sep=;`, which is no row."""
    return _EXCEL_HINT.match(text.strip()) is not None


class Lines:
    """The lines of a file in order, as (number from 1, text without its end).

    `odd` holds the numbers of lines that were read in the other encoding, of those handed out
    since it was last cleared.
    """

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._raw = opened.path.open("rb")
        self.odd: set[int] = set()

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return chain.from_iterable(enumerate(lines, start) for start, lines in self.blocks())

    def blocks(self) -> Iterator[tuple[int, list[str]]]:
        """The same lines, some thousand at once: the number of the first, and all of them."""
        number = 1
        for block in self._blocks():
            lines = block.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            if not lines[-1]:
                lines.pop()
            if number == 1 and lines:
                lines[0] = lines[0].lstrip("\ufeff")
            yield number, lines
            number += len(lines)

    def _blocks(self) -> Iterator[str]:
        encoding = self._opened.encoding
        if encoding in _WIDE:
            decoder = codecs.getincrementaldecoder(encoding)("replace")
            text_cut = _cut(lambda size: self._raw.read(size), b"")
            rest = ""
            for chunk in text_cut:
                text = rest + decoder.decode(chunk)
                end = text.rfind("\n") + 1
                rest = text[end:]
                if end:
                    yield text[:end]
            yield rest + decoder.decode(b"", True)
            return
        # In every other encoding taken here an octet 10 or 13 is the end of a line.
        number = 1
        for block in _cut(self._raw.read, b"\n"):
            try:
                yield block.decode(encoding)
            except UnicodeDecodeError:
                yield self._line_by_line(block, number)
            number += block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")

    def _line_by_line(self, block: bytes, number: int) -> str:
        lines = []
        for place, line in enumerate(block.splitlines(keepends=True)):
            try:
                lines.append(line.decode(self._opened.encoding))
            except UnicodeDecodeError:
                self.odd.add(number + place)
                lines.append(line.decode(self._opened.other or "cp1252", "replace"))
        return "".join(lines)

    @property
    def done(self) -> float:
        """The share of the file that was read, 0 to 1."""
        return self._raw.tell() / self._opened.size if self._opened.size else 1.0

    def close(self) -> None:
        self._raw.close()


def _cut(read: Callable[[int], bytes], end: bytes) -> Iterator[bytes]:
    """Chunks of a stream, each but the last ending with the end of a line; as they come if `end`
    is empty. A line longer than memory wants is cut: no list of readers has one."""
    rest = b""
    while chunk := read(_CHUNK):
        if not end:
            yield chunk
            continue
        chunk = rest + chunk
        place = chunk.rfind(end) + 1
        if not place and b"\r" in chunk[:-1]:
            place = chunk.rfind(b"\r", 0, -1) + 1
        if not place and len(chunk) > 16 * _CHUNK:
            place = len(chunk)
        rest = chunk[place:]
        if place:
            yield chunk[:place]
    if rest:
        yield rest
