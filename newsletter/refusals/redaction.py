"""A server's words as they may be kept: who was refused stands in the row, not in its text."""

from __future__ import annotations

import re

MOST_KEPT = 300
# More than enough to fill what is kept, however much of it is cut out.
_MOST_READ = 4_000
# Taken in one pass, so that a hostile reply costs no more than its length.
_QUOTED = re.compile(r"\"[^\"\r\n]{1,64}\"(?=[@＠])")
_PIECE = re.compile(r"[^\s<>()\[\]\"',;:，；：（）【】《》「」]+")


def without_addresses(words: str) -> str:
    """Addresses cut out, one printable line, at most 300 characters."""
    words = _PIECE.sub(_cut, _QUOTED.sub("x", words[:_MOST_READ]))
    return "".join(c if c.isprintable() else " " for c in words).strip()[:MOST_KEPT]


def _cut(piece: re.Match[str]) -> str:
    inside = piece[0][1:-1]
    return "…" if "@" in inside or "＠" in inside else piece[0]
