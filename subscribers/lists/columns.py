"""Which column means what: the headers of other tools.

Recognised: Mailchimp, Substack, Ghost, listmonk, Keila, Buttondown, and our own export.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from subscribers.addresses import BadAddress, normalise

from .cells import undefuse


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
