"""Cells of a table that people open in a spreadsheet: formulas, and words that name somebody."""

from __future__ import annotations

import functools
import re
import unicodedata

# Cells that a spreadsheet would run (OWASP's list, with the full-width forms Excel takes as well).
# `'` before one is how spreadsheets and our export write it as text.
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_DEFUSED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def defuse(cell: str) -> str:
    """A cell as it may be opened by a spreadsheet; `undefuse` gives back exactly this cell."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def undefuse(cell: str) -> str:
    """The cell before `defuse`."""
    return cell[1:] if cell[:1] == "'" and _DEFUSED.match(cell) else cell


def without_address(message: str) -> str:
    """Words that are kept, without an address: cells stand in the wrong column at times."""
    return re.sub(r"\S*@\S*|'[^']*'", "…", message)


_SPACES = re.compile(r"\s+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Letters that Unicode does not take apart into a plain one and its mark.
_LATIN = str.maketrans({"ł": "l", "ø": "o", "ı": "i", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe"})


@functools.lru_cache(maxsize=2_000)
def plain_header(text: str) -> str:
    """`Email Address`, `EMAIL_ADDRESS`, `emailAddress` and ` email-address` are one header."""
    text = _CAMEL.sub(" ", unicodedata.normalize("NFKC", text).strip().strip("'\"").strip())
    return _SPACES.sub(" ", re.sub(r"[\s_-]+", " ", text)).strip().casefold()


def folded(text: str) -> str:
    """Words for comparing with a vocabulary: no case, no accents, no signs, a space before each.

    Only alphabets lose their marks: in Japanese or Korean a mark makes another syllable.
    """
    text = _CAMEL.sub(" ", unicodedata.normalize("NFKC", text)).casefold()
    if not text.isascii():
        text = "".join(
            unicodedata.normalize("NFD", c)[0] if c < "\u0530" or "\u1e00" <= c < "\u2000" else c
            for c in text.translate(_LATIN)
            if not "\u0300" <= c <= "\u036f"
        )
    return " " + " ".join("".join(c if c.isalnum() or _is_mark(c) else " " for c in text).split())


def _is_mark(c: str) -> bool:
    """Whether a sign is part of a letter: the vowels of Thai and Hindi."""
    return c > "\u036f" and unicodedata.category(c) in ("Mn", "Mc")


# What exports write where there is nothing.
_NOTHING = frozenset(
    [
        "", "-", "--", "---", "–", "—", ".", "/", "null", "none", "nil", "n/a", "na", "nan", "#n/a",
        "undefined", "nat", "(null)", "(none)", "(empty)", "(blank)", "<null>", "never", "\\n",
        "[]", "{}", "[null]", '""', "''",
    ]
)  # fmt: skip
_NO_DATE = re.compile(
    # MySQL's zero date, and the zeroes of .NET, Excel and Unix in the zones of the world.
    r"0{1,4}[-/. ]0{1,2}[-/. ]0{1,4}(?:[t ].*)?|0+(?::0+)+"
    r"|(?:0001|1899|1900)[-/.]\d\d?[-/.]\d\d?(?:[t ].*)?"
    r"|\d\d?[-/.]\d\d?[-/.](?:0001|1899|1900)(?:[t ].*)?"
    r"|(?:1970[-/.]0?1[-/.]0?1|1969[-/.]12[-/.]31)(?:[t ].*)?"
    r"|1970年0?1月0?1日.*|jan\w*\.? 0?1,? 1970.*|0?1\.? jan\w*\.?,? 1970.*"
    r"|(?:0?1[-/.]0?1[-/.]1970|12[-/.]31[-/.]1969|31[-/.]12[-/.]1969)(?:[t ,].*)?"
)
_DATE = re.compile(
    r"(?=.{6,40}$)(?:.*\b(?:19\d\d|20[0-8]\d)(?:\b|[t年]).*\d.*|.*\d.*\b(?:19\d\d|20[0-8]\d)\b.*"
    r"|\d\d?[-/.]\d\d?[-/.]\d\d(?:[ t,].*)?"
    r"|1\d{9}(?:\.\d+)?|1\d{12}|(?:19\d\d|20[0-8]\d)\d{4}(?:\d{6})?)"
)


def is_nothing(text: str) -> bool:
    """Whether a cell is empty, or a word or a date that programs write for empty."""
    text = text.strip().casefold()
    return text in _NOTHING or _NO_DATE.fullmatch(text) is not None


def is_date(text: str) -> bool:
    """Whether a cell holds a day or a moment, in whatever order; one past 2089 means "never"."""
    text = text.strip().casefold()
    return text[-1:].isalnum() | (text[-1:] in "日.일z") and _DATE.fullmatch(text) is not None


def words_of(text: str) -> list[str]:
    """The single words of a cell of tags; an answer in a sentence is one."""
    parts = [p.strip().strip("\"'[]").strip() for p in re.split(r"[,;|\n、，；]", text)]
    return [part for part in parts if part]
