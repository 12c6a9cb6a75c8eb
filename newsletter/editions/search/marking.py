"""The words that were found, marked in a title and in an excerpt of an item."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .asked import Term
from .words import Word, words_of

_Span = tuple[int, int]
# Letters of an excerpt, and of what stands before the first word that was found.
_LONG, _BEFORE = 180, 50


def marked(text: str, terms: Sequence[Term]) -> SafeString:
    """`text` as safe HTML, with `<mark>` around what was found."""
    words = list(words_of(text))
    return _html(text, _joined(chain.from_iterable(_of_term(words, term) for term in terms)))


def excerpt(texts: Iterable[str], terms: Sequence[Term]) -> SafeString:
    """The part of the first text that has most of the terms, marked; else its beginning."""
    best, spans, most = "", list[_Span](), -1
    for text in texts:
        if not text:
            continue
        words = list(words_of(text))
        found = [of_term for term in terms if (of_term := _of_term(words, term))]
        if len(found) > most:
            best, spans, most = text, _joined(chain.from_iterable(found)), len(found)
        if most == len(terms):
            break  # No other text can have more of them.
    start = _boundary(best, spans[0][0] - _BEFORE) if spans else 0
    end = _boundary(best, start + _LONG)
    inside = [(a - start, b - start) for a, b in spans if a >= start and b <= end]
    before = "…" if start > 0 else ""
    behind = "…" if end < len(best) else ""
    return mark_safe(before + _html(best[start:end].strip("\n"), inside) + behind)


def _boundary(text: str, place: int) -> int:
    """The next place behind `place` where text may be cut: not within a word that has spaces."""
    if place <= 0:
        return 0
    if place >= len(text):
        return len(text)
    for word in words_of(text[max(0, place - 40) : place + 40]):
        start, end = word.start + max(0, place - 40), word.end + max(0, place - 40)
        if not word.dense and start < place < end:
            return end
    return place


def _joined(found: Iterable[_Span]) -> list[_Span]:
    joined: list[_Span] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _of_term(words: Sequence[Word], term: Term) -> list[_Span]:
    if term.begins:
        letter = term.words[0]
        return [
            (one.start, one.start + len(letter) if one.end - one.start <= 2 else one.end)
            for one in words
            if one.dense and one.text.startswith(letter)
        ]
    size = len(term.words)
    return [
        (words[place].start, words[place + size - 1].end)
        for place in range(len(words) - size + 1)
        if all(words[place + n].text == term.words[n] for n in range(size))
    ]


def _html(text: str, spans: Sequence[_Span]) -> SafeString:
    parts: list[str] = []
    last = 0
    for start, end in spans:
        parts += [escape(text[last:start]), "<mark>", escape(text[start:end]), "</mark>"]
        last = end
    return mark_safe("".join([*parts, escape(text[last:])]))
