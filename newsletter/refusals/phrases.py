"""A small language for what servers say, and a search through it in linear time.

One phrase a line: `|` separates words that mean the same, `…` is a gap of at most 60 characters
within a sentence, `$` after a word wants its end there. A word begins where a word begins (except
in scripts without spaces) and may go on: `reject` finds "rejected". A line that ends with `|`
or `…` goes on in the next.

    mailbox|account … closed|deleted
    no such user

Words are looked up one by one with `str.find` and then ordered by their places. A regular
expression of a thousand alternatives with gaps would let a hostile reply choose how long it takes.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from .plain import fold

GAP = 60
_SENTENCE_END = re.compile(r"\. |[;。]")


class Word(NamedTuple):
    """A literal with what must be at its edges."""

    text: str
    starts_word: bool
    ends_word: bool


class Place(NamedTuple):
    """Where something was found: the offsets of its first character and after its last."""

    start: int
    end: int


class Slot:
    """Words that mean the same in a phrase. One object for the same words, known by its identity:
    to hash a dozen words for each of four hundred phrases would be most of a search."""

    __slots__ = ("words",)

    def __init__(self, words: tuple[Word, ...]) -> None:
        self.words = words


class Text:
    """Words that are searched again and again; keeps what it found."""

    __slots__ = ("_ends", "_places", "words")

    def __init__(self, words: str) -> None:
        """`words` as `plain` makes them."""
        self.words = words
        self._ends = [match.start() for match in _SENTENCE_END.finditer(words)]
        self._places: dict[Slot, list[Place]] = {}

    def places(self, slot: Slot) -> list[Place]:
        """Every place of any of these words, by their ends."""
        found = self._places.get(slot)
        if found is None:
            # Hardly any word is there: most are passed over without a call.
            words = self.words
            found = [place for word in slot.words if word.text in words for place in self._of(word)]
            found.sort(key=_end)
            self._places[slot] = found
        return found

    def _of(self, word: Word) -> list[Place]:
        words, found = self.words, []
        start = words.find(word.text)
        while start >= 0:
            end = start + len(word.text)
            if not (word.starts_word and start and _in_word(words[start - 1])) and not (
                word.ends_word and end < len(words) and _in_word(words[end])
            ):
                found.append(Place(start, end))
            start = words.find(word.text, end)
        return found

    def one_sentence(self, start: int, end: int) -> bool:
        """Whether no sentence ends between these two offsets."""
        return bisect_left(self._ends, start) == bisect_left(self._ends, end)


_READER = Word("RCPT", True, False)
_US = Word("OURS", True, False)


def _end(place: Place) -> int:
    return place.end


def _in_word(letter: str) -> bool:
    return letter.isalpha() and letter < "⺀"  # Where the scripts without spaces begin.


class Phrases:
    """Phrases that mean one thing."""

    __slots__ = ("_phrases",)

    def __init__(self, source: str) -> None:
        joined = re.sub(r"([|…])\s*\n\s*", r"\1", source)
        lines = filter(None, (line.strip() for line in joined.splitlines()))
        self._phrases = [tuple(_slot(part) for part in line.split("…")) for line in lines]

    def find(self, text: Text) -> Place | None:
        """The first place where one of these is said, or None."""
        found = [place for phrase in self._phrases if (place := _first(text, phrase))]
        return min(found, default=None)

    def __contains__(self, text: object) -> bool:
        if not isinstance(text, Text):
            return False
        # Hardly any phrase has its first word there: most are passed over with one look.
        return any(text.places(phrase[0]) and _first(text, phrase) for phrase in self._phrases)


def _slot(part: str) -> Slot:
    words = [_word(word) for word in part.split("|") if word.strip()]
    if _READER in words:
        # What is said of the reader may be said of us; whose it is, `judging` decides.
        words.append(_US)
    return _same(tuple(words))


@functools.cache
def _same(words: tuple[Word, ...]) -> Slot:
    return Slot(words)


def _word(source: str) -> Word:
    text = source.strip()
    ends_word = text.endswith("$")
    # Upper case marks the names of parties (`plain`); everything else is folded as the reply is.
    text = text.rstrip("$")
    text = text if text.isupper() and text.isascii() else fold(text)
    return Word(text, _in_word(text[0]), ends_word)


def _first(text: Text, phrase: tuple[Slot, ...]) -> Place | None:
    """The first place of all its slots in their order, each within a gap of the one before."""
    before = text.places(phrase[0])
    for slot in phrase[1:]:
        if not before:
            return None
        ends = [place.end for place in before]
        reached = []
        for place in text.places(slot):
            # Of all that end before this word, the nearest is the one with the best chance.
            nearest = bisect_right(ends, place.start) - 1
            if nearest < 0:
                continue
            last = before[nearest]
            if place.start - last.end <= GAP and text.one_sentence(last.end, place.start):
                reached.append(Place(last.start, place.end))
        before = reached
    return min(before, default=None)
