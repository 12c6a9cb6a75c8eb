"""What an item tells below its title: its words, and the names and figures among them. Pure.

Two editors who write of one story choose other titles, but name the same people, products and
amounts below them. What most items of these days name tells nothing; what few name tells much
(inverse document frequency, Spärck Jones 1972). Of a long text the beginning is enough: what is
told comes first.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from operator import add
from typing import Any

from newsletter.editions.search.words import DENSE

LONGEST = 800  # characters that are read of an item
_ADDRESS = re.compile(r"https?://[^\s)>\]\"]+")
_DENSE = re.compile(rf"[{DENSE}]+")
_SIGN = rf"[^\W{DENSE}_]"
_WORD = re.compile(rf"{_SIGN}+(?:[.,\-'’]{_SIGN}+)*%?")
_YEAR = re.compile(r"20[0-3]\d")
# Of fewer items it is not known what is usual.
_ENOUGH = 30
# A name that so few of the items have is rare.
_RARE = 0.6


@dataclass(frozen=True, slots=True)
class Telling:
    """The words of an item (of dense scripts the pairs of letters); and the names and figures."""

    words: frozenset[str]
    facts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Everyday:
    """How many of the items of these days have each word, and each name or figure."""

    items: int = 0
    words: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, tellings: Iterable[Telling]) -> Everyday:
        """What is usual among some items."""
        words: Counter[str] = Counter()
        facts: Counter[str] = Counter()
        count = 0
        for one in tellings:
            words.update(one.words)
            facts.update(one.facts)
            count += 1
        return cls(count, words, facts)

    @property
    def known(self) -> bool:
        """Whether there are enough items to say what is usual."""
        return self.items >= _ENOUGH


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two items tell in common, by how few others have it: the weight of the words and of the
    facts, the shares of it in what the shorter tells, and how many of the facts are rare."""

    words: float = 0.0
    words_share: float = 0.0
    facts: float = 0.0
    facts_share: float = 0.0
    rare: int = 0


NOTHING_TOLD = Telling(frozenset(), frozenset())
NOTHING_EVERYDAY = Everyday()


def overlap(one: Telling, other: Telling, everyday: Everyday) -> Overlap:
    """What two items tell in common; nothing where it is not known what is usual."""
    if not everyday.known:
        return Overlap()
    words, words_share, _each = _shared(one.words, other.words, everyday.words, everyday.items)
    facts, facts_share, each = _shared(one.facts, other.facts, everyday.facts, everyday.items)
    return Overlap(words, words_share, facts, facts_share, sum(rarity > _RARE for rarity in each))


def _shared(
    one: frozenset[str], other: frozenset[str], having: Mapping[str, int], items: int
) -> tuple[float, float, list[float]]:
    whole = math.log(items + 1)

    def weigh(pieces: Iterable[str]) -> list[float]:
        return [max(0.0, 1 - math.log(having.get(piece, 0) + 1) / whole) for piece in pieces]

    common = weigh(one & other)
    fewer = min(sum(weigh(one)), sum(weigh(other)))
    return sum(common), sum(common) / fewer if fewer else 0.0, common


def text_of(insight: str, bullets: Iterable[Mapping[str, Any]], body: str) -> str:
    """What an item says below its title, as far as it is read; `bullets` as `Item.bullets`."""
    parts, length = [], 0
    for part in (insight, *_lines(bullets), body):
        parts.append(part)
        length += len(part) + 1
        if length >= LONGEST:
            break
    return "\n".join(parts)[:LONGEST]


def _lines(bullets: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for bullet in bullets:
        yield f"{bullet.get('lead', '')} {bullet.get('text', '')}"
        yield from _lines(bullet.get("children", ()))


@lru_cache(maxsize=512)
def telling_of(text: str) -> Telling:
    """What an item tells whose title and text are `text`; a tenth of a millisecond."""
    plain = unicodedata.normalize("NFKC", _ADDRESS.sub(" ", text[:LONGEST]))
    words: set[str] = set()
    for run in _DENSE.findall(plain):
        words.update(map(add, run, run[1:]))
    found = set(_WORD.findall(plain))
    words.update(map(str.casefold, found))
    return Telling(frozenset(words), frozenset(filter(None, map(_fact, found))))


def _fact(word: str) -> str:
    """A word that is written like a name, or a figure that is no year and no small number."""
    plain = word.casefold().replace(",", "")
    if plain[0].isdigit() and not plain[-1].isalpha():
        known = sum(map(str.isdigit, plain)) > 1 and not _YEAR.fullmatch(plain)
        return plain if known else ""
    named = len(plain) > 1 and (plain != word or any(map(str.isdigit, plain)))
    return plain.rstrip("s") if named else ""
