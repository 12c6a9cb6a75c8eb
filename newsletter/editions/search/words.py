"""A text as the words it is found by.

Scripts that are written without spaces between words (Chinese, Japanese, Korean, Thai and their
neighbours) are taken by pairs of letters, all others by words. Case, accents, the plural of English
and the article of Arabic are left out, what is one letter in two spellings is one; everything else
stands as it is written. `VERSION` counts the changes of this: what is stored was made by it.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

VERSION = 3
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
# Where a word may be hyphenated: nobody sees it.
_SOFT = "\u00ad"
_RUN = re.compile(rf"[{DENSE}]+|(?:(?![{DENSE}_])[\w{_ACCENTS}{_SIGNS}]{_SOFT}?)+")
_DENSE_RUN = re.compile(rf"[{DENSE}]+")
# With the stroke that only makes an Arabic word longer.
_LEFT_OUT = re.compile(rf"[{_ACCENTS}{_SOFT}\u0640]+")
# Letters that Unicode does not take apart, as whoever lacks the key writes them. The dotless i of
# Turkish is an i without its dot: case alone would tell IŞIK from ışık.
_LATIN = {
    "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h",
    "ŧ": "t",
}  # fmt: skip
# What the normalisation of Lucene's Arabic and Persian analyzers makes one: the letters that many
# write without their dots, and those of Persian keyboards.
_ARABIC = {"\u0649": "\u064a", "\u06cc": "\u064a", "\u0629": "\u0647", "\u06a9": "\u0643"}
# A word written in katakana is the same word in hiragana.
_KANA = {chr(code): chr(code - 0x60) for code in range(0x30A1, 0x30F7)}
# As who lacks the key writes it where two letters are the custom: Mueller, Aarhus, Tromsoe.
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_HAS_TWO = re.compile("[äöüøåÄÖÜØÅ\u212b\u0308\u030a]")
_ONE = str.maketrans(_LATIN | _ARABIC | _KANA)
# "The", alone and behind "and", "with", "like", "so", "for" (after the light stemmer of Larkey,
# Ballesteros and Connell, SIGIR 2002); what is left has at least two letters.
_ARTICLE = re.compile("\u0648?(?:[\u0628\u0643\u0641]?\u0627\u0644|\u0644\u0644)(?=\\w\\w)")
_LONGEST_ARTICLE = 4
_ENGLISH = re.compile(r"[a-z]{4,}")
# In a folded text: a word that has spaces around it, and what stands between two.
_LETTERS = re.compile(rf"(?:(?![{DENSE}_])[\w{_SIGNS}])+")
_BETWEEN = re.compile(rf"(?:(?![\w{_SIGNS}])[^{DENSE}]|_)+")
# Vowels and finals of Hangul, which folding joins with the letter before them.
_JAMO = "\u1160", "\u11ff"
# Digits of other scripts with spaces: those of Arabic, of India.
_DIGITS = re.compile(rf"(?![{DENSE}0-9])\d")
# A longer one is no word: an address, a key, a picture written in letters.
_LONGEST = 60


_Span = tuple[int, int]


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
                yield Word(_stem(folded), start, end, False)
            continue
        # Where folding changed the number of letters, a pair stands for the whole run.
        exact = len(folded) == end - start
        for place in range(len(folded)):
            pair = folded[place : place + 2]
            where = (start + place, start + place + len(pair)) if exact else (start, end)
            yield Word(pair, *where, True)


def fold(text: str) -> str:
    """Without case, width, ligatures and accents: NFKC with casefold, marks over letters gone, and
    one of two spellings of a letter or digit."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text).casefold()
    folded = unicodedata.normalize("NFC", _LEFT_OUT.sub("", apart)).translate(_ONE)
    return folded if folded.isascii() else _DIGITS.sub(_digit, folded)


