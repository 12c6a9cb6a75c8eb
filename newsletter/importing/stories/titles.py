"""A title -> the pieces by which it is compared, and the figures in it.

Scripts that are written without spaces between words (Chinese, Japanese, Korean, Thai and their
neighbours) are taken by pairs of letters, all others by words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from newsletter.editions.search.words import DENSE

from .series import is_instalment, places

_RUN = re.compile(
    rf"(?P<figure>\d+(?:[.,:/]\d+)*)|(?P<dense>[{DENSE}]+)|(?P<word>(?:(?![{DENSE}\d_])\w)+)"
)
# 0511-0515, 3.2-3.8: the days or pages that a number of a series covers.
_SPAN = re.compile(r"(?<![\d.\-])(\d[\d./]{1,9})\s*[-–—~〜至]\s*(\d[\d./]{1,9})(?![\d\-])")
_NUMERALS = {sign: number for number, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
# 第三季, 第十二篇, 三年, 五分钟: numerals that count, as far as ninety-nine. 一个 counts nothing.
_COUNTED = re.compile(
    r"(?P<nth>第\s*)(?P<of>[一二三四五六七八九十]{1,3})"
    r"|(?P<many>[二两三四五六七八九十][一二三四五六七八九十]{0,2})"
    r"(?=[年月日季期代次届大款集章天周倍成台辆座批轮篇回个家名]|分钟|小时)"
)
_MIDDLE_DOT = re.compile(r"(?<=\d)[·・](?=\d)")  # 3·15, 9·11
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
# Units behind a figure that make it another one.
_UNIT = re.compile(
    r"\s*(%|‰|[万亿億千兆]+|[kmbt](?:n|illion)?(?![a-z])|thousand|trillion"
    r"|m(?:io|rd)(?![a-z])|milli(?:onen|arden?|ards?|ones)(?![a-z]))"
)
_TIMES = {
    "千": 3, "万": 4, "亿": 8, "億": 8, "兆": 12, "万亿": 12, "万億": 12, "千万": 7, "千亿": 11,
    "k": 3, "thousand": 3, "m": 6, "mn": 6, "mio": 6, "million": 6, "millionen": 6, "millones": 6,
    "b": 9, "bn": 9, "billion": 9, "mrd": 9, "milliarde": 9, "milliarden": 9, "milliard": 9,
    "milliards": 9, "t": 12, "tn": 12, "trillion": 12,
}  # fmt: skip
_MONEY = "$€£¥￥₩₹"
_ENDINGS = re.compile(r"(?:'s|’s|s)\Z")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a title, with its unit, and what it is a number of: what stands before it
    (`gpt` 5, `q` 1, `season` 2) and behind it (7 `weeks`)."""

    value: str
    before: str
    behind: str
    # How much it is, of money and of what has a unit of thousands: 13B, 13 billion, 130 亿.
    amount: float | None = None


@dataclass(frozen=True, slots=True)
class Title:
    """A title to be compared. `pieces` are its words and pairs of letters with their weights,
    `names` what is quoted in it or written like a name."""

    pieces: dict[str, float]
    # How much there is to compare: the sum of the weights.
    weight: float
    figures: frozenset[Figure]
    names: frozenset[str]
    # Its words in order, of a dense script the letters; and those of them written like names.
    words: tuple[str, ...]
    marked: frozenset[str]
    dense: bool
    # It lists several topics: a round-up of others, of a week, of a day.
    lists: bool
    # It is one part of a work in several: part two, 下篇.
    instalment: bool


@lru_cache(maxsize=8192)
def read_title(text: str) -> Title:
    """A title as it is compared: NFKC, without case, marks and emphasis."""
    written = _MIDDLE_DOT.sub(".", unicodedata.normalize("NFKC", text))
    text = written.casefold().replace("’", "'")
    text = _THOUSANDS.sub("", _COUNTED.sub(_counted, text))
    runs = list(_RUN.finditer(text))
    pieces: dict[str, float] = {}
    for piece, weight in _pieces(runs):
        pieces[piece] = max(weight, pieces.get(piece, 0))
    letters = sum(len(run[0]) for run in runs if run["dense"])
    words = sum(len(run[0]) for run in runs if run["word"])
    dense = letters * 2 > words
    names = frozenset(_names(written, dense))
    return Title(
        pieces,
        sum(pieces.values()),
        frozenset(_figures(text, runs)),
        names,
        *_in_order(written, dense),
        dense,
        _lists(text, dense),
        any(is_instalment(what) for _number, what in places(text)),
    )


_BETWEEN = re.compile(r"[、;；|｜,，](?!\d)")
_TOPIC = {True: 5, False: 14}  # letters of the shortest topic, in dense scripts and in others
_SEVERAL = 3


def _lists(text: str, dense: bool) -> bool:
    topics = [part for part in _BETWEEN.split(text) if len(part.strip()) >= _TOPIC[dense]]
    return len(topics) >= _SEVERAL


_QUOTED = re.compile(r"[《〈「『“«„](?P<name>[^《》〈〉「」『』“”«»„]{2,40})[》〉」』”»“]")
_WRITTEN = re.compile(r"[^\W\d_][\w\-.'+]*")
_SHORTEST = 3  # letters of a name that is not quoted


