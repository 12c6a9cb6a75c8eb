"""The words that speak of leaving, consent, bouncing: in the languages that tools export.

They never decide anything: who had left is never concluded from a stem. They only tell which
columns and values a person must look at, so a word too many costs a question and a word too few
could revive somebody.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

from django.utils.functional import SimpleLazyObject

from .cells import folded
from .stems import (
    ACTIVITY,
    ANY_QUESTION,
    CIRCUMSTANCES,
    LABELS,
    LAST,
    NOT,
    NOTES,
    OUTCOMES,
    PLAIN,
    REASONS,
    STEMS,
    WAITING,
    WEAK,
    WISH,
    YES_OR_NO,
    About,
)

NEGATIVE = (About.LEAVING, About.BOUNCE, About.COMPLAINT, About.BLOCK)


def _stems(text: str) -> list[str]:
    """The stems of a list of words; `_` stands for the space inside a phrase."""
    return [word.replace("_", " ") for word in text.split()]


def _lazily(make: Callable[[], re.Pattern[str]]) -> re.Pattern[str]:
    """Compiled when it is first used: all of them took a tenth of the start of every command."""
    return cast("re.Pattern[str]", SimpleLazyObject(make))


def _pattern(stems: list[str]) -> re.Pattern[str]:
    return _lazily(lambda: _compiled(stems))


def _compiled(stems: list[str]) -> re.Pattern[str]:
    starting: list[str] = []
    anywhere: list[str] = []
    for stem in stems:
        spaceless = not stem.startswith("*") and any(
            "\u0e00" <= c <= "\u0e7f" or c >= "\u2e80" for c in stem
        )
        word = folded(stem.strip("*$")).strip() if not spaceless else stem
        end = r"(?= |$)" if stem.endswith("$") else ""
        (anywhere if stem.startswith("*") or spaceless else starting).append(re.escape(word) + end)
    parts = [" (?:" + "|".join(sorted(set(starting))) + ")"] if starting else []
    return re.compile("|".join([*parts, *sorted(set(anywhere))]))


_PATTERNS = {about: _pattern(_stems(text)) for about, text in STEMS.items()}
_SPEAKING = [stem for about in (*NEGATIVE, About.CONFIRMATION) for stem in _stems(STEMS[about])]
_NEGATION, _WAITING = _pattern(NOT.split()), _pattern(_stems(WAITING))
_SPEAKING = [stem for stem in _SPEAKING if stem not in NOT.split()]
_IN_WORD = _pattern(_SPEAKING)
_IN_WORDS = _pattern([stem for stem in _SPEAKING if stem not in _stems(WEAK)])
_WISHES = _lazily(
    lambda: re.compile(
        "|".join(
            [
                _compiled(_stems(WISH)).pattern,
                _PATTERNS[About.CONSENT].pattern,
                _PATTERNS[About.CONFIRMATION].pattern,
            ]
        )
    )
)


_REASONS = frozenset(folded(word).strip() for word in REASONS.split())


def header_speaks(header: str) -> frozenset[About]:
    """What a header speaks of; empty if of nothing here."""
    words = folded(header)
    if words.strip() in _REASONS:
        # A reason beside an address is nearly always the one for which somebody left.
        return frozenset([About.LEAVING])
    return frozenset(about for about, pattern in _PATTERNS.items() if pattern.search(words))


# How a mail server begins its "no": RFC 5321 section 4.2, RFC 3463.
_REPLY = re.compile(r"\s*(?:[45]\d\d[ -](?=\D|[45]\.)|[45]\.\d{1,3}\.\d{1,3}\b)")


def value_speaks(value: str) -> bool:
    """Whether a cell under a header that says nothing speaks of somebody not to be mailed."""
    words = folded(value[:20_000])
    if words.strip() in _BARE_WORDS:
        return False
    if _REPLY.match(value):
        return True
    if words.count(" ") == 1:
        return _IN_WORD.search(words) is not None
    if _IN_WORDS.search(words) is not None:
        return True
    return _NEGATION.search(words) is not None and _WISHES.search(words) is not None


def tells_of_unwilling(title: str) -> bool:
    """Whether the name of a file, or a line above a table, says that its people are not readers:
    they left, are not to be mailed, never agreed or have not confirmed."""
    words = folded(title)
    if _WAITING.search(words) is not None:
        return True
    denied = _NEGATION.search(words) is not None and _WISHES.search(words) is not None
    return denied or (value_speaks(title) and bool(header_speaks(title).intersection(NEGATIVE)))


_YES_TEXT = """
    yes true y t 1 on x ok ja j oui o si sì sí sim s tak da да д はい 有 可 ○ 예 네 evet e 是
    有效 ✓ ✔ kylla ano a igen nai ναι так wahr vrai vero verdadeiro verdadero prawda истина 真
    doğru sant نعم بله כן taip jā jah áno ano có ใช่ हाँ ya"""
_NO_TEXT = """
    no false n f 0 off nein non nao não nie net нет н いいえ 無 不可 × 아니오 아니요 hayir hayır
    h 否 nej ei ne nem oxi όχι ні falsch faux falso falso falsz ложь 偽 yanlis falskt nee لا خیر לא
    nē không ไม่ नहीं tidak"""
YES = frozenset(w for word in _YES_TEXT.split() for w in (folded(word).strip() or word, word))
NO = frozenset(w for word in _NO_TEXT.split() for w in (folded(word).strip() or word, word))
_BARE_WORDS = YES | NO


_LETTERS = frozenset("yn01x✓✔×○")


def is_answer(value: str) -> bool:
    """Whether a value is a yes or no in whatever language; of single letters only the usual."""
    text = value.strip().casefold()
    word = folded(text).strip() or text
    return word in _BARE_WORDS and (len(word) > 1 or word in _LETTERS)


_ABBREVIATED = 4  # "ACT", "UNSB"
# "Yes, please do", "Nein danke", "B) no thank you".
_MOST_POLITE = 4


def is_code(value: str) -> bool:
    """Whether a value can stand for a state without saying so: a letter or two, a small number, a
    yes or no in whatever language, also with a word of politeness or the letter of the answer."""
    text = value.strip()
    if text.lstrip("-+").isdigit():
        return len(text) <= 2
    # Two signs of Chinese, Japanese or Korean are a word.
    if len(text) <= (2 if text < "\u2e80" else 1):
        return True
    if len(text) <= _ABBREVIATED and text.isascii() and text.isalpha() and text.isupper():
        return True
    words = folded(text).split()
    if (" ".join(words) or text.casefold()) in _BARE_WORDS:
        return True
    if len(words) > 1 and len(words[0]) == 1:
        words = words[1:]
    return 0 < len(words) <= _MOST_POLITE and len(words[0]) > 1 and words[0] in _BARE_WORDS


# "Last status" is a state, "last active" a day.
_PATTERNS_OF_STATUS = _pattern(_stems("status state statut etat estado stato zustand статус 状"))
_PLAIN = _pattern(_stems(PLAIN))
# The Greek one is a semicolon.
_QUESTION_MARKS = ("?", "？", "؟", ";", "\u037e")
_YES_OR_NO, _ANY_QUESTION = re.compile(YES_OR_NO, re.VERBOSE), re.compile(ANY_QUESTION)
_LABELS = _pattern(_stems(LABELS))
_NOTES = _pattern(_stems(NOTES))
_OUTCOMES = _pattern(_stems(OUTCOMES))
_CIRCUMSTANCES = _pattern(_stems(CIRCUMSTANCES))
_LAST, _ACTIVITY = _pattern(_stems(LAST)), _pattern(_stems(ACTIVITY))
# After these a header names a thing about the state, not the state: an address, a reference. Of
# leaving and bouncing only what every reader has: the number of the campaign by which somebody
# left is there for those who left.
_MERE_REFERENCE = re.compile(
    r" (?:ip|ip address|id|uuid|url|link|token|hash|key|html|page|form|source|referrer|user agent)$"
)
_LINK = re.compile(r" (?:url|link|token|hash|key|page|form)$")
# Of these a yes is the good answer, whatever else the header speaks of.
_GOOD = _pattern(_stems("*deliverab *valid *active enabled ok$ okay accept allow *zustellbar "))
_BAD = _pattern(_stems("*undeliver *invalid *inactive *unzustell not$ un$ in$ non$ nicht$ "))


def asks_for_good(header: str) -> bool:
    """Whether a yes under this header is the good answer: deliverable, valid."""
    words = folded(header)
    return _GOOD.search(words) is not None and _BAD.search(words) is None


def is_plain(header: str) -> bool:
    """Whether a header says what its column is, and that it is no state: a town, a birthday.

    A question does not: "News of your town?" is answered with a yes or a no."""
    words = folded(header)
    if _is_question(header) or _YES_OR_NO.search(words) is not None:
        return False
    return _PLAIN.search(words) is not None and _OUTCOMES.search(words) is None


def _is_question(header: str) -> bool:
    return header.rstrip().endswith(_QUESTION_MARKS)


def is_question(header: str) -> bool:
    """Whether a header asks something, by its mark or by how a language asks for a yes or no; not
    for a name or a town. Whoever answers a form says in it whether they want mail."""
    words = folded(header)
    if _YES_OR_NO.search(words) is not None:
        return True
    asks = _is_question(header) or _ANY_QUESTION.search(words) is not None
    return asks and _PLAIN.search(words) is None


def is_circumstance(header: str, about: frozenset[About]) -> bool:
    """Whether a header that speaks of a state names how or by what it came about, or when somebody
    was last there: its words may speak of a state, its codes and days do not."""
    words = folded(header)
    if about <= {About.CONSENT, About.CONFIRMATION} and _CIRCUMSTANCES.search(words):
        return True
    if not about <= {About.STATE, About.CONFIRMATION} or _PATTERNS_OF_STATUS.search(words):
        return False
    return _LAST.search(words) is not None and _ACTIVITY.search(words) is not None


def is_label(header: str) -> bool:
    """Whether a column sorts or annotates people: its words may speak of a state, its codes do
    not."""
    return _LABELS.search(folded(header)) is not None


def is_note(header: str) -> bool:
    """Whether a column holds what somebody wrote about a person in their own words."""
    return _NOTES.search(folded(header)) is not None


def is_reference(header: str, about: frozenset[About]) -> bool:
    """Whether a header that speaks of a state names a mere reference: an IP, a link, a number."""
    words = folded(header)
    if about.intersection(NEGATIVE):
        return _LINK.search(words) is not None
    return About.STATE not in about and _MERE_REFERENCE.search(words) is not None