def spelled_out(word: str) -> str:
    """The other spelling of a word as written, folded: `Müller` -> `mueller`; or empty.

    A text has it beside the first one, which leaves the dots out; made of the folded word instead,
    who looks for `dos` would find each `does`.
    """
    if word.isascii() or not _HAS_TWO.search(word):
        return ""
    whole = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", word).casefold())
    made = whole.translate(_SPELLED_OUT)
    return _stem(fold(made)) if made != whole else ""


def places_spelled_out(word: str, text: str, *, begins: bool = False) -> Iterator[_Span]:
    """Where words of `text`, as given, stand whose other spelling is `word`."""
    if text.isascii() or not word.isascii() or not _HAS_TWO.search(text):
        return
    for run in _RUN.finditer(text):
        other = spelled_out(run[0])
        if other and (other == word or (begins and other.startswith(word))):
            yield run.span()


def _digit(found: re.Match[str]) -> str:
    return str(unicodedata.decimal(found[0]))


class Folded:
    """A folded text, `text`, and where its letters stand in the text as given."""

    def __init__(self, text: str) -> None:
        self.text = fold(text)
        self._places: list[_Span] | None = None
        # Letter for letter in most texts; where not, the rare mark or ligature is looked for.
        if len(self.text) != len(text) or not all(map(_stays_one, set(text))):
            parts = [(fold(text[start:end]), (start, end)) for start, end in _letters(text)]
            self.text = "".join(part for part, _place in parts)
            self._places = [place for part, place in parts for _letter in part]

    def span(self, start: int, end: int) -> _Span:
        """Where this part of `self.text` stands in the text as given; `end` > `start`."""
        if self._places is None:
            return start, end
        return self._places[start][0], self._places[end - 1][1]


@functools.lru_cache(maxsize=8192)
def _stays_one(letter: str) -> bool:
    return len(fold(letter)) == 1


def _letters(text: str) -> Iterator[_Span]:
    """Each letter with the marks that belong to it."""
    start = 0
    for place, letter in enumerate(text):
        joins = unicodedata.combining(letter) or _JAMO[0] <= letter <= _JAMO[1]
        if place and not joins:
            yield start, place
            start = place
    if text:
        yield start, len(text)


def places(words: Sequence[str], text: str, *, begins: bool = False) -> Iterator[_Span]:
    """Where words of `words_of` stand one behind the other in a folded text.

    All of one kind: with spaces between them, or parts of one run of letters without. `begins`:
    words that begin with the only one.
    """
    dense = _DENSE_RUN.match(words[0]) is not None
    # What every form of the first begins with: found fast, and then looked at.
    looked_for = words[0].removesuffix("y")
    if dense:
        looked_for = words[0] + "".join(word[-1] for word in words[1:])
    start = text.find(looked_for)
    while start >= 0:
        if dense:
            yield start, start + len(looked_for)
        else:
            begun = _begin(text, start)
            end = _end(words, text, begun, begins) if begun is not None else None
            if begun is not None and end is not None:
                yield begun, end
        start = text.find(looked_for, start + 1)


def _begin(text: str, start: int) -> int | None:
    """Where the word begins that has its stem here; None if that is no beginning of a word."""
    for begun in range(start, max(-1, start - _LONGEST_ARTICLE - 1), -1):
        if not begun or not _LETTERS.match(text, begun - 1):
            article = _ARTICLE.match(text, begun)
            return begun if start == begun or (article and article.end() == start) else None
    return None


def _end(words: Sequence[str], text: str, start: int, begins: bool) -> int | None:
    """Where these words end if they begin here."""
    for number, word in enumerate(words):
        if number:
            gap = _BETWEEN.match(text, start)
            start = gap.end() if gap else start
        run = _LETTERS.match(text, start)
        if run is None:
            return None
        one = _stem(run[0])
        if one != word and not (begins and one.startswith(word)):
            return None
        start = run.end()
    return start


def _stem(word: str) -> str:
    """A folded word without what its language adds to one that is looked for by itself."""
    if word.isascii():
        return _singular(word)
    article = _ARTICLE.match(word)
    return word[article.end() :] if article else word


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
