"""What a row says of its reader.

The rule that matters: whoever had left or bounced elsewhere does not arrive here as a reader.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from subscribers.addresses import BadAddress, normalise
from subscribers.rhythm import Rhythm

from .cells import undefuse, without_address
from .columns import Columns, Meaning, plain_header


class Standing(enum.StrEnum):
    """What a row says of its reader, from the least to the most final."""

    ACTIVE = "active"
    PENDING = "pending"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"


_RANK = {standing: place for place, standing in enumerate(Standing)}

_STATE_WORDS = {
    Standing.ACTIVE: """active|subscribed|enabled|confirmed|regular|premium|gifted|paid|free|comped
        |trialed|yes|true|1|有效|已订阅|订阅中|正常""",
    Standing.PENDING: "pending|unconfirmed|unactivated|requested|waiting|new|optin|待确认",
    Standing.UNSUBSCRIBED: """unsubscribed|unsubscribe|opted out|opt-out|optout
        |removed|left|inactive|disabled|archived|deleted|non-subscribed|not subscribed|no|false|0
        |churned|canceled
        |cancelled|已退订|退订|取消订阅|停用""",
    Standing.SUPPRESSED: """bounced|bounce|hard bounced|hard bounce|soft bounced|cleaned|complained
        |complaint|spam|spammy|marked as spam|blocklisted|blacklisted|blocked|undeliverable
        |unreachable|suppressed|malformed|invalid|退信|无效|投诉|黑名单""",
}
_STATES = {
    word.strip(): standing for standing, words in _STATE_WORDS.items() for word in words.split("|")
}
_YES = frozenset(["true", "yes", "y", "1", "t", "on", "是", "已订阅"])
_NO = frozenset(["false", "no", "n", "0", "f", "off", "否"])
_YES_NO = {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}
_NEVER = frozenset(["", "-", "null", "none", "n/a", "nan", "0"])
_SPLIT = re.compile(r"\s*[,;|、，；]\s*")

# Plain addresses make up nearly all of a file; they need none of the 35 µs of a full check.
# Strictly fewer than `normalise` takes, and taken exactly as it does: see the tests.
_PLAIN = re.compile(
    r"[A-Za-z0-9_](?:[A-Za-z0-9_+-]*(?:\.[A-Za-z0-9_+-]+)*)@"
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"
)
_SPECIAL = (".arpa", ".invalid", ".local", ".localhost", ".onion", ".test")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Something about a row; `message` never holds the address."""

    column: str
    level: str  # error: the row is left out; warning: it came in differently; note
    code: str
    message: str


@dataclass(slots=True)
class Entry:
    """What a row says. `address` is normalised; empty if the row has an error."""

    line: int
    address: str
    name: str = ""
    standing: Standing = Standing.ACTIVE
    categories: list[str] | None = None
    new: bool | None = None
    tail: bool | None = None
    language: str = ""
    rhythm: str = ""
    confirmed_at: dt.datetime | None = None
    joined_at: dt.datetime | None = None
    said: str = ""
    problems: tuple[RowProblem, ...] = ()


def address_of(text: str) -> str:
    """`addresses.normalise`, quickly for the plain ones. Raises BadAddress."""
    at = text.find("@")
    if (
        0 < at <= 64
        and len(text) <= 254
        and _PLAIN.fullmatch(text)
        and "--" not in text[at:]
        and not text.endswith(_SPECIAL)
    ):
        return text
    return normalise(text)


def reader_of(columns: Columns, served: Collection[str]) -> Callable[[int, list[str]], Entry]:
    """A function that reads rows of these columns; `served` are the publication's rhythms."""
    places = {
        meaning: place for place, meaning in enumerate(columns.meanings) if meaning is not None
    }
    names = columns.names
    email = places.pop(Meaning.EMAIL)
    width = len(names)
    name_at = places.get(Meaning.NAME)
    rest = bool(places.keys() - {Meaning.NAME})
    fill = _OtherColumns(places, names, served).fill

    def read(line: int, cells: list[str]) -> Entry:
        problems: list[RowProblem] = []
        if len(cells) == 1 and cells[0][:1] == "\0":
            return _refused(line, "", "row", _("This row cannot be read: %s") % cells[0][1:])
        if len(cells) < width:
            if len(cells) <= email:
                return _refused(line, names[email], "short", _("The row ends before the address."))
            problems.append(
                RowProblem(
                    "", "note", "short",
                    _("The row has %(found)d of %(all)d cells.")
                    % {"found": len(cells), "all": width},
                )
            )  # fmt: skip
            cells = cells + [""] * (width - len(cells))
        text = cells[email]
        try:
            address = address_of(undefuse(text) if text[:1] == "'" else text)
        except BadAddress as error:
            return _refused(line, names[email], error.code, without_address(str(error)))
        entry = Entry(line, address)
        if name_at is not None:
            entry.name = _name(cells[name_at])
        if rest:
            fill(entry, cells, problems)
        if problems:
            entry.problems = tuple(problems)
        return entry

    return read


