"""Which column means what, and what a row says: the headers and states of other tools.

Recognised: Mailchimp, Substack, Ghost, listmonk, Keila, Buttondown, and our own export. The rule
that matters: whoever had left or bounced there does not arrive here as a reader.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from subscribers.addresses import BadAddress, normalise
from subscribers.rhythm import SERVED, Rhythm


class Meaning(enum.StrEnum):
    """What a column can stand for; also the names of `--map`."""

    EMAIL = "email"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    STATUS = "status"
    SUBSCRIBED = "subscribed"  # a yes or no
    DISABLED = "disabled"  # a yes or no, the other way
    LEFT_AT = "left_at"
    BOUNCED_AT = "bounced_at"
    SUPPRESSED = "suppressed"
    CATEGORIES = "categories"
    NEW = "new_categories"
    TAIL = "tail_links"
    LANGUAGE = "language"
    RHYTHM = "rhythm"
    CONFIRMED_AT = "confirmed_at"
    JOINED_AT = "joined_at"


class Standing(enum.StrEnum):
    """What a row says of its reader, from the least to the most final."""

    ACTIVE = "active"
    PENDING = "pending"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"


_RANK = {standing: place for place, standing in enumerate(Standing)}

_WORDS: dict[Meaning, str] = {
    Meaning.EMAIL: """email|email address|e-mail|e-mail address|mail|emailaddress|邮箱|电子邮箱
        |邮箱地址|电子邮件|邮件地址|电邮|電子郵件|信箱""",
    Meaning.NAME: "name|full name|fullname|姓名|名字|名称|昵称",
    Meaning.FIRST_NAME: "first name|firstname|fname|given name|名",
    Meaning.LAST_NAME: "last name|lastname|lname|surname|family name|姓",
    Meaning.STATUS: """status|state|subscription status|member status|subscriber type
        |email marketing status|状态|订阅状态""",
    Meaning.SUBSCRIBED: "subscribed to emails|subscribed|receives mail|opted in|已订阅",
    Meaning.DISABLED: "email disabled|unsubscribed|opted out|blocked|已退订",
    Meaning.LEFT_AT: """unsub time|unsubscribed at|unsubscribe date|unsubscribed on|deleted at
        |cancel date|unsubscription date|退订时间""",
    Meaning.BOUNCED_AT: "clean time|bounced at|bounce date|undeliverability date",
    Meaning.SUPPRESSED: "suppressed|suppression",
    Meaning.CATEGORIES: "categories|category|topics|栏目|分类|類別",
    Meaning.NEW: "new categories",
    Meaning.TAIL: "tail links",
    Meaning.LANGUAGE: "language|lang|locale|语言",
    Meaning.RHYTHM: "rhythm|frequency",
    Meaning.CONFIRMED_AT: "confirm time|confirmed at|confirmation date",
    Meaning.JOINED_AT: """optin time|created at|creation date|subscribed at|subscribed on
        |signup date|订阅时间""",
}
_HEADERS = {
    header.strip(): meaning for meaning, words in _WORDS.items() for header in words.split("|")
}
# Headers that only one tool writes.
_SOURCES: tuple[tuple[str, frozenset[str]], ...] = (
    ("sudi", frozenset(["email", "state", "new categories", "tail links"])),
    ("mailchimp", frozenset(["member rating", "leid"])),
    ("substack", frozenset(["active subscription", "email disabled"])),
    ("ghost", frozenset(["subscribed to emails"])),
    ("keila", frozenset(["external id", "data"])),
    ("listmonk", frozenset(["email", "attributes"])),
    ("buttondown", frozenset(["email", "metadata", "tags"])),
)
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

# Cells that a spreadsheet would run (OWASP's list, with the full-width forms Excel takes as well).
# `'` before one is how spreadsheets and our export write it as text.
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_DEFUSED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")

# Plain addresses make up nearly all of a file; they need none of the 35 µs of a full check.
# Strictly fewer than `normalise` takes, and taken exactly as it does: see the tests.
_PLAIN = re.compile(
    r"[A-Za-z0-9_](?:[A-Za-z0-9_+-]*(?:\.[A-Za-z0-9_+-]+)*)@"
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}"
)
_SPECIAL = (".arpa", ".invalid", ".local", ".localhost", ".onion", ".test")


@dataclass(frozen=True, slots=True)
class Problem:
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
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Columns:
    """The header, understood. `source` is the tool it comes from, or "". `header` False: none."""

    names: tuple[str, ...]
    meanings: tuple[Meaning | None, ...]
    source: str
    header: bool

    def to_json(self) -> dict[str, str]:
        """Meaning -> column name."""
        return {
            str(meaning): name
            for meaning, name in zip(self.meanings, self.names, strict=True)
            if meaning is not None
        }


class NoEmailColumn(Exception):
    """No column holds addresses; the message names what was found."""


def plain_header(text: str) -> str:
    """`Email Address`, `EMAIL_ADDRESS` and ` email-address` are one header."""
    text = text.strip().strip("'\"").casefold()
    return re.sub(r"[\s_]+", " ", text)


def understand(first: list[str], mapping: Mapping[str, str] | None = None) -> Columns:
    """What the first row's cells mean. `mapping`: meaning -> header (or number, from 1).

    A first row that holds an address is no header: then the address is found by its form.
    Raises NoEmailColumn; ValueError for a mapping that names no column.
    """
    names = [cell.strip() for cell in first]
    plain = [plain_header(cell) for cell in first]
    header = not any(_is_address(cell) for cell in first)
    meanings: list[Meaning | None] = [None] * len(first)
    if header:
        taken: set[Meaning] = set()
        for place, name in enumerate(plain):
            meaning = _HEADERS.get(name)
            if meaning is not None and meaning not in taken:
                meanings[place] = meaning
                taken.add(meaning)
    else:
        names = [str(place + 1) for place in range(len(first))]
        place = next(i for i, cell in enumerate(first) if _is_address(cell))
        meanings[place] = Meaning.EMAIL
        if len(first) > 1 and place == 0:
            meanings[1] = Meaning.NAME
    for wanted, column in (mapping or {}).items():
        place = _place(column, plain if header else [], len(first))
        meaning = Meaning(wanted)
        meanings = [None if known is meaning else known for known in meanings]
        meanings[place] = meaning
    if Meaning.EMAIL not in meanings:
        found = ", ".join(name for name in names if name) or "-"
        raise NoEmailColumn(_("No column holds addresses. Found: %s") % found[:200])
    found_set = set(plain) if header else set()
    source = next((name for name, marks in _SOURCES if marks <= found_set), "")
    if source == "buttondown" and Meaning.STATUS not in meanings and "type" in plain:
        # Elsewhere "type" can be anything.
        meanings[plain.index("type")] = Meaning.STATUS
    return Columns(tuple(names), tuple(meanings), source, header)


def _place(column: str, plain: list[str], width: int) -> int:
    if column.isdigit() and 1 <= int(column) <= width:
        return int(column) - 1
    try:
        return plain.index(plain_header(column))
    except ValueError:
        raise ValueError(_("There is no column %s.") % column) from None


def _is_address(cell: str) -> bool:
    try:
        normalise(undefuse(cell))
    except BadAddress:
        return False
    return True


def defuse(cell: str) -> str:
    """A cell as it may be opened by a spreadsheet; `undefuse` gives back exactly this cell."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def undefuse(cell: str) -> str:
    """The cell before `defuse`."""
    return cell[1:] if cell[:1] == "'" and _DEFUSED.match(cell) else cell


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


