"""Texts that do not fit what stands around them: they point at a table or a picture that did not
come along, name a day that there is not, or change the language in the middle.

Whatever many items of an issue do is meant: a digest in two languages, or of charts on its page.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Iterator

from django.utils.translation import ngettext, pgettext

from newsletter.digest.dates import read
from newsletter.digest.dates.words import day, fold, months_of
from newsletter.digest.dates.writings import find_writings, weekdays_beside
from newsletter.editions import IssueView, ItemView
from subscribers.language_table import is_wide

from .findings import ABOUT, Finding, kept, numbers, warning
from .text_findings import without_code

# A text that shows something says so by itself; where it is must be in this text.
_POINTS = re.compile(
    r"(?i)\b(?:table|chart|graph|diagram|figure|image|picture|photo|screenshot|map)"
    r"\s(?:below|above)\b(?!\s(?:the|an?|his|her|its|their|this|that|all|\d))"
    r"|\b(?:below|above|following)\s(?:table|chart|graph|diagram|figure|image|picture|photo|map)\b"
    r"|\b(?:see|cf\.)\s(?:figure|fig\.|table)\s?\d"
    r"|\b(?:tabelle|grafik|abbildung|diagramm|karte)\s(?:oben|unten)\b"
    r"|\b(?:obige[nrs]?|nachfolgende[nrs]?|folgende[nrs]?)\s(?:tabelle|grafik|abbildung|diagramm)\b"
    r"|\b(?:tableau|graphique|image|figure|carte)\sci-(?:dessous|dessus|contre)\b"
    r"|\b(?:tabla|gráfico|imagen|figura)\s(?:siguiente|anterior|de\s(?:abajo|arriba))\b"
    r"|\b(?:tabella|grafico|immagine|figura)\s(?:seguente|qui\s(?:sopra|sotto))\b"
    r"|(?:таблиц[аеу]|график[е]?|рисун(?:ок|ке))\s(?:ниже|выше)"
    r"|(?:如|见|見|参见|參見)(?:下|上|右|左)?(?:表|图|圖)(?:\s?\d+)?(?:所示|所列|显示|顯示|[，。）)])"
    r"|(?:下|上)(?:表|图|圖)(?:所示|所列|显示|顯示|为|為|中)"
    r"|(?:下|上)の(?:表|図|グラフ|写真)|(?:아래|위)(?:의)?\s?(?:표|그림|그래프|사진)"
)
_SHOWN = re.compile(r"!\[|^\s*\|.*\||^\s*```|<(?:img|table|svg|figure)\b|^\S.*\t.*\t", re.MULTILINE)
# What a program wrote for the end of a line, and what was made harmless twice.
_CODES = re.compile(
    r"\\n\s?\\n|(?<=[.!?。！？])\\n(?=\S)|&amp;(?:amp|nbsp|lt|gt|quot|apos|#\d{2,5});"
    r"|&lt;/?(?:p|br|div|span|b|strong|em|i|a|ul|ol|li|h[1-6]|img)\b[^&\n]{0,120}&gt;"
)
_NUMBER = r"(?P<d>3[01])(?!\d)(?:st|nd|rd|th|\.|-?го)?"
_MONTH = r"(?P<m>[^\W\d_]{3,12})"
_DAYS = (
    re.compile(rf"(?<![\d.,/:-]){_NUMBER}\s(?:de\s|of\s)?{_MONTH}"),
    re.compile(rf"(?<![^\W_]){_MONTH}\.?\s{_NUMBER}(?=\s*(?:[,.;:!?)](?!\d)|$|20\d\d))"),
    re.compile(r"(?<!\d)(?P<m>\d{1,2})\s?[月월]\s?(?P<d>3[01])\s?[日号號일]"),
)
# The day of a year in figures, and the twenty-ninth of a February.
_WHOLE = re.compile(
    r"(?<![\d.,/:-])(?P<y>(?:19|20)\d\d)(?P<s>[-/.])(?P<m>0?[1-9]|1\d)(?P=s)(?P<d>0?[1-9]|[12]\d|3\d)(?![\d.,/-]\d|\d)"
    r"|(?<!\d)(?P<y2>(?:19|20)\d\d)\s?[年년]\s?(?P<m2>\d{1,2})\s?[月월]\s?(?P<d2>\d{1,2})\s?[日号號일]"
)
_LEAP = (
    re.compile(rf"(?<![\d.,/:-])29(?:th|\.)?\s(?:of\s|de\s)?{_MONTH},?\s(?:de\s)?(?P<y>20\d\d)"),
    re.compile(rf"(?<![^\W_]){_MONTH}\.?\s29(?:th)?,?\s(?P<y>20\d\d)"),
)
_HAN = re.compile(r"[\u3040-\u30fa\u30fc-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_LATIN = re.compile(r"[A-Za-zÀ-ž]{2,}")
# Lines that are no prose of the item's own: quotes, lists, headings, tables.
_NO_PROSE = re.compile(r"\s*(?:[>|#*+•\-]|\d+[.)、]|[“\"「『«])")
# Words, or wide letters, of a paragraph that is in another language and not only names something.
_WORDS, _LETTERS = 14, 24
# The same of the rest, that is in the issue's own.
_SOME_WORDS, _SOME_LETTERS = 5, 10
_ENDS = re.compile(r"[.!?][\s*_)”\"]*$")
# Days from the issue's within which a day without a year is of this one.
_NEAR = 40
# Of an issue's items that do the same, from which it is meant.
_MEANT = 3


class Misfit(enum.Flag):
    """What of a text does not fit."""

    POINTS = enum.auto()
    CODES = enum.auto()
    DAY = enum.auto()
    # Beside others it holds a long paragraph in narrow letters, or in wide ones.
    NARROW = enum.auto()
    WIDE = enum.auto()


def of_misfits(view: IssueView) -> Iterator[Finding]:
    """Everything of this kind."""
    found = [(item, _in_texts(item)) for item in view.items]
    other = Misfit.NARROW if is_wide(view.language) else Misfit.WIDE
    for misfit, code, said in (
        (Misfit.POINTS, "nothing-there", _points),
        (Misfit.CODES, "codes", _codes),
        (Misfit.DAY, "no-day", _no_day),
        (other, "two-languages", _two_languages),
    ):
        items = [item for item, what in found if misfit in what]
        if misfit is Misfit.POINTS:
            items = [item for item in items if not item.picture]
        if misfit is Misfit.DAY:
            items = [one for one in view.items if one in items or _other_weekday(one, view.date)]
        often = misfit in (Misfit.POINTS, other) and len(items) * _MEANT >= len(view.items) > _MEANT
        if items and not often:
            yield warning(code, said(items), items)
    if _day_is_odd(view.intro):
        yield warning(
            "no-day",
            pgettext("preflight", "The introduction names a day that there is not."),
            place=ABOUT,
        )


@kept
def _in_texts(said: tuple[str, ...]) -> Misfit:
    words = [without_code(text) for text in said]
    found = Misfit(0)
    if any(map(_POINTS.search, words)) and not any(map(_SHOWN.search, said)):
        found |= Misfit.POINTS
    if any("&" in text or "\\n" in text for text in words) and any(map(_CODES.search, words)):
        found |= Misfit.CODES
    if any(map(_day_is_odd, words)):
        found |= Misfit.DAY
    lines = [one for one in "\n".join(words[1:]).split("\n") if not _NO_PROSE.match(one)]
    return found | _mixed(lines)


def _mixed(lines: list[str]) -> Misfit:
    """Whether a long paragraph stands in one kind of letters, and another in the other."""
    counts = [(len(_HAN.findall(line)), len(_LATIN.findall(line)), line) for line in lines]
    wide = max((n for n, narrow, _line in counts if n > 2 * narrow), default=0)
    prose = max((n for w, n, line in counts if not w and _ENDS.search(line)), default=0)
    found = Misfit(0)
    if prose >= _WORDS and wide >= _SOME_LETTERS:
        found |= Misfit.NARROW
    if wide >= _LETTERS and prose >= _SOME_WORDS:
        found |= Misfit.WIDE
    return found


@kept
def _days_without_year(said: tuple[str, ...]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """(a day, the weekdays beside it) of each that is written without its year."""
    found = []
    for text in said:
        if not any(sign.isdigit() for sign in text):
            continue
        folded = fold(without_code(text))
        for one in find_writings(folded):
            if one.kind == "year" and (beside := list(weekdays_beside(folded, one))):
                written = folded[one.start : one.end]
                found.append((written, tuple(sorted(frozenset().union(*beside)))))
    return tuple(found)


def _other_weekday(item: ItemView, date: dt.date) -> bool:
    """Whether an item names a day near the issue's with another weekday than it has."""
    for written, weekdays in _days_without_year(item):
        days = [
            day
            for year in (date.year - 1, date.year, date.year + 1)
            for form in ("%(day)s %(year)d", "%(year)d年%(day)s")
            if (day := read(form % {"day": written, "year": year}).date) is not None
        ]
        nearest = min(days, key=lambda found: abs((found - date).days), default=date)
        if abs((nearest - date).days) <= _NEAR and days and nearest.weekday() not in weekdays:
            return True
    return False


