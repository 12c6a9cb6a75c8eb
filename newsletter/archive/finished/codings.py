"""Content codings: which one a client takes (RFC 9110, 12.5.3), and the octets in it."""

from __future__ import annotations

import gzip
from functools import lru_cache

import brotli

# Best first, for who takes several equally. A page of 40 kB: 8.3 kB in 4 ms, 9.6 kB in 1 ms.
CODINGS = ("br", "gzip")
IDENTITY = ""
# Below this the headers are most of the answer.
LEAST = 400
_TYPES = ("text/", "application/xml", "application/json", "application/javascript")


def is_compressible(media_type: str) -> bool:
    """Whether octets of this type get smaller: text of any kind, not pictures."""
    kind = media_type.partition(";")[0].strip().lower()
    return kind.startswith(_TYPES) or kind.endswith(("+xml", "+json"))


def choose(accept_encoding: str | None) -> str:
    """The coding to answer in; `IDENTITY` is none.

    Without the header nothing is compressed. If the client refuses all we have, it gets the
    octets as they are, which RFC 9110 prefers to an error.
    """
    if not accept_encoding:
        return IDENTITY
    # A header is a client's text; only those of customary length are worth remembering.
    return _remembered(accept_encoding) if len(accept_encoding) < 128 else _choose(accept_encoding)


def _choose(accept_encoding: str) -> str:
    wishes: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            label, _, value = parameter.partition("=")
            if label.strip() == "q":
                quality = _quality(value.strip())
        wishes["gzip" if name == "x-gzip" else name] = quality
    others = wishes.get("*")
    best, found = 0.0, IDENTITY
    for coding in CODINGS:
        quality = wishes.get(coding, others or 0.0)
        if quality > best:
            best, found = quality, coding
    # Said or not, no coding at all is acceptable; it is preferred only if it is said to be.
    return IDENTITY if wishes.get("identity", 0.0) > best else found


_remembered = lru_cache(maxsize=256)(_choose)


def _quality(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0.0 <= value <= 1.0 else 0.0


def encode(body: bytes, coding: str) -> bytes:
    """`body` in that coding; the same octets in give the same octets out, on every machine."""
    if coding == "br":
        encoded: bytes = brotli.compress(body, quality=9)
        return encoded
    return gzip.compress(body, compresslevel=9, mtime=0)
