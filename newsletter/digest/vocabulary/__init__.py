"""Words of the languages documents are written in; the one place to extend for another language.

Only what the reader of documents needs. It knows nothing of the languages of the site's pages,
which have their own table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal

from . import first, more
from .words import Vocabulary

# Every language, in the order in which a name that two of them have is taken.
LANGUAGES: tuple[Vocabulary, ...] = (
    first.CHINESE,
    first.ENGLISH,
    first.JAPANESE,
    first.KOREAN,
    first.FRENCH,
    first.GERMAN,
    first.SPANISH,
    first.ITALIAN,
    first.PORTUGUESE,
    first.RUSSIAN,
    more.TURKISH,
    more.POLISH,
    more.UKRAINIAN,
    more.DUTCH,
    more.VIETNAMESE,
    more.INDONESIAN,
    more.ARABIC,
    more.PERSIAN,
)

# Every field of an item that a label can name.
FIELDS: tuple[str, ...] = tuple(first.CHINESE.fields)


def names_of(name: str) -> Iterator[str]:
    """The names of one field in every language."""
    for language in LANGUAGES:
        yield from language.fields.get(name, ())


def month_numbers() -> Mapping[str, int]:
    """The number of each month by each of its spellings."""
    return {
        spelling: number
        for language in LANGUAGES
        for number, spellings in enumerate(language.months, start=1)
        for spelling in spellings
    }


Words = Literal[
    "placeholders", "counters", "units", "bylines", "introductions", "closings", "of_now",
    "issues", "contents", "references", "trailers",
    "title_columns", "places", "greetings",
]  # fmt: skip


def either(words: Words) -> str:
    """The words of that name in every language, joined as alternatives of a regular expression.

    The longer ones first, so that "read more" is tried before "read".
    """
    found = {word: None for language in LANGUAGES for word in getattr(language, words)}
    if words == "units":
        return "|".join(found)
    return "|".join(sorted(found, key=len, reverse=True))


def is_one_of(words: Words, text: str) -> bool:
    """Whether `text` is one of the words of that name, whatever its case."""
    return " ".join(text.casefold().split()) in _folded(words)


@cache
def _folded(words: Words) -> frozenset[str]:
    return frozenset(word.casefold() for language in LANGUAGES for word in getattr(language, words))


def is_field(name: str) -> bool:
    """Whether a name is that of a field, in any language."""
    return " ".join(name.split()).casefold() in _field_names()


@cache
def _field_names() -> frozenset[str]:
    return frozenset(name.casefold() for field in FIELDS for name in names_of(field))
