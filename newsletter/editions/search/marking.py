"""The words that were found, marked in a title and in an excerpt of an item.

A page shows twenty items of any length: what is looked for is found in the folded text, not word by
word, and of a long text only the passage that is shown is made plain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from newsletter.digest import markdown

from .asked import Term
from .words import Folded, places, places_spelled_out, words_of

_Span = tuple[int, int]
# Letters of an excerpt, and of what stands before the first word that was found.
_LONG, _BEFORE = 180, 50
# Letters of source of which an excerpt is taken: paragraphs together until they have as many.
_PASSAGE = 800
_PARAGRAPHS = re.compile(r"\n[ \t]*\n")
# Passages that are made plain at most: what stands in an address only is not found in the text.
_TRIES = 4


def marked(text: str, terms: Sequence[Term]) -> SafeString:
    """`text` as safe HTML, with `<mark>` around what was found."""
    return _html(text, _joined(_found(text, terms)))


def excerpt(sources: Iterable[str], terms: Sequence[Term]) -> SafeString:
    """Of Markdown texts the first passage that has most of the terms, marked; else the beginning.

    As safe HTML on one line.
    """
    passages = [one for source in sources for one in _passages(source)]
    counted = sorted(
        ((len(_found(one, terms)), one) for one in passages), key=lambda one: one[0], reverse=True
    )
    best, spans, most = "", list[list[_Span]](), -1
    for count, passage in counted[:_TRIES]:
        if count <= most:
            break  # The others have no more of them.
        text = " ".join(markdown.plain_text(passage, links=False).split())
        found = _found(text, terms)
        if text and len(found) > most:
            best, spans, most = text, found, len(found)
    return _cut(best, _joined(spans))


def _passages(source: str) -> Iterator[str]:
    """A source whole, or where it is long in parts of some paragraphs."""
    if len(source) <= 2 * _PASSAGE:
        if source.strip():
            yield source
        return
    begun = 0
    for gap in _PARAGRAPHS.finditer(source):
        if gap.start() - begun >= _PASSAGE:
            yield source[begun : gap.start()]
            begun = gap.end()
    yield source[begun:]


def _cut(text: str, spans: Sequence[_Span]) -> SafeString:
    start = _boundary(text, spans[0][0] - _BEFORE) if spans else 0
    end = _boundary(text, start + _LONG)
    inside = [(a - start, b - start) for a, b in spans if a >= start and b <= end]
    before = "…" if start > 0 else ""
    behind = "…" if end < len(text) else ""
    return mark_safe(before + _html(text[start:end], inside) + behind)


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


def _found(text: str, terms: Sequence[Term]) -> list[list[_Span]]:
    """Where each of the terms stands that is there."""
    folded = Folded(text)
    found = (list(_places(term, text, folded)) for term in terms)
    return [spans for spans in found if spans]


def _places(term: Term, text: str, folded: Folded) -> Iterator[_Span]:
    for words in (term.words, (term.other,)):
        if words[0]:
            for one in places(words, folded.text, begins=term.begins):
                yield folded.span(*one)
    if len(term.words) == 1:
        yield from places_spelled_out(term.words[0], text, begins=term.begins)


def _joined(found: Iterable[Iterable[_Span]]) -> list[_Span]:
    joined: list[_Span] = []
    for start, end in sorted(span for of_term in found for span in of_term):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _html(text: str, spans: Sequence[_Span]) -> SafeString:
    parts: list[str] = []
    last = 0
    for start, end in spans:
        parts += [escape(text[last:start]), "<mark>", escape(text[start:end]), "</mark>"]
        last = end
    return mark_safe("".join([*parts, escape(text[last:])]))