def _names(text: str, dense: bool) -> Iterator[str]:
    """What is quoted, and words written like names: in a dense script each word of another one,
    else one with capitals, where not every word has one."""
    for quoted in _QUOTED.finditer(text):
        yield "".join(re.findall(r"\w+", quoted["name"].casefold()))
    words = [one[0].rstrip(".'-+") for one in _WRITTEN.finditer(text)]
    if dense:
        words = re.findall(r"[A-Za-zÀ-ɏͰ-ӿ][A-Za-zÀ-ɏͰ-ӿ0-9\-.'+]*", text)
        titled = False
    else:
        long = [word for word in words if len(word) > 3]
        titled = sum(word[0].isupper() for word in long) * 5 > len(long) * 3
    for place, word in enumerate(words):
        inner = any(sign.isupper() or sign.isdigit() for sign in word[1:])
        led = place > 0 and word[0].isupper() and not titled
        if len(word) >= _SHORTEST and (dense or inner or led):
            yield word.casefold().rstrip(".'-+")


def _in_order(text: str, dense: bool) -> tuple[tuple[str, ...], frozenset[str]]:
    """The words of a title, and which of them are names by their letters: the first word has a
    capital anyway, and where most words have one it says nothing."""
    words: list[str] = []
    for run in _RUN.finditer(text):
        words += run[0] if run["dense"] else [run[0]]
    long = [word for word in words[1:] if len(word) > 3]
    titled = len(long) > 1 and sum(word[0].isupper() for word in long) * 5 >= len(long) * 4
    marked = frozenset(
        word.casefold()
        for place, word in enumerate(words)
        if any(sign.isupper() for sign in word[1:])
        or (word.isascii() and word.isalpha() and dense and len(word) > 1)
        or (word[0].isupper() and len(word) > 1 and place > 0 and not titled)
    )
    return tuple(word.casefold() for word in words), marked - _TIMES.keys()  # 8 Mrd.


def _counted(found: re.Match[str]) -> str:
    if found["nth"]:
        return f"第{_number(found['of'])}"
    return str(_number(found["many"]))


def _number(signs: str) -> int:
    """Chinese numerals up to 99: 十二, 二十, 二十三; without a ten digit by digit."""
    tens, ten, ones = signs.partition("十")
    if not ten:
        return int("".join(str(_NUMERALS[sign]) for sign in tens))
    ones = ones.replace("十", "")
    return (_NUMERALS[tens[-1]] if tens else 1) * 10 + (_NUMERALS[ones[0]] if ones else 0)


_AMOUNT = re.compile(rf"\d+(?:[.,]\d+)*(?={_UNIT.pattern})", re.IGNORECASE)


def with_amounts(text: str) -> str:
    """Amounts with their unit as plain numbers: 13B, 13 billion and 130 亿 are one figure."""
    written, last = "", 0
    for found in _AMOUNT.finditer(text):
        unit = found[1].casefold()
        _text, amount = _value(found[0], unit, money=False)
        if amount is None or found.start() < last:
            continue
        written += f"{text[last : found.start()]}{amount:.0f} "
        last = found.end(1)
    return written + text[last:]


def _value(text: str, unit: str, money: bool) -> tuple[str, float | None]:
    """A figure in one spelling, and how much it is: 13B and 13 billion, 1.82 and 1.82.0."""
    text = text.rstrip(".,:/")
    if text.count(".") > 1:
        return re.sub(r"(?<=\d)\.0\Z", "", text) + unit, None
    if unit not in _TIMES and not money:
        return re.sub(r"(?<=\d)\.0\Z", "", text) + unit, None
    try:
        amount = float(text.replace(",", ".")) * 10.0 ** _TIMES.get(unit, 0)
    except ValueError:
        return text + unit, None
    return f"{amount:.6g}", amount


def _pieces(runs: list[re.Match[str]]) -> Iterator[tuple[str, float]]:
    """Each word or pair of letters, and how much it says: a long word more than a short one."""
    for run in runs:
        text = run[0]
        if run["figure"]:
            yield text, 1.0
        elif run["dense"]:
            if len(text) == 1:
                yield text, 0.5
            for place in range(len(text) - 1):
                yield text[place : place + 2], 1.0
        else:
            word = _ENDINGS.sub("", text) if len(text) > 3 else text
            yield word, min(2.0, len(text) / 3)


def _figures(text: str, runs: list[re.Match[str]]) -> Iterator[Figure]:
    for span in _SPAN.finditer(text):
        yield Figure("–".join(span.groups()), "span", "")
    for number, what in places(text):
        yield Figure(number, what, "")
    for place, run in enumerate(runs):
        if not run["figure"]:
            continue
        unit = _UNIT.match(text, run.end())
        end = unit.end() if unit else run.end()
        before = ""
        if place and re.fullmatch(
            rf"[\s\-–:：#.「《“\"'(（{_MONEY}]*", text[runs[place - 1].end() : run.start()]
        ):
            before = runs[place - 1][0][-6:] if runs[place - 1]["word"] else runs[place - 1][0][-2:]
        behind = re.match(rf"\s*-?(?:[{DENSE}]{{1,2}}|[^\W\d_]+)", text[end:])
        money = text[: run.start()].rstrip()[-1:] in tuple(_MONEY)
        value, amount = _value(run[0], unit[1] if unit else "", money)
        yield Figure(value, before, behind[0].strip(" -") if behind else "", amount)
