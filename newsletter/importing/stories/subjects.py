"""A title -> what it is about: its words by how much they tell, and those it begins with. Pure.

Two editors write two titles for one story: the thing it is about is in both, what is said of it
differs, and what one adds behind a colon the other leaves out. So what counts is which part of
what a title begins with the other title has too, and how rare that is: names that nearly every
title of these days has tell no story from another (inverse document frequency, Spärck Jones 1972).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from .acts import acts_of
from .announcing import ANNOUNCING_PAIRS, ANNOUNCING_WORDS, in_latin
from .opposites import turns_of
from .titles import with_amounts

_HAN = "㐀-䶿一-鿿豈-﫿々"
_RUN = re.compile(
    rf"(?P<figure>\d+(?:[.,]\d+)*(?:[a-zA-Z]\b)?)|(?P<han>[{_HAN}]+)|(?P<kana>[ァ-ヿ]+)"
    rf"|(?P<hiragana>[぀-ゟ゠]+)|(?P<hangul>[가-힣]+)"
    rf"|(?P<word>(?:(?![{_HAN}぀-ヿ가-힣\d_])\w)+)"
)
_DENSE = re.compile(rf"[{_HAN}぀-ヿ가-힣]")
# Behind these a title explains what it began with.
_PARTED = re.compile(r"[:|]\s*|\s[–—-]+\s|—")
_LED = re.compile(r"[^、,]{2,16}(?:、|,\s)(?=.*[぀-ヿ가-힣])")
_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+")
# What is yet to come is another story than what came.
_AHEAD = re.compile(r"即将|預告|预告|预热|敬请期待|coming soon|近日公開|demnächst|bientôt")
# Where it came to, and for whom: that something is now to be had there too is another story than
# that it came out.
_PLACE = r"(?P<place>[A-Za-z][\w.\-]*(?:\s+[A-Z][\w.\-]*){0,3})"
_ELSEWHERE = (
    re.compile(rf"[为為向]\s*{_PLACE}\s*(?:用户|用戶|订阅|开发者)"),
    re.compile(rf"(?:在|登陆|登陸|上架|入驻|接入)\s*{_PLACE}"),
    re.compile(
        rf"\b(?:available|live|comes?|coming|arrives?|lands?)\s+(?:now\s+)?(?:in|on|for|to)\s+{_PLACE}"
    ),
)

# How much a piece tells by itself.
_NAME, _PAIR, _SYLLABLES, _ONE_LETTER, _ANNOUNCING = 1.6, 0.7, 0.35, 0.3, 0.2
_KOREAN = 0.9  # a word, without its particle
_DIGIT, _FIGURE = 0.4, 1.0
# Of fewer titles it is not known what is usual; what all of them have tells so little.
_ENOUGH, _COMMONEST = 30, 0.15
# Less than that is no beginning of a title: "Show HN:", "Weekly:".
_LEAST_BEGINNING = 1.6
# What weighs less is of every title; what is rarer than that few others have.
_PARTICULAR, _RARE = 0.6, 0.8
# What is said of a thing that is out; a guide to it is another story.
_OF_RELEASES = frozenset({"release", "price", "free", "selling"})
# What is shared in one place weighs so much at least, to be anything.
_TELLING = 0.9
# A name tells so much at least, where it is not one of everybody's.
_NAMING = 0.5


@dataclass(frozen=True, slots=True)
class Usual:
    """How many of the titles of these days have each piece: what all have tells nothing."""

    titles: int = 0
    having: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, titles: Iterable[str]) -> Usual:
        """What is usual among some titles."""
        having: Counter[str] = Counter()
        count = 0
        for title in titles:
            having.update(subject_of(title).weights.keys())
            count += 1
        return cls(count, having)

    @property
    def known(self) -> bool:
        """Whether there are enough titles to say what is usual."""
        return self.titles >= _ENOUGH

    def rarity(self, piece: str) -> float:
        """1 for a piece that at most two of the titles have, less for what more of them have."""
        having = self.having.get(piece, 0)
        if having < 3 or self.titles < _ENOUGH:
            return 1.0
        return _rarity(having, self.titles)


@lru_cache(maxsize=4096)
def _rarity(having: int, titles: int) -> float:
    share = math.log((titles + 1) / having) / math.log((titles + 1) / 2)
    return min(1.0, max(_COMMONEST, share))


@dataclass(frozen=True, slots=True)
class Subject:
    """What a title is about. `weights` are its words and pairs of letters, `parts` those up to
    the first colon, the second, ..., the end; `names` are written like names, `forms` other
    spellings of what is there (BosonAI and Boson AI)."""

    weights: Mapping[str, float]
    parts: tuple[frozenset[str], ...]
    names: frozenset[str]
    forms: frozenset[str]
    ahead: bool
    # The names of where it is to be had now, where that is what is said.
    elsewhere: frozenset[str]
    # The turns it takes (`opposites`), and what it says was done (`acts`).
    turns: frozenset[int]
    acts: frozenset[str]
    # Who did it, where a title begins with that and a comma, as Japanese and Korean ones do.
    led: frozenset[str]
    # Its first word.
    first: frozenset[str]
    # The versions it names of anything: 5.5, 26.10, 3; and of what: ("flux", "3").
    versions: frozenset[str]
    things: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Shared:
    """What two titles have in common."""

    # The smaller of the shares that each one's beginning has in the other.
    least: float
    # The weight of all that is shared, and of the heaviest name in both.
    weight: float
    name: float
    # How many names are in both.
    names: int
    # How many pieces are shared that few other titles of these days have.
    rare: int
    # Each one's beginning has a name that the other has not: the weight of the lighter.
    swapped: float
    # They have nothing in common but who did it.
    only_name: bool


NOTHING_USUAL = Usual()


def in_common(a: Subject, b: Subject, usual: Usual) -> Shared:
    """What the subjects of two titles have in common, by what is usual in these days."""
    mine = {piece: weight * usual.rarity(piece) for piece, weight in a.weights.items()}
    theirs = {piece: weight * usual.rarity(piece) for piece, weight in b.weights.items()}
    a_has = {piece for piece in mine if piece in theirs or piece in b.forms}
    b_has = {piece for piece in theirs if piece in mine or piece in a.forms}
    # What begins a sentence has a capital anyway; where the other has it within, it is a name.
    telling = _telling(a) & (_telling(b) | b.first) | _telling(b) & a.first
    a_begins, b_begins = _beginning(a, mine), _beginning(b, theirs)
    swapped = min(
        max((weights[name] for name in names - has if weights[name] > _NAMING), default=0.0)
        for names, has, weights in (
            (a.names & a_begins, a_has, mine),
            (b.names & b_begins, b_has, theirs),
        )
    )
    return Shared(
        least=min(_share(a_begins, a_has, mine), _share(b_begins, b_has, theirs)),
        weight=min(_sum(a_has, mine), _sum(b_has, theirs)),
        rare=sum(a.weights[p] >= _PARTICULAR and usual.rarity(p) > _RARE for p in a_has),
        name=max((mine[piece] for piece in a_has & b_has & telling), default=0.0),
        names=sum(not piece[0].isdigit() for piece in a_has & b_has & telling),
        swapped=swapped,
        only_name=bool(a.led and b.led)
        and all(
            _sum((p for p in has - one.led if one.weights[p] > _ANNOUNCING), weights) < _TELLING
            for one, has, weights in ((a, a_has, mine), (b, b_has, theirs))
        ),
    )


def agreement(mine: frozenset[str], theirs: frozenset[str]) -> int:
    """1 where two titles name one thing of a kind, -1 where each names others, 0 where one of them
    names none."""
    if mine & theirs:
        return 1
    return -1 if mine and theirs else 0


def announced(a: Subject, b: Subject) -> bool:
    """Whether both say of one version of a thing that it is out, which it is once."""
    if "release" not in a.acts & b.acts or not a.acts | b.acts <= _OF_RELEASES:
        return False
    return bool(a.things & b.things)


def _telling(subject: Subject) -> set[str]:
    """Its names, and the figures that are no mere count: 81,000, 3.5, 27B."""
    return {p for p in subject.weights if p in subject.names or (p[0].isdigit() and len(p) > 2)}


def _sum(pieces: Iterable[str], weights: Mapping[str, float]) -> float:
    return sum(weights[piece] for piece in pieces)


def _share(beginning: frozenset[str], shared: set[str], weights: Mapping[str, float]) -> float:
    whole = _sum(beginning, weights)
    return _sum(beginning & shared, weights) / whole if whole else 0.0


def _beginning(subject: Subject, weights: Mapping[str, float]) -> frozenset[str]:
    for part in subject.parts:
        if _sum(part, weights) >= _LEAST_BEGINNING:
            return part
    return subject.parts[-1]


@lru_cache(maxsize=8192)
def subject_of(title: str) -> Subject:
    """What a title is about, whatever its language."""
    text = with_amounts(in_latin(title))
    runs = list(_RUN.finditer(text))
    dense = _DENSE.search(text) is not None
    named = _named(runs, dense)
    weights: dict[str, float] = {}
    places: dict[str, int] = {}
    for run in runs:
        for piece, weight in _pieces(run, dense):
            weights[piece] = max(weight, weights.get(piece, 0.0))
            places.setdefault(piece, run.start())
    led = _LED.match(text)
    things = frozenset(_versions(text))
    ends = [found.start() for found in _PARTED.finditer(text)] + [len(text)]
    return Subject(
        weights,
        tuple(frozenset(p for p, place in places.items() if place < end) for end in ends),
        frozenset(_word(run[0]) for run in named)
        | frozenset(run[0] for run in runs if run["kana"] and len(run[0]) > 2),
        frozenset(_forms(runs)),
        _AHEAD.search(text.casefold()) is not None,
        frozenset(_elsewhere(text)),
        turns_of(text),
        acts_of(text),
        frozenset(p for p, place in places.items() if led and place < led.end()),
        frozenset(_word(run[0]) for run in runs[:1] if run["word"]),
        frozenset(version for _name, version in things),
        frozenset(thing for thing in things if len(thing[0]) > 1),
    )


# A figure behind a name that counts nothing: Gemma 4, GPT-5.5, v26.10.
_VERSION = re.compile(
    r"(?:(?<![A-Za-z])(?P<name>[A-Za-z]{1,20})(?:\.js)?[\s\-]?v?(?P<whole>\d{1,3}(?:\.\d+){0,3})"
    r"|(?<![\d.])(?P<dotted>\d{1,4}(?:\.\d{1,4}){2,3}))"
    r"(?!\d|[,.]\d|\s*[%‰°$€£¥₽万萬亿億千兆年月日号號天个個人名台款家倍周週季篇章回次条点分秒元円년월일명개원대배]"
    r"|(?:nm|k|m|bn|gb|tb|mb|kb|mw|gw|km|kg|st|nd|rd|th|x)(?![a-z]))"
)
_NO_VERSION = frozenset(
    ("q", "h", "fy", "cve", "top", "day", "part", "week", "no", "am", "pm", "iso", "rfc", "pep",
     "us", "covid")
)  # fmt: skip


def _versions(text: str) -> Iterator[tuple[str, str]]:
    """Names and their versions; a figure of three parts is one without a name, too."""
    for found in _VERSION.finditer(text):
        if found["dotted"]:
            yield "", re.sub(r"(?:\.0)+\Z", "", found["dotted"])
            continue
        name = found["name"]
        known = name.casefold() in _NO_VERSION or name.casefold() in ANNOUNCING_WORDS
        if name == "v" or (any(sign.isupper() for sign in name) and not known):
            yield name.casefold(), re.sub(r"(?:\.0)+\Z", "", found["whole"])


def _elsewhere(text: str) -> Iterator[str]:
    for pattern in _ELSEWHERE:
        for found in pattern.finditer(text):
            yield from (_word(run[0]) for run in [_RUN.search(found["place"])] if run)


def is_elsewhere(a: Subject, b: Subject) -> bool:
    """Whether one of two titles says that something came to a place the other does not name."""
    return any(
        bool(one.elsewhere - (other.weights.keys() | other.forms))
        for one, other in ((a, b), (b, a))
    )


def _pieces(run: re.Match[str], dense: bool) -> Iterator[tuple[str, float]]:
    text = run[0]
    if run["figure"]:
        yield text.casefold(), _FIGURE if len(text) > 1 else _DIGIT
    elif run["word"]:
        word = _word(text)
        if word in ANNOUNCING_WORDS or text.casefold() in ANNOUNCING_WORDS:
            yield word, _ANNOUNCING
        else:
            yield word, _NAME if dense else min(_NAME, 0.4 + len(word) / 5)
    elif len(text) == 1:
        yield text, _ONE_LETTER
    elif run["kana"]:
        yield text, min(_NAME, 0.4 + len(text) / 5)
    elif run["hangul"]:
        word = _PARTICLE.sub("", text)
        yield word, _KOREAN
        yield from ((word[p : p + 2], _SYLLABLES) for p in range(len(word) - 1))
    else:
        for place in range(len(text) - 1):
            pair = text[place : place + 2]
            common = run["hiragana"] or pair in ANNOUNCING_PAIRS
            yield pair, _ANNOUNCING if common else _PAIR


# Endings of Russian nouns, adjectives and verbs, and what stands before an Arabic word as a part of
# it; after the light stemmers of Dolamic and Savoy (2009) and of Larkey and others (2002).
_CYRILLIC = re.compile(
    r"(?<=[а-яё]{3})(?:иями|ями|ами|ого|его|ому|ему|ыми|ими|иях|иям|ией|ует|ают|ила|или|ило|ена|ены|ено"
    r"|ую|юю|ая|яя|ое|ее|ой|ей|ий|ый|ые|ие|ых|их|ов|ев|ам|ям|ах|ях|ом|ем|ил|ть|ся|ию|ии|ия|[аяоёеыиуюьй])\Z"
)
_VOWELS = re.compile(r"[\u064b-\u0652\u0640]")
_LETTERS = str.maketrans("أإآىة", "ااايه")
_ARABIC = re.compile(r"\A[وف]?(?:ال|بال|كال|لل|[بل](?=\w{4}))(?=\w{3})|\A[و](?=\w{4})")


_PARTICLE = re.compile(
    r"(?<=[가-힣]{2})(?:에서|에게|으로|까지|부터|한다|했다|된다|됐다|하는|한|은|는|이|가|을|를|에|의|와|과|도|로|서)\Z"
)


def _word(text: str) -> str:
    """A word without its case and its plural; of Russian and Arabic without what inflects it."""
    word = text.casefold()
    if word[0] >= "\u0400":
        if word[0] <= "\u04ff":
            return _CYRILLIC.sub("", word)
        if "\u0600" <= word[0] <= "\u06ff":
            word = _VOWELS.sub("", word).translate(_LETTERS)
            return re.sub(r"(?<=\w{3})(?:ات|ان|ين|ون|ية|ه)\Z", "", _ARABIC.sub("", word))
    return word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] != "s" else word


def _named(runs: list[re.Match[str]], dense: bool) -> list[re.Match[str]]:
    """The words that are written like names. Where most words have capitals, as English headlines
    have them, only what has one within is; in a dense script every word of another one is."""
    words = [run for run in runs if run["word"]]
    long = [run[0] for run in words[1:] if len(run[0]) > 3]
    titled = len(long) > 1 and sum(word[0].isupper() for word in long) * 5 >= len(long) * 4
    return [
        run
        for place, run in enumerate(words)
        if any(sign.isupper() for sign in run[0][1:])
        or (run[0][0].isupper() and (dense or (place > 0 and not titled)))
    ]


def _forms(runs: list[re.Match[str]]) -> Iterator[str]:
    """Words within a word, and two words as one: AutoResearch, Boson AI, GPT 5."""
    before = ""
    for run in runs:
        text = run[0].casefold()
        if run["word"]:
            inner = [part.casefold() for part in _HUMPS.findall(run[0])]
            if len(inner) > 1:
                yield from (_word(part) for part in inner if len(part) > 1)
        if run["word"] or run["figure"]:
            if before:
                yield _word(before + text)
            before = text
        else:
            before = ""
