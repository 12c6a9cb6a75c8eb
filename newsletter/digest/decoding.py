"""Bytes to text: UTF-8 with or without BOM, UTF-16, GB18030; anything else is an error."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from .problems import Problems
from .value import Problem

LARGEST = 4 * 1024 * 1024  # bytes; the largest real issue seen has 414 kB.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LIKELY_CHINESE = re.compile(
    "[\x85\u2028\u2029\u4e00-\u9fff\u3000-\u303f\uff00-\uff65\u2014-\u2026\u00b7]"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text with `\\n` line ends, and how it was read. With an error, `text` is empty."""

    text: str
    encoding: str
    problems: tuple[Problem, ...] = ()


# What a text with this label is really in, as browsers take it (WHATWG Encoding, section 4.2):
# programs in China write gb2312 and mean all of GBK, Windows writes its own signs as iso-8859-1.
_MEANT = {
    "gb2312": "gb18030", "gb_2312-80": "gb18030", "gb_2312": "gb18030", "gbk": "gb18030",
    "x-gbk": "gb18030", "cp936": "gb18030", "hz-gb-2312": "hz", "iso-8859-1": "cp1252",
    "latin1": "cp1252", "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932",
    "sjis": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949",
    "big5": "big5hkscs", "iso-8859-9": "cp1254", "tis-620": "cp874", "iso-8859-11": "cp874",
    "unicode-1-1-utf-8": "utf-8",
}  # fmt: skip


# What Python decodes, too, and what is no charset of a text (IANA names none of them).
_NO_CHARSETS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"}


def codec_of(label: str) -> str:
    """The codec for a text whose charset is called so. Raises LookupError for what is none."""
    name = label.strip().lower()
    if name.replace("_", "-") in _NO_CHARSETS:
        raise LookupError(label)
    return _MEANT.get(name, label)


def decode(data: bytes, *, rare_ends: bool = True) -> Decoded:
    """Read a file's bytes; never raises.

    With `rare_ends` U+0085, U+2028 and U+2029 end a line; in JSON they are letters of a text.
    """
    problems = Problems()
    if len(data) > LARGEST:
        # How large it is is not known: who reads a file stops behind the most.
        problems.error("too-large", {"case": "bytes", "most": LARGEST // (1024 * 1024)})
        return Decoded("", "", tuple(problems.found))
    text, encoding = _text_of(data, problems)
    text = normal_lines(text) if rare_ends else _common_lines(text)
    return Decoded(text, encoding, tuple(problems.found))


def _text_of(data: bytes, problems: Problems) -> tuple[str, str]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16"), "UTF-16"
        except UnicodeDecodeError:
            problems.error("encoding", {"case": "broken-utf-16"})
            return "", ""
    try:
        text = data.decode("utf-8-sig")
        # ASCII in UTF-16 without BOM is valid UTF-8, full of NULs.
        if "\x00" not in text or (wide := _guess_utf16(data)) is None:
            return text, "UTF-8"
        return wide
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    guess = _guess_utf16(data) or _guess_gb18030(data)
    if guess is None:
        problems.error("encoding", {"case": "unknown"}, line)
        return "", ""
    text, encoding = guess
    problems.warn("encoding", {"case": "guessed", "encoding": encoding}, line)
    return text, encoding


def _guess_utf16(data: bytes) -> tuple[str, str] | None:
    """UTF-16 without a BOM: every other byte of its ASCII is NUL."""
    if len(data) % 2 or b"\x00" not in data[:4000]:
        return None
    for name in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if re.search("[\n\r\u2028]", text) and not _CONTROL.search(text[:2000]):
            return text, "UTF-16"
    return None


def _guess_gb18030(data: bytes) -> tuple[str, str] | None:
    """GB18030 takes most bytes as something: only mostly common Chinese counts."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    foreign = [character for character in text if character > "\x7f"]
    likely = sum(1 for character in foreign if _LIKELY_CHINESE.match(character))
    if not foreign or likely < 0.9 * len(foreign) or _CONTROL.search(text):
        return None
    return text, "GB18030"


def normal_lines(text: str) -> str:
    """CRLF, CR and the rarer line ends as `\\n`, no BOM."""
    return re.sub("[\x85\u2028\u2029]", "\n", _common_lines(text))


def _common_lines(text: str) -> str:
    if text.startswith("\ufeff"):
        text = text[1:]
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text
