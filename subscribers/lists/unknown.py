"""What may be a state though no word of it is known: a few values, an unknown script, a remark.

Nobody can list how every language says that somebody left. What can be told in every language is
the form: a state is one of a few words, and a column of readers' names or towns is not. So a column
under a header that says nothing is asked if its values are few, or marks on some of the rows.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from .stems import LABELS, LOUD, PLAIN, STEMS

# A column of states says one of so many things; names, towns and firms are soon more.
MOST_KINDS = 12
_FEW = 8


def _script(letter: str) -> str:
    """The script of a letter, by the first word of its name in Unicode: LATIN, GEORGIAN, CJK."""
    return unicodedata.name(letter, "?").partition(" ")[0]


def _scripts(text: str) -> frozenset[str]:
    return frozenset(_script(letter) for letter in set(text) if letter > "\x7f" if letter.isalpha())


# The scripts in which some words are known; full-width and half-width letters are the usual ones.
_KNOWN = _scripts("".join([*STEMS.values(), PLAIN, LABELS])) | {"FULLWIDTH", "HALFWIDTH"}


def is_unreadable(text: str) -> bool:
    """Whether a text is in a script in which no word is known, or came out garbled."""
    if text.isascii():
        return False
    return "\ufffd" in text or not _scripts(text) <= _KNOWN


def are_states(
    counts: Collection[int], *, filled: int, rows: int, readable: bool, question: bool = False
) -> bool:
    """Whether values that occur so often can be a state's, under a header that says nothing.

    `filled` of `rows` cells hold something. Names differ from row to row, states come again; a
    mark stands on some rows only. Where not even the header can be read, few values are enough;
    so they are where the header is a `question`, which a few people answer each in their words.
    """
    kinds = len(counts)
    if not 0 < kinds <= MOST_KINDS:
        return False
    if not readable or (question and kinds <= _FEW):
        return True
    if kinds == 1:
        # The same on every row tells nobody from anybody else.
        return filled < rows
    if max(counts) > 1:
        return kinds <= _FEW or 2 * kinds <= filled
    return 2 * filled <= rows


def unreadable_of(kinds: Iterable[str]) -> list[str]:
    """Those of some values that are in an unknown script."""
    return [kind for kind in kinds if is_unreadable(kind)]


_LOUD = tuple(part.strip() for part in LOUD.split("|"))


def is_loud(text: str) -> bool:
    """Whether a text says in full, whatever it is about besides, that somebody is not to be mailed.

    Cheap enough for every cell of a file: it may be many cells in one.
    """
    folded = text.casefold()
    return any(words in folded for words in _LOUD)


def loud_counts(cells: Sequence[str]) -> dict[str, int]:
    """Those of some cells that say so, with how often they occur."""
    different = dict.fromkeys(cells)  # In their order.
    if not is_loud("\n".join(different)):
        return {}
    return {cell: count for cell, count in Counter(cells).items() if is_loud(cell)}
