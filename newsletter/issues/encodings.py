"""Letters that were read in another encoding than they were written in, told by turning it back.

A run of letters that is valid UTF-8 when it is written in the wrong encoding again was UTF-8
before; the octets of real words almost never are.
"""

from __future__ import annotations

import re

# What could not be read at all, and marks of mail or JSON that nobody decoded.
_LOST = re.compile(
    r"\ufffd|锟斤拷|烫烫烫|屯屯屯|ï»¿|(?:=(?:C[2-9A-F]|[DE][0-9A-F]|F[0-4])(?:=[89AB][0-9A-F])+)"
    r"|(?<!\\)\\u[0-9a-fA-F]{4}|(?:[縺繧繝].{0,8}){3}"
)
# The letters that Windows' Latin table has, and those of its table for Cyrillic.
_LATIN = re.compile(r"[\x80-\xffŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]{2,}")
_CYRILLIC = re.compile(r"[Ѐ-ҿ\x80-\xbf–—‘’‚“”„†‡•…‰‹›€™№]{4,}")
_HAN = re.compile(r"(?=[^\x00-\x7f]*[\u3400-\u9fff])[^\x00-\x7f]{5,}")
# Letters of Cyrillic, and Han, in UTF-8; some behind them are cut off.
_CYRILLIC_UTF8 = re.compile(rb"(?:[\xd0\xd1][\x80-\xbf]){2,}[\xd0\xd1]?")
_HAN_UTF8 = re.compile(rb"(?:[\xe3-\xe9\xef][\x80-\xbf]{2}){3,}[\x80-\xff]{0,2}")


def garbled(text: str) -> bool:
    """Whether a text holds letters that were read in the wrong encoding."""
    if _LOST.search(text):
        return True
    if text.isascii():
        return False
    return (
        any(_was_latin(run) for run in _LATIN.findall(text))
        or any(_CYRILLIC_UTF8.fullmatch(_octets(run, "cp1251")) for run in _CYRILLIC.findall(text))
        or any(_HAN_UTF8.fullmatch(_octets(run, "gb18030")) for run in _HAN.findall(text))
    )


def _octets(run: str, encoding: str) -> bytes:
    """The run in the wrong encoding; what that lacks it passes on as it came (0x81, say)."""
    written = b""
    for letter in run:
        try:
            written += letter.encode(encoding)
        except UnicodeEncodeError:
            written += bytes([ord(letter)]) if ord(letter) < 256 else b" "
    return written


# Of two octets, those that begin with Â or Ã, which is most of Latin; or two such in a row. "É”" at
# the end of a quotation is none. Of three and more, every one.
_UTF8_WITHIN = re.compile(
    rb"\xc2[\xa0-\xbf]|\xc3[\x80-\xbf]|(?:[\xc4-\xdf][\x80-\xbf]){2}|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3}"
)


def _was_latin(run: str) -> bool:
    return any(_decodes(found.group()) for found in _UTF8_WITHIN.finditer(_octets(run, "cp1252")))


def _decodes(written: bytes) -> bool:
    try:
        written.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
