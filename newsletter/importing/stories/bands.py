"""A title -> hashes that like titles share: MinHash in bands. Pure.

Two titles with the share J of all their pieces in common agree in one of BANDS bands of two with
the probability 1 - (1 - J²)^BANDS (Leskovec, Rajaraman and Ullman, Mining of Massive Datasets,
section 3.4): 0.94 for the share at which titles alone make a story (`likeness.ALIKE`, a Jaccard
share of 0.45), 0.995 for 0.6.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from .titles import read_title

BANDS = 12
_ROWS = 2
_PRIME = (1 << 61) - 1


def _number(text: str) -> int:
    return int.from_bytes(
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    )


@lru_cache(maxsize=65536)
def _piece(text: str) -> int:
    return _number(text) % _PRIME


_FACTORS = [
    (_number(f"factor {n}") % (_PRIME - 1) + 1, _number(f"addend {n}") % _PRIME)
    for n in range(BANDS * _ROWS)
]


def bands_of(title: str) -> list[int]:
    """BANDS signed numbers of 64 bits; none for a title without a word."""
    return list(_bands(title))


# The pages of one issue ask for the same titles again and again: 600 of 300 items.
@lru_cache(maxsize=2048)
def _bands(title: str) -> tuple[int, ...]:
    pieces = [_piece(piece) for piece in read_title(title).pieces]
    if not pieces:
        return ()
    least = [min((a * piece + b) % _PRIME for piece in pieces) for a, b in _FACTORS]
    found = []
    for band in range(BANDS):
        whole = _number(f"{band}:{least[band * _ROWS : (band + 1) * _ROWS]}")
        found.append(whole - (1 << 63))
    return tuple(found)
