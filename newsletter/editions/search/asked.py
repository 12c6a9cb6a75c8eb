"""What somebody looks for, read from an address."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from urllib.parse import quote, urlencode

from .words import Word, spelled_out, words_of

# Longer is no search but a text; and no more terms than are looked up at once.
MOST_LETTERS = 100
MOST_TERMS = 8
# What stands between two quotation marks of one kind, or between spaces.
_PARTS = re.compile(
    r"\"([^\"]+)\"|“([^“”]+)”|[„‚]([^„“”‚‘]+)[“”‘]|[«‹]([^«»‹›]+)[»›]|[»›]([^«»‹›]+)[«‹]"
    r"|[「『]([^「」『』]+)[」』]|＂([^＂]+)＂|(\S+)"
)
_HOST = re.compile(r"[\w.-]{1,100}")


class NotAsked(Exception):
    """Nothing can be looked for; `why` is `empty`, `long`, `many`, `source`, `since` or `until`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand one behind the other; `begins`: the only one is how a word begins, a
    single letter of a pair, or what was written with `*` behind it."""

    words: tuple[str, ...]
    begins: bool = False
    # Of one word alone: its other spelling, which is found as well; or empty.
    other: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A search. `category` is a slug, `source` the host of a source; days are the publication's,
    both included. All of it must hold."""

    text: str
    terms: tuple[Term, ...] = field(compare=False)
    category: str = ""
    source: str = ""
    since: dt.date | None = None
    until: dt.date | None = None

    @property
    def query(self) -> str:
        """It as the query of an address, always in one order."""
        parts = {
            "q": self.text,
            "category": self.category,
            "source": self.source,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }
        return urlencode({key: value for key, value in parts.items() if value}, quote_via=quote)


def read(given: Mapping[str, str]) -> Asked:
    """What the query of an address asks for. NotAsked where that is nothing, or no search."""
    text = " ".join(given.get("q", "").split())
    if len(text) > MOST_LETTERS:
        raise NotAsked("long")
    terms = terms_of(text)
    if len(terms) > MOST_TERMS:
        raise NotAsked("many")
    source = given.get("source", "").strip().casefold().removeprefix("www.")
    if source and not _HOST.fullmatch(source):
        raise NotAsked("source")
    asked = Asked(
        text if terms else "", terms, given.get("category", ""), source,
        _day(given, "since"), _day(given, "until"),
    )  # fmt: skip
    if not asked.query or (text and not terms):
        raise NotAsked("empty")
    return asked


def terms_of(text: str) -> tuple[Term, ...]:
    """What is written between spaces is found as it stands; `GPT-5` is not `5 GPT`. So is what
    stands in quotation marks.

    Letters of scripts without spaces are a term of their own, as they are in the index. `ferr*` is
    every word that begins so; of a single letter there are too many, and in a name no word is open.
    """
    found: dict[Term, None] = {}
    for part in (one[one.lastindex or 0] for one in _PARTS.finditer(text)):
        if opened := _beginning(part):
            found[opened] = None
            continue
        for dense, run in groupby(_runs(part), key=lambda one: one[0]):
            for words in [one[1] for one in run] if dense else [[w for o in run for w in o[1]]]:
                term = Term(tuple(word.text for word in words))
                if dense and len(words) > 1:
                    term = Term(term.words[:-1])
                other = spelled_out(part[words[0].start : words[0].end])
                found[
                    Term(
                        term.words,
                        begins=dense and len(words) == 1,
                        other="" if dense or len(words) > 1 else other,
                    )
                ] = None
    return tuple(found)


def _beginning(part: str) -> Term | None:
    words = list(words_of(part))
    if not part.endswith("*") or len(words) != 1 or words[0].dense or len(words[0].text) < 2:
        return None
    return Term((words[0].text,), True, spelled_out(part[words[0].start : words[0].end]))


def _runs(part: str) -> list[tuple[bool, list[Word]]]:
    """The words of each run of letters; one of letters without spaces ends with a single letter."""
    runs: list[tuple[bool, list[Word]]] = []
    for word in words_of(part):
        if not word.dense or not runs or not runs[-1][0] or len(runs[-1][1][-1].text) == 1:
            runs.append((word.dense, []))
        runs[-1][1].append(word)
    return runs


def _day(given: Mapping[str, str], name: str) -> dt.date | None:
    if not given.get(name):
        return None
    try:
        return dt.date.fromisoformat(given[name])
    except ValueError:
        raise NotAsked(name) from None