def _day_is_odd(text: str) -> bool:
    """Whether a text names a day that no year has, or a day of a year with another weekday."""
    if not any(sign.isdigit() for sign in text):
        return False
    folded = fold(text)
    for pattern in _DAYS:
        for match in pattern.finditer(folded):
            name, number = match["m"], int(match["d"])
            months = {int(name)} if name.isdecimal() else months_of(name)
            if months and all(1 <= month <= 12 for month in months) and not any(
                day(2024, month, number) for month in months
            ):  # fmt: skip
                return True
    if _no_such_day(folded):
        return True
    for one in find_writings(folded):
        if one.kind == "day" and one.sure and len(one.readings) == 1:
            days = list(weekdays_beside(folded, one))
            if days and all(one.readings[0].weekday() not in names for names in days):
                return True
    return False


def _no_such_day(folded: str) -> bool:
    """Whether a whole date is that of no day: the month is shorter, or the year no leap year."""
    for match in _WHOLE.finditer(folded):
        found = [int(match[name] or match[f"{name}2"]) for name in ("y", "m", "d")]
        # A version looks alike: 2026.13.1.
        if (found[1] <= 12 or match["s"] != ".") and day(*found) is None:
            return True
    return any(
        months == {2} and day(int(match["y"]), 2, 29) is None
        for pattern in _LEAP
        for match in pattern.finditer(folded)
        if (months := set(months_of(match["m"])))
    )


def _points(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s speaks of a table or picture that is not in it.",
        "Items %(numbers)s speak of tables or pictures that are not in them.",
        len(items),
    ) % {"numbers": numbers(items)}


def _codes(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s holds codes of a program (\\n, &nbsp;), which readers would see.",
        "Items %(numbers)s hold codes of a program (\\n, &nbsp;), which readers would see.",
        len(items),
    ) % {"numbers": numbers(items)}


def _no_day(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s names a day that there is not, or with another weekday than it has.",
        "Items %(numbers)s name days that there are not, or with other weekdays than they have.",
        len(items),
    ) % {"numbers": numbers(items)}


def _two_languages(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s holds paragraphs in two languages: is a part not translated yet?",
        "Items %(numbers)s hold paragraphs in two languages: are parts not translated yet?",
        len(items),
    ) % {"numbers": numbers(items)}
