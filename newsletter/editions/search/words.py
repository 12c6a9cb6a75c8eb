"""A text as the words it is found by.

Scripts that are written without spaces between words (Chinese, Japanese, Korean, Thai and their
neighbours) are taken by pairs of letters, all others by words. Case, accents and the plural of
English are left out; everything else stands as it is written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

# Han with its extensions, kana, Hangul, Thai, Lao, Khmer, Myanmar.
DENSE = (
    r"\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\u1100-\u11ff\u3130-\u318f\uac00-\ud7af\u0e00-\u0eff\u1780-\u17ff\u1000-\u109f"
    r"\U00020000-\U0003ffff"
)
# Marks that stand over a letter and may be left out, and those that are part of a word: the
# vowel signs of the scripts of India.
_ACCENTS = r"\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u0670"
_SIGNS = r"\u0900-\u0dff"
_RUN = re.compile(rf"[{DENSE}]+|(?:(?![{DENSE}_])[\w{_ACCENTS}{_SIGNS}])+")
_DENSE_RUN = re.compile(rf"[{DENSE}]+")
_LEFT_OUT = re.compile(rf"[{_ACCENTS}]+")
_ENGLISH = re.compile(r"[a-z]{4,}")
# A longer one is no word: an address, a key, a picture written in letters.
_LONGEST = 60


class Word(NamedTuple):
    """A word as it is compared, and where it stands. The last letter of a run of letters without
    spaces is a word of its own, so that each letter begins one."""

    # A tuple: a page of hits makes thousands of them, and a frozen dataclass takes thrice as long.

    text: str
    start: int
    end: int
    dense: bool


def words_of(text: str) -> Iterator[Word]:
    """The words of a text, in its order; positions are those in the text as given."""
    for run in _RUN.finditer(text):
        folded = fold(run[0])
        start, end = run.span()
        if _DENSE_RUN.match(folded) is None:
            if folded and len(folded) <= _LONGEST:
                yield Word(_singular(folded), start, end, False)
            continue
        # Where folding changed the number of letters, a pair stands for the whole run.
        exact = len(folded) == end - start
        for place in range(len(folded)):
            pair = folded[place : place + 2]
            where = (start + place, start + place + len(pair)) if exact else (start, end)
            yield Word(pair, *where, True)


def fold(text: str) -> str:
    """Without case, width, ligatures and accents: NFKC with casefold, marks over letters gone."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", _LEFT_OUT.sub("", apart))


def _singular(word: str) -> str:
    """An English plural as its singular: the s-stemmer of Harman, "How effective is suffixing?",
    JASIS 42 (1991). What is no plural is changed alike wherever it stands, and is found."""
    if not _ENGLISH.fullmatch(word) or not word.endswith("s"):
        return word
    if word.endswith("ies") and word[-4] not in "ae":
        return word[:-3] + "y"
    if word.endswith("es") and word[-3] not in "aeo":
        return word[:-1]
    return word if word[-2] in "us" else word[:-1]
