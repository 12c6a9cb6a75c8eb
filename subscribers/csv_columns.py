"""Which column means what, and what a row says: the headers and states of other tools.

Recognised: Mailchimp, Substack, Ghost, listmonk, Keila, Buttondown, and our own export. The rule
that matters: whoever had left or bounced there does not arrive here as a reader.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from .addresses import BadAddress, normalise


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
            return _refused(line, names[email], error.code, _without_address(str(error)))
        entry = Entry(line, address)
        if name_at is not None:
            entry.name = _name(cells[name_at])
        if rest:
            _fill(entry, cells, places, names, problems)
        if problems:
            entry.problems = tuple(problems)
        return entry

    return read


def _refused(line: int, column: str, code: str, message: str) -> Entry:
    return Entry(line, "", problems=(Problem(column, "error", code, message),))


def _without_address(message: str) -> str:
    """What a checker says of an address, without the address."""
    return re.sub(r"\S*@\S*|'[^']*'", "…", message)


def _name(cell: str) -> str:
    text = undefuse(cell).strip()
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text).strip()
    return text[:100]


def _fill(
    entry: Entry,
    cells: list[str],
    places: Mapping[Meaning, int],
    names: tuple[str, ...],
    problems: list[Problem],
) -> None:
    def cell(meaning: Meaning) -> str:
        place = places.get(meaning)
        return undefuse(cells[place]).strip() if place is not None else ""

    if not entry.name and (Meaning.FIRST_NAME in places or Meaning.LAST_NAME in places):
        first, last = cell(Meaning.FIRST_NAME), cell(Meaning.LAST_NAME)
        chinese = any("\u4e00" <= c <= "\u9fff" for c in first + last)
        entry.name = _name(last + first if chinese else f"{first} {last}")
    standings = [Standing.ACTIVE]
    if status := cell(Meaning.STATUS):
        known = _STATES.get(plain_header(status).replace("_", " "))
        if known is None:
            problems.append(
                Problem(
                    names[places[Meaning.STATUS]], "warning", "status",
                    _("The state “%s” is not known; the reader waits for a confirmation.")
                    % status[:40],
                )
            )  # fmt: skip
        standings.append(known or Standing.PENDING)
    if cell(Meaning.SUBSCRIBED).casefold() in _NO:
        standings.append(Standing.UNSUBSCRIBED)
    if cell(Meaning.DISABLED).casefold() in _YES or cell(Meaning.LEFT_AT).casefold() not in _NEVER:
        standings.append(Standing.UNSUBSCRIBED)
    if (
        cell(Meaning.BOUNCED_AT).casefold() not in _NEVER
        or cell(Meaning.SUPPRESSED).casefold() not in _NEVER | _NO
    ):
        standings.append(Standing.SUPPRESSED)
    entry.standing = max(standings, key=_RANK.__getitem__)
    entry.said = (cell(Meaning.SUPPRESSED) or status)[:40] if entry.standing != "active" else ""
    if Meaning.CATEGORIES in places:
        text = cell(Meaning.CATEGORIES)
        entry.categories = [name for name in _SPLIT.split(text) if name]
    if (new := cell(Meaning.NEW).casefold()) in _YES | _NO:
        entry.new = new in _YES
    if (tail := cell(Meaning.TAIL).casefold()) in _YES | _NO:
        entry.tail = tail in _YES
    entry.language = cell(Meaning.LANGUAGE)[:12]
    entry.rhythm = cell(Meaning.RHYTHM)
    entry.confirmed_at = _time(cell(Meaning.CONFIRMED_AT))
    entry.joined_at = _time(cell(Meaning.JOINED_AT))


def _time(text: str) -> dt.datetime | None:
    if not text:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    if moment is None:
        try:
            moment = dt.datetime.combine(dt.date.fromisoformat(text[:10]), dt.time())
        except ValueError:
            return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def recognised_sources() -> Iterable[str]:
    """Names of the tools whose exports are known by their header."""
    return [name for name, _marks in _SOURCES]
