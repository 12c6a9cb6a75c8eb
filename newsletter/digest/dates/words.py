"""Month names, weekdays, digits and numerals in the languages that digests are written in.

Names come from the Unicode CLDR by way of Babel, in both cases a language has for them ("октябрь",
"10 октября"). A name that two languages use for different months keeps both numbers.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from babel import Locale


def _codes(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Chinese, Japanese, Korean and Vietnamese number their months; they have patterns of their own.
_LANGUAGES = _codes(
    "af ar ar_DZ ar_MA ar_SY az be bg bs ca cs cy da de de_AT el en es es_PE et eu fa fi fil fr gl "
    "he hi hr hu id is it kk lt lv mk ms nb nl nn pl pt ro ru sk sl sq sr sr_Latn sv sw th tr uk"
)
# Short forms of the others are words of English too often: "pro", "led", "bre".
_SHORT_FORMS = frozenset(_codes("ca da de el en es fr he id it nb nl pt ro ru sv tr uk"))
# These are months only with their dot: "11th gen 2025", "2 out of 2025".
_NEEDS_DOT = frozenset({"ag", "ago", "gen", "mag", "out", "set", "mac"})
_EVERY_WEEKDAY = (*_LANGUAGES, "ja", "ko", "vi", "zh", "zh_Hant")
# Elsewhere they are words of other languages: "per", "die", "son".
_SHORT_WEEKDAYS = frozenset(_codes("de en es fr it ja ko nl pt ru uk zh zh_Hant"))
_DASHES = str.maketrans(
    {"‐": "-", "‑": "-", "−": "-", "–": "–", "—": "–", "―": "–", "〜": "~", "∼": "~", "’": "'",
     "ʼ": "'", "׳": "", "'": "'", "ı": "i", "،": ","}
)  # fmt: skip
# The first and the last day of each era, and what is added to its years.
_ERAS: Mapping[str, tuple[dt.date, dt.date, int]] = {
    "令和": (dt.date(2019, 5, 1), dt.date(2099, 12, 31), 2018),
    "平成": (dt.date(1989, 1, 8), dt.date(2019, 4, 30), 1988),
    "昭和": (dt.date(1926, 12, 25), dt.date(1989, 1, 7), 1925),
    "民国": (dt.date(1912, 1, 1), dt.date(2099, 12, 31), 1911),
}
ERA_NAMES: Mapping[str, str] = {
    "令和": "令和", "r": "令和", "平成": "平成", "h": "平成", "昭和": "昭和", "s": "昭和",
    "民国": "民国", "民國": "民国", "中華民國": "民国", "中华民国": "民国",
}  # fmt: skip
_DIGITS = {
    **{sign: value for value, sign in enumerate("〇一二三四五六七八九")},
    **{sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")},
    "○": 0, "两": 2, "元": 1, "壱": 1, "弐": 2, "参": 3, "貳": 2, "參": 3, "陸": 6,
}  # fmt: skip
_TENS = {"十": 10, "拾": 10, "廿": 20, "卅": 30, "百": 100, "千": 1000}
# What one Chinese, Japanese or Korean number is written with; the longest is 二千零二十五.
SIGNS = "[〇零○一二三四五六七八九十廿卅百千两壹贰叁肆伍陆柒捌玖拾元壱弐参貳參陸]"
NUMERAL = rf"(?:\d{{1,4}}|{SIGNS}{{1,9}})"


def fold(text: str) -> str:
    """`text` as it is compared: full-width forms, case and accents make no difference.

    Digits of every script become 0 to 9, dashes "-" or "–", runs of white space one space. Accents
    go on both sides of a comparison, so it does not matter that some languages tell words apart by
    them; no two months differ in nothing else.
    """
    text = unicodedata.normalize("NFKD", text).casefold()
    kept = []
    for sign in text:
        category = unicodedata.category(sign)
        if category == "Nd":
            kept.append(str(unicodedata.decimal(sign)))
        elif category not in {"Mn", "Mc", "Cf"}:
            kept.append(sign)
    text = unicodedata.normalize("NFKC", "".join(kept)).translate(_DASHES)
    return " ".join(text.split())


@cache
def _months() -> Mapping[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for language in _LANGUAGES:
        months = Locale.parse(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context].get(width, {}).items():
                    word = fold(name).removeprefix("de ").removeprefix("d'")
                    full = width == "wide"
                    if full or (language in _SHORT_FORMS and word.rstrip(".") not in _NEEDS_DOT):
                        found.setdefault(word.rstrip("."), set()).add(number)
                    elif language in _SHORT_FORMS:
                        found.setdefault(word.rstrip(".") + ".", set()).add(number)
    found["sept"] = {9}
    found["mrz"] = found["maerz"] = {3}  # German without the letter "ä"
    found["jaenner"] = {1}
    return {word: frozenset(numbers) for word, numbers in found.items()}


@cache
def _weekdays() -> Mapping[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for language in _EVERY_WEEKDAY:
        days = Locale.parse(language).days
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated", "short"):
                for number, name in days[context].get(width, {}).items():
                    word = fold(name).rstrip(".")
                    if len(word) > 3 or language in _SHORT_WEEKDAYS:
                        found.setdefault(word, set()).add(number)
    for number, sign in enumerate("一二三四五六日"):
        for word in (f"星期{sign}", f"礼拜{sign}", f"禮拜{sign}", f"周{sign}", f"週{sign}"):
            found.setdefault(word, set()).add(number)
    for word in ("星期天", "礼拜天", "周天"):
        found.setdefault(word, set()).add(6)
    return {word: frozenset(numbers) for word, numbers in found.items()}


def months_of(word: str) -> frozenset[int]:
    """The numbers of the months that a folded word names, 1 to 12; empty if it names none.

    The word may have its dot. Hebrew writes "in" as its first letter.
    """
    known = _months()
    bare = word.rstrip(".")
    return known.get(bare) or known.get(word) or known.get(bare.removeprefix("ב")) or frozenset()


def weekdays_of(word: str) -> frozenset[int]:
    """The weekdays that a folded word names, Monday 0 to Sunday 6; empty if it names none."""
    return _weekdays().get(word.rstrip(".")) or frozenset()


def number_of(text: str) -> int | None:
    """A number in digits or in Chinese numerals, by places (二〇二五) or by words (二十五)."""
    if text.isdecimal():
        return int(text)
    if not any(sign in _TENS for sign in text):
        return _by_places(text)
    if text[-1:] == "〇" or (len(text) > 1 and text[0] in "〇零○"):
        return None
    total = pending = 0
    for sign in text:
        if sign in _DIGITS:
            pending = _DIGITS[sign]
        elif sign in _TENS:
            value = _TENS[sign]
            total += value if value in {20, 30} else (pending or 1) * value
            pending = 0
        else:
            return None
    return total + pending


def _by_places(signs: Iterable[str]) -> int | None:
    total = 0
    for sign in signs:
        if sign not in _DIGITS:
            return None
        total = total * 10 + _DIGITS[sign]
    return total


def day(year: int, month: int, number: int) -> dt.date | None:
    """The day of the calendar, or None where there is none; years 1900 to 2099."""
    if not 1900 <= year <= 2099:
        return None
    try:
        return dt.date(year, month, number)
    except ValueError:
        return None


def year_of_era(era: str, number: int) -> int:
    """The year of the common era that a year of an era is."""
    return _ERAS[ERA_NAMES[era]][2] + number


def day_of_era(era: str, number: int, month: int, of_month: int) -> dt.date | None:
    """The day, or None if it is none of that era."""
    first, last, _added = _ERAS[ERA_NAMES[era]]
    found = day(year_of_era(era, number), month, of_month)
    return found if found is not None and first <= found <= last else None
