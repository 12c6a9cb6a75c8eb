"""What a title says of its place in a series: which part, quarter, half or month. Pure.

"Part two" and "Part Three", 上篇 and 下篇, the second and the third quarter differ in nothing else
and are two stories; written out as words they are no figures that could be compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

# As far as ten, in the languages whose digests are read most; a figure stands for any of them.
_ORDINALS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        (
            "first erste premier premiere primer primera", "second zweite deuxieme segundo segunda",
            "third dritte troisieme tercer tercera", "fourth vierte quatrieme cuarto cuarta",
            "fifth funfte cinquieme quinto quinta", "sixth sechste sixieme sexto sexta",
            "seventh siebte septieme", "eighth achte huitieme", "ninth neunte neuvieme",
            "tenth zehnte dixieme",
        ),
        1,
    )
    for word in words.split()
}  # fmt: skip
_CARDINALS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        ("one eins un uno", "two zwei deux dos", "three drei trois tres", "four vier quatre cuatro",
         "five funf cinq cinco", "six sechs seis", "seven sieben sept siete",
         "eight acht huit ocho", "nine neun neuf nueve", "ten zehn dix diez"),
        1,
    )
    for word in words.split()
}  # fmt: skip
_ROMAN: Mapping[str, int] = {
    sign: number
    for number, sign in enumerate(("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"), 1)
}
_QUARTERS = r"quarters?|quartals?|trimestres?"
_COUNTED = (
    r"parts?|teil|partie|parte|episode|folge|chapter|kapitel|chapitre|season|staffel|saison"
    r"|temporada|volume|vol|band|tome|week|woche|round|runde|day|tag|half|halbjahr|semestre"
    rf"|generation|beta|preview|phase|edition|ausgabe|issue|{_QUARTERS}"
)
# The second quarter, 2nd quarter, 2. Quartal, second-quarter; zweiten and zweites are zweite.
_BEFORE = re.compile(
    rf"(?:(?P<figure>\d{{1,2}})(?:st|nd|rd|th|e|er|\.|º|ª)?|(?P<word>[a-z]+?)[nrsm]?)"
    rf"[\s\-]+(?P<what>{_COUNTED})(?![a-z])"
)
_BEHIND = re.compile(rf"(?<![a-z])(?P<what>{_COUNTED})[.\s\-]+(?P<number>[a-z]+|\d{{1,2}})(?![\w])")
_QUARTER = re.compile(r"(?<![a-z0-9])(?:q([1-4])|([1-4])q)(?![a-z0-9])")
# Chinese and Japanese; numerals behind 第 are figures already.
_NTH = re.compile(
    r"第\s*(\d+)\s*(季度|四半期|[篇章部讲講回弹彈卷节節期集课課批轮輪版天周屆届代次季话話])"
)
_HALF = re.compile(r"(上|下)半(?:年|期)")
_OF_THREE = re.compile(
    r"[（(【\[]\s*(上|中|下|前|后|後)[篇集部编編]?\s*[)）】\]]|(上|中|下|前|后|後)[篇编編集](?![\w])"
)
_PLACES = {"上": "1", "前": "1", "中": "2", "下": "3", "后": "3", "後": "3"}
_MONTHS: Mapping[str, int] = {
    word: number
    for number, words in enumerate(
        ("january januar janvier enero", "february februar fevrier febrero", "marz marzo",
         "april avril abril", "mayo", "june juni juin junio", "july juli juillet julio",
         "august agosto", "september septembre septiembre", "october oktober octobre octubre",
         "november novembre noviembre", "december dezember decembre diciembre"),
        1,
    )
    for word in words.split()
}  # fmt: skip
# Words of other meanings, which are months where a figure stands beside them.
_UNSURE: Mapping[str, int] = {"march": 3, "mars": 3, "may": 5, "mai": 5}
_WORD = re.compile(r"[a-z]+")
_OF_MONTH = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])月")


def places(text: str) -> Iterator[tuple[str, str]]:
    """(number, what it counts) for each place in a series that a title names.

    `text` is in lower case, with numerals of Chinese behind 第 as figures.
    """
    plain = _without_marks(text)
    for found in _BEFORE.finditer(plain):
        number = found["figure"] or _ORDINALS.get(found["word"]) or _inflected(found["word"])
        if number:
            yield str(int(number)), _what(found["what"])
    for found in _BEHIND.finditer(plain):
        word = found["number"]
        behind = _CARDINALS.get(word) or _ROMAN.get(word) or (word if word.isdigit() else "")
        if behind:
            yield str(int(behind)), _what(found["what"])
    for found in _QUARTER.finditer(plain):
        yield found[1] or found[2], "quarter"
    for found in _NTH.finditer(text):
        yield found[1], "quarter" if found[2] in ("季度", "四半期") else found[2]
    for found in _HALF.finditer(text):
        yield _PLACES[found[1]], "half"
    for found in _OF_THREE.finditer(text):
        yield _PLACES[found[1] or found[2]], "part"
    yield from _months(plain)


# Pieces of one work that come out one after the other.
_INSTALMENTS = frozenset(
    ("part", "teil", "partie", "parte", "episode", "folge", "chapter", "kapitel", "chapitre",
     *"篇部讲講回弹彈卷节節集课課话話")
)  # fmt: skip


def is_instalment(what: str) -> bool:
    """Whether a place counts parts of one work, and not weeks, quarters or versions."""
    return what in _INSTALMENTS


def _months(text: str) -> Iterator[tuple[str, str]]:
    for found in _OF_MONTH.finditer(text):
        yield str(int(found[1])), "month"
    for found in _WORD.finditer(text):
        number = _MONTHS.get(found[0])
        around = text[max(0, found.start() - 4) : found.start()] + text[found.end() :][:4]
        if number is None and re.search(r"\d", around):
            number = _UNSURE.get(found[0])
        if number is not None:
            yield str(number), "month"


def _inflected(word: str) -> int | None:
    """German: zweiten, zweiter, zweites; the pattern leaves the last letter out where it can."""
    return next((_ORDINALS[word[:-1]] for _ in word[-1:] if word[:-1] in _ORDINALS), None)


def _what(word: str) -> str:
    if re.fullmatch(_QUARTERS, word):
        return "quarter"
    return {"halbjahr": "half", "semestre": "half", "parts": "part"}.get(word, word)


_MARKS = str.maketrans("äàâáéèêëíìîïóòôöúùûüñç", "aaaaeeeeiiiioooouuuunc")


def _without_marks(text: str) -> str:
    return text.translate(_MARKS)
