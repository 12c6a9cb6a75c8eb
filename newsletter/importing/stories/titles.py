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

_RUN = re.compile(
    rf"(?P<figure>\d+(?:[.,:/]\d+)*)|(?P<dense>[{DENSE}]+)|(?P<word>(?:(?![{DENSE}\d_])\w)+)"
)
# 0511-0515, 3.2-3.8: the days or pages that a number of a series covers.
_SPAN = re.compile(r"(?<![\d.\-])(\d[\d./]{1,9})\s*[-–—~〜至]\s*(\d[\d./]{1,9})(?![\d\-])")
_NUMERALS = {sign: number for number, sign in enumerate("零一二三四五六七八九十")}
# 第三季, 三年, 两款: numerals that count, as far as ten.
_COUNTED = re.compile(
    r"(?:第([一二三四五六七八九十])|([二两三四五六七八九十]))(?=[年月日季期代次届大款集章])"
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
# Units behind a figure that make it another one.
_UNIT = re.compile(
    r"\s*(%|‰|[万亿億千兆]+|[kmbt](?:n|illion)?(?![a-z])|thousand|million|billion|trillion)"
)
_ENDINGS = re.compile(r"(?:'s|’s|s)\Z")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a title, with its unit, and what it is a number of: what stands before it
    (`gpt` 5, `q` 1, `season` 2) and behind it (7 `weeks`)."""

    value: str
    before: str
    behind: str


@dataclass(frozen=True, slots=True)
class Title:
    """A title to be compared. `pieces` are its words and pairs of letters with their weights,
    `names` what is quoted in it or written like a name."""

    pieces: dict[str, float]
    # How much there is to compare: the sum of the weights.
    weight: float
    figures: frozenset[Figure]
    names: frozenset[str]
    dense: bool
    # It lists several topics: a round-up of others, of a week, of a day.
    lists: bool


@lru_cache(maxsize=8192)
def read_title(text: str) -> Title:
    """A title as it is compared: NFKC, without case, marks and emphasis."""
    written = unicodedata.normalize("NFKC", text)
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
        dense,
        _lists(text, dense),
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


def _counted(found: re.Match[str]) -> str:
    sign = found[1] or found[2]
    return str(2 if sign == "两" else _NUMERALS[sign])


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
    for place, run in enumerate(runs):
        if not run["figure"]:
            continue
        unit = _UNIT.match(text, run.end())
        end = unit.end() if unit else run.end()
        before = ""
        if place and re.fullmatch(
            r"[\s\-–:：#.「《“\"'(（]*", text[runs[place - 1].end() : run.start()]
        ):
            before = runs[place - 1][0][-6:] if runs[place - 1]["word"] else runs[place - 1][0][-2:]
        behind = re.match(rf"\s*-?(?:[{DENSE}]{{1,2}}|[^\W\d_]+)", text[end:])
        yield Figure(
            run[0].rstrip(".,:/") + (unit[1] if unit else ""),
            before,
            behind[0].strip(" -") if behind else "",
        )
