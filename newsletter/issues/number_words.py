"""Words that are or change a number, in the languages digests are mostly written in. Pure.

A table that knows a language less asks about a figure too many; it never hides one that differs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

_ONE = frozenset({Decimal(1)})
_N = Decimal

# ---- behind a number: what it is multiplied by. A billion is 10^9 in English and 10^12 elsewhere.
_FACTORS: dict[tuple[str, ...], tuple[int, ...]] = {
    ("thousand", "thousands", "tausend", "tsd", "mille", "mil", "mila", "тыс", "тысяч", "тысячи",
     "тысяча", "duizend", "tys", "tysięcy", "bin", "ribu", "nghìn", "ngàn", "천"): (10**3,),
    ("lakh", "lakhs"): (10**5,),
    ("million", "millions", "millionen", "mio", "mln", "mn", "millón", "millones", "milhão",
     "milhões", "milione", "milioni", "млн", "миллион", "миллиона", "миллионов", "miljoen",
     "milion", "miliony", "milionów", "milyon", "juta", "triệu"): (10**6,),
    ("crore", "crores"): (10**7,),
    ("billion", "billions", "bn", "billionen", "billones", "billón", "bilhão", "bilhões",
     "biliardi", "biljoen", "bilion"): (10**9, 10**12),
    ("milliard", "milliards", "milliarde", "milliarden", "mrd", "mld", "miliardo", "miliardi",
     "млрд", "миллиард", "миллиарда", "миллиардов", "miljard", "mia", "miliard", "miliardów",
     "milyar", "tỷ", "mil millones"): (10**9,),
    ("trillion", "trillions", "tn", "трлн", "триллион", "триллиона", "триллионов", "trilhão",
     "trilhões", "trilyon", "triliun"): (10**12, 10**18),
}  # fmt: skip
_BY_WORD = {word: factors for words, factors in _FACTORS.items() for word in words}
_WORD = re.compile(
    r"[ \xa0\u202f-]?(?P<word>" + "|".join(sorted(map(re.escape, _BY_WORD), key=len, reverse=True))
    + r")\b\.?",
    re.IGNORECASE,
)  # fmt: skip
# One letter may be a unit too (5 m, 5 K), so the bare number stays a reading.
_LETTERS = {"k": 10**3, "K": 10**3, "m": 10**6, "M": 10**6, "b": 10**9, "B": 10**9, "G": 10**9,
            "T": 10**12, "t": 10**12}  # fmt: skip
_LETTER = re.compile(r"[ \xa0]?(?P<letter>[kKmMbBGTt])(?![^\W\d_])")
# 成 is a tenth of the whole.
_CJK = {"十": 10, "百": 10**2, "千": 10**3, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8,
        "兆": 10**12, "만": 10**4, "억": 10**8, "조": 10**12, "成": 10}  # fmt: skip
_CJK_RUN = re.compile(r"[ \xa0]?(?P<units>[十百千万萬亿億兆만억조成]+)")


def factors(text: str, end: int) -> tuple[frozenset[Decimal], str]:
    """(what the number that ends there may be multiplied by, the word that says so)."""
    if (found := _CJK_RUN.match(text, end)) is not None:
        product = 1
        for unit in found["units"]:
            product *= _CJK[unit]
        return frozenset({_N(product)}), found[0]
    if (found := _WORD.match(text, end)) is not None:
        return frozenset(map(_N, _BY_WORD[found["word"].lower()])), found[0]
    if (found := _LETTER.match(text, end)) is not None:
        return frozenset({_N(1), _N(_LETTERS[found["letter"]])}), found[0]
    return _ONE, ""


_HOUR = re.compile(
    r"\s?(?:[ap]\.?m\b|uhr|heures?\b|h\b|o.clock|点|點|时|時|시|ч\b|час)", re.IGNORECASE
)


def is_hour(after: str) -> bool:
    """Whether what follows a number makes it an hour of the day."""
    return _HOUR.match(after) is not None


# ---- numbers in words: what each may stand for

_WORDS: dict[str, tuple[int | str, ...]] = {
    # English
    "zero": (0,), "no": (0,), "a": (1,), "an": (1,), "one": (1,), "single": (1,), "once": (1,),
    "first": (1,), "two": (2,), "second": (2,), "twice": (2,), "both": (2,), "double": (2, 100),
    "doubled": (2, 100), "doubles": (2, 100), "pair": (2,), "couple": (2,), "three": (3,),
    "third": (3, "0.3"), "thirds": (3,), "triple": (3,), "tripled": (3,), "four": (4,),
    "fourth": (4,), "quarter": (4, 15, 25, 3, "0.25"), "quarters": (4, 45, 75), "five": (5,),
    "fifth": (5, 20), "six": (6,), "sixth": (6,), "seven": (7,), "seventh": (7,), "eight": (8,),
    "eighth": (8,), "nine": (9,), "ninth": (9,), "ten": (10,), "tenth": (10,), "tenfold": (10,),
    "eleven": (11,), "twelve": (12,), "dozen": (12,), "dozens": (12,), "decade": (10,),
    "decades": (10,), "century": (100,), "half": (2, 30, 50, 6, "0.5"), "halves": (2, 50),
    "noon": (12,), "midnight": (0, 12, 24), "fortnight": (2, 14), "week": (7,), "year": (12, 1),
    "hundred": (100,), "hundreds": (100,), "thousand": (1000,), "thousands": (1000,),
    "million": (10**6,), "millions": (10**6,), "billion": (10**9,), "billions": (10**9,),
    # German, French, Spanish, Italian, Portuguese, Dutch: the numbers up to twelve
    "null": (0,), "ein": (1,), "eine": (1,), "einem": (1,), "einen": (1,), "einer": (1,),
    "eins": (1,), "erste": (1,), "ersten": (1,), "zwei": (2,), "beide": (2,), "beiden": (2,),
    "doppelt": (2,), "drei": (3,), "vier": (4,), "fünf": (5,), "sechs": (6,), "sieben": (7,),
    "acht": (8,), "neun": (9,), "zehn": (10,), "elf": (11,), "zwölf": (12,), "dutzend": (12,),
    "hundert": (100,), "tausend": (1000,), "halb": (2, 30, 50), "hälfte": (2, 50, "0.5"),
    "viertel": (4, 15, 25), "un": (1,), "une": (1,), "premier": (1,), "première": (1,),
    "deux": (2,), "trois": (3,), "quatre": (4,), "cinq": (5,), "sept": (7,), "huit": (8,),
    "neuf": (9,), "dix": (10,), "onze": (11,), "douze": (12,), "cent": (100,), "mille": (1000,),
    "moitié": (2, 50, "0.5"), "demi": (2, 30, "0.5"), "uno": (1,), "una": (1,), "primer": (1,),
    "primera": (1,), "dos": (2,), "tres": (3,), "cuatro": (4,), "cinco": (5,), "seis": (6,),
    "siete": (7,), "ocho": (8,), "nueve": (9,), "diez": (10,), "once ": (11,), "doce": (12,),
    "cien": (100,), "mil": (1000,), "mitad": (2, 50, "0.5"), "due": (2,), "tre": (3,),
    "quattro": (4,), "cinque": (5,), "sei": (6,), "sette": (7,), "otto": (8,), "nove": (9,),
    "dieci": (10,), "metà": (2, 50, "0.5"), "um": (1,), "uma": (1,), "dois": (2,), "duas": (2,),
    "três": (3,), "quatro": (4,), "sete": (7,), "oito": (8,), "dez": (10,), "doze": (12,),
    "metade": (2, 50, "0.5"), "een": (1,), "twee": (2,), "drie": (3,), "vijf": (5,), "zes": (6,),
    "zeven": (7,), "negen": (9,), "tien": (10,), "twaalf": (12,),
    # Russian
    "один": (1,), "одна": (1,), "одно": (1,), "первый": (1,), "два": (2,), "две": (2,),
    "оба": (2,), "три": (3,), "четыре": (4,), "пять": (5,), "шесть": (6,), "семь": (7,),
    "восемь": (8,), "девять": (9,), "десять": (10,), "сто": (100,), "тысяча": (1000,),
    "половина": (2, 50, "0.5"), "вдвое": (2,), "дважды": (2,),
}  # fmt: skip
_TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_WORDS |= {word: (13 + place,) for place, word in enumerate(_TEENS)}
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
         "eighty": 80, "ninety": 90}  # fmt: skip
_WORDS |= {word: (value,) for word, value in _TENS.items()}
_MONTHS = (
    "january jan enero ene januar janvier gennaio janeiro января янв",
    "february feb febrero februar février fév febbraio fevereiro февраля фев",
    "march mar marzo märz mars março марта",
    "april apr abril avril aprile апреля апр",
    "may mayo mai maggio maio мая",
    "june jun junio juni juin giugno junho июня",
    "july jul julio juli juillet luglio julho июля",
    "august aug agosto ago août августа авг",
    "september sep sept septiembre septembre settembre setembro сентября сен",
    "october oct octubre oktober okt octobre ottobre outubro октября окт",
    "november nov noviembre novembre novembro ноября",
    "december dec diciembre dezember dez décembre déc dicembre dezembro декабря дек",
)
for _number, _names in enumerate(_MONTHS, start=1):
    for _name in _names.split():
        _WORDS[_name] = (*_WORDS.get(_name, ()), _number)
_TOKEN = re.compile(r"[^\W\d_]+")
_UNITS = {word: values[0] for word, values in _WORDS.items()
          if isinstance(values[0], int) and 0 < values[0] < 10}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}

_CJK_DIGITS = {c: n for n, cs in enumerate(
    ("零〇", "一壹", "二两兩贰双雙倍", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
) for c in cs}  # fmt: skip
_CJK_SCALES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_CJK_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
_CJK_NUMERAL = re.compile(
    "["
    + "".join((*_CJK_DIGITS, *_CJK_SCALES, *_CJK_LARGE))
    + "]+成?|半|俩|仨|整点|翻番|周|年|刻|首|每"
)
_CJK_WORDS: dict[str, tuple[int | str, ...]] = {
    "半": (2, 30, 50, 6, "0.5"), "俩": (2,), "仨": (3,), "翻番": (2, 100), "整点": (0,), "周": (7,),
    "年": (12, 1), "刻": (15,), "首": (1,), "每": (1,),
}  # fmt: skip


def in_text(text: str) -> Iterator[tuple[str, tuple[int | str | Decimal, ...]]]:
    """Words that stand for numbers, each with what it may stand for."""
    words = [found[0].casefold() for found in _TOKEN.finditer(text)]
    for place, word in enumerate(words):
        if word in _WORDS:
            yield word, _WORDS[word]
        if word in _TENS or word in _UNITS or word in _SCALES:
            yield word, tuple(_english(words[place : place + 8]))
    for found in _CJK_NUMERAL.finditer(text):
        run = found[0]
        yield run, _CJK_WORDS.get(run) or tuple(_chinese(run))


def _english(words: list[str]) -> Iterator[int]:
    """`two hundred and fifty thousand`: what each beginning of it comes to."""
    total = current = 0
    for word in words:
        if word in _SCALES:
            scale = _SCALES[word]
            if scale == 100:
                current = max(current, 1) * 100
            else:
                total, current = total + max(current, 1) * scale, 0
        elif word in _TENS or word in _UNITS:
            current += _TENS.get(word, 0) or _UNITS[word]
        elif word != "and":
            return
        yield total + current


def _chinese(run: str) -> Iterator[int]:
    """A numeral read as a number (三百二十), digit by digit (二〇二六), and each digit alone."""
    if run.endswith("成"):
        run = run[:-1]
        yield from (10 * value for value in _chinese(run))  # A tenth of the whole each.
    digits = [_CJK_DIGITS[c] for c in run if c in _CJK_DIGITS]
    yield from digits
    if len(digits) == len(run):
        yield int("".join(map(str, digits)))
        return
    total = section = digit = 0
    for character in run:
        if character in _CJK_DIGITS:
            digit = _CJK_DIGITS[character]
        elif character in _CJK_SCALES:
            section, digit = section + max(digit, 1) * _CJK_SCALES[character], 0
        else:
            total, section, digit = (
                (total + max(section + digit, 1)) * _CJK_LARGE[character], 0, 0,
            )  # fmt: skip
    yield total + section + digit
