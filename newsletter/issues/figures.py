"""The numbers of a text in any language, so that two languages can be compared. Pure.

A number is written in many ways: `1,234`, `1.234`, `1 234`, full-width digits, `12万`. So each
written number has *readings*, and two are the same when they have one in common. What is written
in words or stands in a name (`three`, `三`, `March`, `CO2`) is *weak*: it answers a number of the
other side and asks for none, since the other side may say it without one.

Digits and their marks follow Unicode (NFKC, UAX 44 for other digits), grouping and decimals the
habits that CLDR lists: groups of three, or of two and three in India, set apart by a comma, a
point, a space or an apostrophe.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from . import number_words

# A longer run is an identifier; its value says nothing, and is costly to reckon with.
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Figure:
    """One written number. `parts` may stand for the whole: the 3 and the 5 of `3/5`."""

    written: str
    readings: frozenset[Decimal]
    parts: tuple[Figure, ...] = ()
    weak: bool = False
    # Of one in a name, what stands before it: `gpt-` of `GPT-4`.
    name: str = ""


def of_text(text: str) -> list[Figure]:
    """The numbers of a plain text, in order."""
    text = _plain(text)
    found = list(_written(text))
    found += [Figure(word, frozenset(map(Decimal, values)), weak=True)
              for word, values in number_words.in_text(text)]  # fmt: skip
    return found


def differences(mine: Sequence[Figure], theirs: Sequence[Figure]) -> tuple[list[str], list[str]]:
    """(written here and not there, written there and not here), each once, in order."""
    return _missing(mine, theirs), _missing(theirs, mine)


def _missing(mine: Sequence[Figure], theirs: Sequence[Figure]) -> list[str]:
    known: set[Decimal] = set()
    names: dict[str, list[Figure]] = {}
    for figure in _all(theirs):
        known |= figure.readings
        if figure.name:
            names.setdefault(figure.name, []).append(figure)
    found: dict[str, None] = {}
    for figure in mine:
        if figure.name:
            # A name may be translated away; where both have it, it has one number.
            others = names.get(figure.name)
            answered = others is None or any(_is_like(figure, other) for other in others)
        else:
            answered = figure.weak or _is_known(figure, known)
        if not answered:
            found[figure.written] = None
    return list(found)


def _is_like(figure: Figure, other: Figure) -> bool:
    return figure.written == other.written or bool(figure.readings & other.readings)


def _is_known(figure: Figure, known: set[Decimal]) -> bool:
    if figure.readings & known:
        return True
    return bool(figure.parts) and all(_is_known(part, known) for part in figure.parts)


def _all(figures: Iterable[Figure]) -> Iterator[Figure]:
    for figure in figures:
        yield figure
        yield from _all(figure.parts)


# ---- how a text is made plain

_URL = re.compile(r"\b(?:https?|ftp)://\S+|\bwww\.\S+|[\w.+-]{1,64}@[\w.-]{1,250}", re.IGNORECASE)
_LIST_NUMBER = re.compile(r"(?m)^[ \t]*(?:\d{1,3}[.)、]|[(（]\d{1,3}[)）])[ \t]*(?=\D)")
_FOOTNOTE = re.compile(r"\[\^?\d{1,3}\]")
_SUPERSCRIPT = re.compile("([0-9])([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_FRACTION = re.compile("([0-9]{0,9})([\u00bc-\u00be\u2150-\u215e])")
_SUPER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−﹣－", "-"))


def _plain(text: str) -> str:
    text = _URL.sub(" ", text)
    text = _SUPERSCRIPT.sub(lambda m: f"{m[1]}^{m[2].translate(_SUPER)}", text)
    text = _FRACTION.sub(_decimal, text)
    text = "".join(_character(c) for c in text)
    text = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return _LIST_NUMBER.sub(" ", _FOOTNOTE.sub(" ", text))


def _decimal(match: re.Match[str]) -> str:
    """`3½` as 3.5; a third, which is none, as `3 1/3`."""
    value = unicodedata.numeric(match[2])
    if value * 1000 != int(value * 1000):
        return f"{match[1]} {unicodedata.normalize('NFKC', match[2]).replace('⁄', '/')} "
    return f"{int(match[1] or 0) + value:g} "


def _character(character: str) -> str:
    """Digits of every script as ours."""
    if character.isascii():
        return character
    digit = unicodedata.digit(character, None)
    if digit is not None and unicodedata.category(character) == "Nd":
        return str(digit)
    # Arabic marks for decimals and groups (Unicode 10.1).
    return {"٫": ".", "٬": ","}.get(character, character)


# ---- what is written in digits

# Digits with marks between them that may belong to one number; a space only before three digits.
_RUN = re.compile(
    r"(?P<year>['’](?=\d\d(?:\D|$)))?"
    r"(?P<body>\d+(?:(?:[.,'’]|[ \xa0\u2009\u202f](?=\d{3}(?!\d))|[-/:^~·](?=\d))\d+)*)"
)
_LETTER = re.compile(r"[^\W\d_]")
_BEFORE = re.compile(r"[^\W\d_][\w.]*-?$")


def _written(text: str) -> Iterator[Figure]:
    for match in _RUN.finditer(text):
        body, end = match["body"], match.end()
        name = _name_before(text, match.start("body"))
        factor, suffix = number_words.factors(text, end)
        figure = _figure(body, factor, text[end : end + 12])
        if match["year"]:
            figure = _with(figure, {value + century for value in figure.readings
                                    for century in (1900, 2000)})  # fmt: skip
        written = body + suffix
        yield Figure(
            written.strip(), figure.readings, figure.parts, weak=bool(name) or body == "24/7",
            name=name,
        )  # fmt: skip


def _name_before(text: str, start: int) -> str:
    """What a number is stuck to on its left, if that is a name, of a script with spaces."""
    if start == 0 or not (text[start - 1].isalpha() or text[start - 1] in "-."):
        return ""
    found = _BEFORE.search(text, max(0, start - 40), start)
    if found is None or not any(_is_spaced(c) for c in found[0]):
        return ""
    # Of mixed text only the last word: `支持GPT-4`.
    letters = re.split(r"(?<=[^\x00-\u052f])", found[0])[-1]
    return letters.casefold() if letters.strip("-.") else ""


def _is_spaced(character: str) -> bool:
    """Whether a letter is of a script whose words stand apart: Latin, Greek, Cyrillic."""
    return character.isalpha() and ord(character) < 0x530


def _figure(body: str, factor: frozenset[Decimal], after: str) -> Figure:
    """The readings of a run of digits and marks, times what the word behind it says."""
    body = body.replace("’", "'")
    if len(body) > _LONGEST:
        return Figure(body, frozenset({Decimal(re.sub(r"\D", "", body)[-_LONGEST:])}))
    pieces = re.split(r"[-/:^~·]", body)
    if len(pieces) > 1:
        return _joined(body, pieces, factor, after)
    values = _numbers(body)
    if not values:
        pieces = [one for one in re.split(r"[^\d]+", body) if one]
        return Figure(body, frozenset(), tuple(_figure(one, factor, "") for one in pieces))
    found = {value * by for value in values for by in factor}
    if number_words.is_hour(after) and len(body) <= 2:
        found |= {value + 12 for value in values if value < 12}
        found |= {value - 12 for value in values if 12 < value <= 24}
    if re.match(r"['’]?s\b|\s?(?:年代|er\b|-е\b)", after):
        # `1990s` is 90年代.
        found |= {value % 100 for value in values if value > 100}
        found |= {value + 1900 for value in values if value < 100}
    parts: tuple[Figure, ...] = ()
    if " " in body or "\u2009" in body or "\xa0" in body or "\u202f" in body:
        parts = tuple(_figure(one, frozenset({Decimal(1)}), "") for one in body.split())
    return Figure(body, frozenset(found), parts)


def _joined(body: str, pieces: list[str], factor: frozenset[Decimal], after: str) -> Figure:
    """Numbers with a mark between: a date, a time, a span, a fraction, a power."""
    one = frozenset({Decimal(1)})
    parts = [_figure(piece, factor if piece is pieces[-1] else one, "") for piece in pieces]
    if (len(pieces) == 2 and "-" in body) or "~" in body:
        # `3-5 million`: the word is said once.
        parts = [_with(part, {v * by for v in part.readings for by in factor}) for part in parts]
    if ":" in body and len(pieces[0]) <= 2:
        parts[0] = _with(parts[0], {v + 12 for v in parts[0].readings} | {
            v - 12 for v in parts[0].readings if v >= 12})  # fmt: skip
        parts[1:] = [Figure(p.written, p.readings, p.parts, weak=True) if not any(p.readings) else p
                     for p in parts[1:]]  # fmt: skip
    years = [v for v in parts[0].readings if 1900 <= v < 2100]
    if years and len(pieces[-1]) == 2 and len(pieces) == 2:
        # `2026/27`.
        parts[-1] = _with(parts[-1], {v + years[0] // 100 * 100 for v in parts[-1].readings})
    whole: set[Decimal] = set()
    if len(pieces) == 2 and all(piece.isdigit() and len(piece) < 4 for piece in pieces):
        a, b = map(int, pieces)
        if "/" in body and b:
            whole = {Decimal(a) / b}
        elif "^" in body and b < _LONGEST:
            whole = {Decimal(a) ** b}
    asked = tuple(part for part in parts if not part.weak)
    return Figure(body, frozenset(whole), asked)


def _with(figure: Figure, more: set[Decimal]) -> Figure:
    return Figure(figure.written, figure.readings | more, figure.parts, figure.weak, figure.name)


def _numbers(body: str) -> set[Decimal]:
    """What digits with points, commas, spaces and apostrophes may mean; nothing: no one number."""
    body = re.sub(r"[ \xa0\u2009\u202f']", " ", body)
    marks = re.findall(r"\D", body)
    if not marks:
        return {Decimal(body)}
    groups = re.split(r"\D", body)
    last, others = marks[-1], set(marks[:-1])
    found = set()
    if _are_groups(groups) and len(set(marks)) == 1:
        found.add(Decimal("".join(groups)))
    # The last mark is that of decimals, where those before it are others, and all alike.
    if (
        last != " "
        and last not in others
        and len(others) <= 1
        and (len(groups) == 2 or _are_groups(groups[:-1]))
    ):
        found.add(Decimal("".join(groups[:-1]) + "." + groups[-1]))
    return found


def _are_groups(groups: Sequence[str]) -> bool:
    """Whether these are the groups of one number: of three, or of two before the last three."""
    first, *rest = groups
    if not rest:
        return True
    if len(rest[-1]) != 3 or not 1 <= len(first) <= 3 or first == "0":
        return False
    inner = {len(one) for one in rest[:-1]}
    return inner <= {3} or (inner <= {2} and len(first) <= 2)
