"""Spans of days: "6–10 October 2025", "29 Sep to 3 Oct 2025", "2025年10月6日-10日"."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .words import NUMERAL, day, months_of, number_of, weekdays_of
from .writings import ORDINAL, Writing


@dataclass(frozen=True, slots=True)
class Days:
    """A span from `first` to `last`, both included, where it stands in the text."""

    start: int
    end: int
    first: dt.date
    last: dt.date


# "6 and 10 October" is no span, but no single day either: asked for like one.
_WORDS = (
    "bis zum|bis zu|tot en met|t/m|fino al|đen ngay|and|und|et|y|en|og|och|и|to|bis|au|al|a|ao|as"
    "|tot|til|till|until|through|thru|do|по|до|ile|ila|đen|الى|حتى|se"
)
# Italian and Catalan tie the article to a number that begins with a vowel: "dal 2 all'8 marzo".
_ELIDED = r"\s(?:all|e l|al l|a l)['’]\s?"
# What ties two days together. An underscore and a slash do it in file names and in ISO 8601.
_TO = (
    rf"(?:\s?(?:[–~→/_至到&、和]|--?|\.\.+|から|より|부터|까지)\s?|\s(?:{_WORDS})\s|{_ELIDED}"
    r"|-to-|_to_)"
)
_ASIDE = r"(?:\s?[(\[][^()\[\]]{1,8}[)\]])?"  # a weekday in brackets
_BETWEEN = re.compile(
    rf"(?:,?\s?[^\W\d_]{{1,14}}\.?)?{_ASIDE}{_TO}(?:[^\W\d_]{{1,14}}[.,]?\s)?(?:[^\W\d_]{{1,14}}[.,]*\s)?"
)
_ARTICLES = frozenset({"den", "der", "dem", "le", "el", "il", "the", "o"})
# "まて" is what is left of "まで" when accents go.
_BEHIND = re.compile(
    rf"{_ASIDE}(?P<to>{_TO})(?:(?P<m>{NUMERAL})(?P<s>\s?[월月]\s?|[-/.]))?(?P<d>{NUMERAL})"
    r"(?P<e>\s?[日号號일])?(?:\s?(?:까지|まて|止))?(?!\w)(?![./-]\d)(?!\s[^\W\d_])"
)
_TO_AT_END = re.compile(rf"{_TO}$")
_WORD_AT_END = re.compile(r"(?<![^\W\d_])([^\W\d_]{1,14})[.,]{0,2}\s$")
_DAY_AT_END = re.compile(
    rf"(?<!\d)(?P<d>\d{{1,2}}){ORDINAL}\.?"
    r"(?:\s?(?:de\s)?(?P<n>[^\W\d_]{2,16})\.?|[./](?P<m>\d{1,2})\.?)?,?$"
)
_CJK_DAY_AT_END = re.compile(
    rf"(?:(?P<m>{NUMERAL})\s?[월月]\s?)?(?P<d>{NUMERAL})\s?[日号號일]{_ASIDE}$"
)
_MONTH_AT_END = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,16})\.?\s$")
# The number of an issue: "No. 5 – 10 October 2025" is no span.
_COUNTED = re.compile(
    r"(?:[#№]|\b(?:no|nr|n|num|numero|issue|ausgabe|edition|edicion|edicao|vol|volume|part|teil"
    r"|week|woche|semaine|episode|выпуск|number|nummer|newsletter|ep|episodio|episodi|puntata"
    r"|folge|kapitel|chapter|capitulo|avsnitt|afsnit|aflevering|jakso|odcinek|bolum|sayi|tap"
    r"|серия|епізод|випуск|الحلقة|العدد)[.°o]{0,2})\s?$"
)
# "October 6–10, 2025": the year follows the last day, so neither day is a whole date.
_WITHIN = re.compile(
    rf"(?<![^\W\d_])(?P<n>[^\W\d_]{{2,16}})\.?\s(?P<a>\d{{1,2}}){ORDINAL}(?:{_TO}|\s?-\s?)"
    rf"(?P<b>\d{{1,2}}){ORDINAL}(?:\s?,\s?|\s)(?:of\s|de\s)?(?P<y>(?:19|20)\d\d)(?!\d)"
)


# "Week of October 6, 2025": the week is named by its first day.
_WEEK_OF = re.compile(
    r"(?:\bweek (?:of|from|commencing|beginning|starting)|\bw/c|\bsemaine du|\bwoche (?:vom|ab)"
    r"|\bsettimana del|\bsemana (?:del?|do)|\bweek van|неделя с)"
    r"(?: (?:the|den|dem|dia))?(?: (?:[^\W\d_]{1,14}))?[,.]? ?$"
)


_YEAR_FIRST = re.compile(r"(?:19|20)\d\d(?!\d)")


def find_spans(text: str, writings: Sequence[Writing]) -> list[Days]:
    """The spans in a folded text of which these are the dates."""
    whole = [one for one in writings if one.kind == "day" and one.sure and len(one.readings) == 1]
    found = [*_within(text)]
    for one, other in pairwise(whole):
        between = text[one.end : other.start]
        if len(between) < 40 and _BETWEEN.fullmatch(between):
            found += _days(one.start, other.end, one.readings[0], other.readings[0])
    for one in whole:
        if not any(span.start <= one.start < span.end for span in found):
            near = [*_from_before(text, one), *_to_behind(text, one)] or _week_of(text, one)
            found += near[:1]
    return found


def _week_of(text: str, whole: Writing) -> list[Days]:
    if not _WEEK_OF.search(text[max(0, whole.start - 60) : whole.start]):
        return []
    first = whole.readings[0]
    return [Days(whole.start, whole.end, first, first + dt.timedelta(days=6))]


def _days(start: int, end: int, first: dt.date | None, last: dt.date | None) -> Iterator[Days]:
    if first is not None and last is not None and first < last <= first + dt.timedelta(days=366):
        yield Days(start, end, first, last)


def _within(text: str) -> Iterator[Days]:
    for match in _WITHIN.finditer(text):
        year = int(match["y"])
        for month in months_of(match["n"]):
            first, last = (day(year, month, int(match[name])) for name in ("a", "b"))
            yield from _days(match.start(), match.end(), first, last)


def _to_behind(text: str, whole: Writing) -> Iterator[Days]:
    """The whole date is the first day: "2025.10.06–10.10"."""
    match = _BEHIND.match(text, whole.end, whole.end + 40)
    if match is None:
        return
    first = whole.readings[0]
    month = number_of(match["m"]) if match["m"] else first.month
    number = number_of(match["d"])
    # "2025-10-06-10-things": the hyphens of a file name tie nothing together.
    if match["to"] in {"-", "_", "/"} and not (match["e"] or match["s"] not in {None, match["to"]}):
        written = text[whole.start : whole.end]
        if match["to"] in written or match["to"] == "_":
            return
    if month and number:
        year = first.year + (month < first.month)
        yield from _days(whole.start, match.end(), first, day(year, month, number))


def _from_before(text: str, whole: Writing) -> Iterator[Days]:
    """The whole date is the last day: "6–10 October 2025", "29 Sep to 3 Oct 2025"."""
    head = text[max(0, whole.start - 60) : whole.start]
    tie = _TO_AT_END.search(head)
    while tie is None:  # "6 to Friday the 10th"
        word = _WORD_AT_END.search(head)
        if word is None or not (weekdays_of(word[1]) or word[1] in _ARTICLES):
            return
        head = head[: word.start()]
        tie = _TO_AT_END.search(head)
    spaced = tie.group() != tie.group().strip() and "-" in tie.group()
    head = head[: tie.start()]
    last = whole.readings[0]
    for pattern in (_CJK_DAY_AT_END, _DAY_AT_END):
        match = pattern.search(head)
        if match is None:
            continue
        before = head[: match.start()]
        if _COUNTED.search(before):
            return
        # "Talk 7 - 2026-11-30": a span names what differs in front of what is the same.
        bare = match.end("d") == match.end() and not _named_month(before)
        if pattern is _DAY_AT_END and bare and _YEAR_FIRST.match(text, whole.start):
            return
        months = _months_of_first(match, before, last.month)
        number = number_of(match["d"])
        for month in months:
            if number:
                first = day(last.year - (month > last.month), month, number)
                start = whole.start - len(head) + match.start()
                yield from _days(max(0, start), whole.end, first, last)
        if months or not spaced:
            return


def _months_of_first(match: re.Match[str], before: str, same: int) -> frozenset[int]:
    named = match.groupdict().get("n")
    if named:
        return months_of(named)
    if match["m"]:
        return frozenset({number_of(match["m"]) or 0})
    return _named_month(before) or frozenset({same})


def _named_month(before: str) -> frozenset[int]:
    """The months that the word at the end may name, "Nov "; none for any other word."""
    leading = _MONTH_AT_END.search(before)
    return months_of(leading[1]) if leading else frozenset()