def _refused(line: int, column: str, code: str, message: str) -> Entry:
    return Entry(line, "", problems=(RowProblem(column, "error", code, message),))


def _name(cell: str) -> str:
    text = undefuse(cell).strip()
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text).strip()
    return text[:100]


class _OtherColumns:
    """Everything of a row beyond address and name; columns are looked up once for a file."""

    def __init__(
        self, places: Mapping[Meaning, int], names: tuple[str, ...], served: Collection[str]
    ) -> None:
        self._rhythms = served
        self._names = (places.get(Meaning.FIRST_NAME), places.get(Meaning.LAST_NAME))
        self._has_names = self._names != (None, None)
        self._status = places.get(Meaning.STATUS)
        self._status_column = names[self._status] if self._status is not None else ""
        self._judges = [
            (places[meaning], says)
            for meaning, says in (
                (Meaning.SUBSCRIBED, _says_no),
                (Meaning.DISABLED, _says_yes),
                (Meaning.LEFT_AT, _says_when),
                (Meaning.BOUNCED_AT, _says_bounced),
                (Meaning.SUPPRESSED, _says_suppressed),
            )
            if meaning in places
        ]
        self._categories = places.get(Meaning.CATEGORIES)
        self._new, self._tail = places.get(Meaning.NEW), places.get(Meaning.TAIL)
        self._language = places.get(Meaning.LANGUAGE)
        self._rhythm = places.get(Meaning.RHYTHM)
        self._rhythm_column = names[self._rhythm] if self._rhythm is not None else ""
        self._confirmed = places.get(Meaning.CONFIRMED_AT)
        self._joined = places.get(Meaning.JOINED_AT)

    def fill(self, entry: Entry, cells: list[str], problems: list[RowProblem]) -> None:
        """Put what the cells say into the entry."""
        if self._has_names and not entry.name:
            first, last = (_cell(cells, place) for place in self._names)
            chinese = any("\u4e00" <= c <= "\u9fff" for c in first + last)
            entry.name = _name(last + first if chinese else f"{first} {last}")
        if self._status is not None or self._judges:
            self._judge(entry, cells, problems)
        if self._categories is not None:
            entry.categories = [n for n in _SPLIT.split(_cell(cells, self._categories)) if n]
        if self._new is not None:
            entry.new = _YES_NO.get(cells[self._new].strip().casefold())
        if self._tail is not None:
            entry.tail = _YES_NO.get(cells[self._tail].strip().casefold())
        if self._language is not None:
            entry.language = cells[self._language].strip()[:12]
        if self._rhythm is not None:
            entry.rhythm = self._served(cells[self._rhythm].strip(), problems)
        if self._confirmed is not None:
            entry.confirmed_at = _time(cells[self._confirmed].strip())
        if self._joined is not None:
            entry.joined_at = _time(cells[self._joined].strip())

    def _served(self, said: str, problems: list[RowProblem]) -> str:
        """What is stored for a rhythm: one that nothing serves would mean no mail at all."""
        if said.casefold() in ("", *self._rhythms):
            return said.casefold()
        message = _("The rhythm “%s” is not served; the reader gets every issue.")
        problems.append(
            RowProblem(
                self._rhythm_column, "warning", "rhythm", message % without_address(said)[:40]
            )
        )
        return Rhythm.EVERY

    def _judge(self, entry: Entry, cells: list[str], problems: list[RowProblem]) -> None:
        standing, said = Standing.ACTIVE, ""
        if self._status is not None and (said := _cell(cells, self._status)):
            known = _STATES.get(said.casefold()) or _STATES.get(plain_header(said))
            if known is None:
                message = _("The state “%s” is not known; the reader waits for a confirmation.")
                problems.append(
                    RowProblem(
                        self._status_column,
                        "warning",
                        "status",
                        message % without_address(said)[:40],
                    )
                )
            standing = known or Standing.PENDING
        for place, says in self._judges:
            text = _cell(cells, place)
            other = says(text.casefold())
            if other is not None and _RANK[other] > _RANK[standing]:
                standing, said = other, text
        entry.standing = standing
        if standing is not Standing.ACTIVE:
            entry.said = without_address(said)[:40]


def _cell(cells: list[str], place: int | None) -> str:
    return undefuse(cells[place]).strip() if place is not None else ""


def _says_no(text: str) -> Standing | None:
    return Standing.UNSUBSCRIBED if text in _NO else None


def _says_yes(text: str) -> Standing | None:
    return Standing.UNSUBSCRIBED if text in _YES else None


def _says_when(text: str) -> Standing | None:
    return None if text in _NEVER else Standing.UNSUBSCRIBED


def _says_bounced(text: str) -> Standing | None:
    return None if text in _NEVER else Standing.SUPPRESSED


def _says_suppressed(text: str) -> Standing | None:
    return None if text in _NEVER or text in _NO else Standing.SUPPRESSED


def _time(text: str) -> dt.datetime | None:
    """A moment or a day in ISO 8601, UTC unless it says otherwise; anything else is none."""
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = dt.datetime.fromisoformat(text[:10])
        except ValueError:
            return None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=dt.UTC)
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError:
        return None