def reader_of(columns: Columns) -> Callable[[int, list[str]], Entry]:
    """A function that reads rows of these columns."""
    places = {
        meaning: place for place, meaning in enumerate(columns.meanings) if meaning is not None
    }
    names = columns.names
    email = places.pop(Meaning.EMAIL)
    width = len(names)
    name_at = places.get(Meaning.NAME)
    rest = bool(places.keys() - {Meaning.NAME})
    fill = _Rest(places, names).fill

    def read(line: int, cells: list[str]) -> Entry:
        problems: list[Problem] = []
        if len(cells) == 1 and cells[0][:1] == "\0":
            return _refused(line, "", "row", _("This row cannot be read: %s") % cells[0][1:])
        if len(cells) < width:
            if len(cells) <= email:
                return _refused(line, names[email], "short", _("The row ends before the address."))
            problems.append(
                Problem(
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
    return Entry(line, "", problems=(Problem(column, "error", code, message),))


def without_address(message: str) -> str:
    """Words that are kept, without an address: cells stand in the wrong column at times."""
    return re.sub(r"\S*@\S*|'[^']*'", "…", message)


def _name(cell: str) -> str:
    text = undefuse(cell).strip()
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text).strip()
    return text[:100]


class _Rest:
    """Everything of a row beyond address and name; columns are looked up once for a file."""

    def __init__(self, places: Mapping[Meaning, int], names: tuple[str, ...]) -> None:
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

    def fill(self, entry: Entry, cells: list[str], problems: list[Problem]) -> None:
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

    def _served(self, said: str, problems: list[Problem]) -> str:
        """What is stored for a rhythm: one that nothing serves would mean no mail at all."""
        if said.casefold() in ("", *SERVED):
            return said.casefold()
        message = _("The rhythm “%s” is not served; the reader gets every issue.")
        problems.append(
            Problem(self._rhythm_column, "warning", "rhythm", message % without_address(said)[:40])
        )
        return Rhythm.EVERY

    def _judge(self, entry: Entry, cells: list[str], problems: list[Problem]) -> None:
        standing, said = Standing.ACTIVE, ""
        if self._status is not None and (said := _cell(cells, self._status)):
            known = _STATES.get(said.casefold()) or _STATES.get(plain_header(said))
            if known is None:
                message = _("The state “%s” is not known; the reader waits for a confirmation.")
                problems.append(
                    Problem(
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
