"""Which column means what: by its header, by the tool it comes from, by what a person said."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .cells import folded, plain_header
from .standing import DATE, NOTHING, STATE_WORDS, Standing, Table, key_of, yes_means
from .tools import Tool, tool_of
from .vocabulary import NO, YES


class Meaning(enum.StrEnum):
    """What a column can stand for; also the fields of `--column`."""

    EMAIL = "email"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    STATUS = "status"  # words for states
    SUBSCRIBED = "subscribed"  # a yes or no
    CONFIRMED = "confirmed"  # a yes or no
    DISABLED = "disabled"  # a yes or no, the other way: unsubscribed, opted out
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
    IGNORE = "ignore"  # A person said that it is no state.


_A, _P, _U, _S = Standing.ACTIVE, Standing.PENDING, Standing.UNSUBSCRIBED, Standing.SUPPRESSED
# How a column of each meaning says a state. Where "nothing" is missing, an empty cell is asked:
# nobody can tell whether an empty answer to "subscribed?" is a no.
STATES: dict[Meaning, Table] = {
    Meaning.STATUS: STATE_WORDS,
    Meaning.SUBSCRIBED: {**STATE_WORDS, **yes_means(_A, _U)},
    Meaning.CONFIRMED: {**STATE_WORDS, **yes_means(_A, _P)},
    Meaning.DISABLED: {**yes_means(_U, _A), NOTHING: _A, DATE: _U},
    Meaning.LEFT_AT: {NOTHING: _A, DATE: _U},
    Meaning.BOUNCED_AT: {NOTHING: _A, DATE: _S},
    Meaning.SUPPRESSED: {
        **{word: _S for word, standing in STATE_WORDS.items() if standing is _S},
        **dict.fromkeys(("hard", "soft", "erased", "manual", "imported"), _S),
        **yes_means(_S, _A), NOTHING: _A, DATE: _S,
    },
    Meaning.CONFIRMED_AT: {NOTHING: _P, DATE: _A},
}  # fmt: skip
_YES_MEANS = {
    Meaning.SUBSCRIBED: (_A, _U),
    Meaning.CONFIRMED: (_A, _P),
    Meaning.DISABLED: (_U, _A),
    Meaning.SUPPRESSED: (_S, _A),
}


def told_table(meaning: Meaning) -> Table:
    """`STATES`, for a column a person named: then a yes or no of any language can be read."""
    table = dict(STATES[meaning])
    if (means := _YES_MEANS.get(meaning)) is not None:
        yes, no = means
        table = {**{key_of(w): yes for w in YES}, **{key_of(w): no for w in NO}, **table}
    return table


_WORDS: dict[Meaning, str] = {
    Meaning.EMAIL: """
        email|email address|e mail|e mail address|mail|emailaddress|mail address|contact email
        |邮箱|电子邮箱|邮箱地址|电子邮件|邮件地址|电邮|電子郵件|信箱""",
    Meaning.NAME: """
        name|full name|fullname|display name|nickname|gecos|姓名|名字|名称|昵称|nome|namn|naam
        |nom complet|nombre completo|nome completo|氏名|名前|이름|성명|ad soyad|фио""",
    Meaning.FIRST_NAME: """
        first name|firstname|fname|given name|名|vorname|prénom|prenom|nombre|voornaam|imię
        |имя|förnamn|fornavn|ad""",
    Meaning.LAST_NAME: """
        last name|lastname|lname|surname|family name|姓|nachname|apellidos|apellido|cognome
        |achternaam|nazwisko|фамилия|efternamn|etternavn|soyad|sobrenome""",
    Meaning.STATUS: "status|state|状态|订阅状态|狀態|訂閱狀態",
    Meaning.SUBSCRIBED: """
        subscribed to emails|subscribed|receives mail|opted in|is subscribed|已订阅|已訂閱""",
    Meaning.CONFIRMED: "confirmed|is confirmed|email confirmed",
    Meaning.DISABLED: """
        email disabled|unsubscribed|is unsubscribed|opted out|email opt out|email opted out
        |opted out of email|has opted out|do not email|do not mail|do not contact
        |unsubscribed from all email|已退订|已退訂""",
    Meaning.LEFT_AT: """
        unsub time|unsubscribed at|unsubscribe date|unsubscribed on|deleted at
        |unsubscribe time|unsubscription date|date unsubscribed|unsub date|unsubscribed date
        |opt out date|opt out time|opted out at|opted out on|removed on|removed at
        |date removed|left on|left at|退订时间|退訂時間""",
    Meaning.BOUNCED_AT: """
        clean time|bounced at|bounce date|undeliverability date|bounced on|date bounced
        |hard bounced at|complained at|complaint date|suppressed at|blocked at|blacklisted at""",
    Meaning.SUPPRESSED: """
        suppressed|suppression|is suppressed|blacklisted|is blacklisted|email blacklisted
        |email blacklist|blocklisted|email blocklisted|hard bounced|is hard bounced
        |has complained""",
    Meaning.CATEGORIES: "categories|category|topics|栏目|分类|類別",
    Meaning.NEW: "new categories",
    Meaning.TAIL: "tail links",
    Meaning.LANGUAGE: "language|lang|locale|语言",
    Meaning.RHYTHM: "rhythm|frequency",
    Meaning.CONFIRMED_AT: """
        confirm time|confirmed at|confirmation date|confirmed on|confirmation time""",
    Meaning.JOINED_AT: """
        optin time|created at|creation date|subscribed at|subscribed on|created|date added
        |signup date|signup time|date created|date subscribed|subscription date|joined
        |joined at|订阅时间""",
}
_HEADERS = {
    header.strip(): meaning for meaning, words in _WORDS.items() for header in words.split("|")
}
# "Email Subscriber Status", in the language in which its words are known.
_STATUS = re.compile(
    r"(?:(?:email|e mail|mail|subscriber|subscription|member|contact|marketing|newsletter|list"
    r"|global|mailing|user|current) ){1,3}(?:status|state)"
)
_PAPER, _BY_MAIL = "do not mail", frozenset(["do not email", "do not e mail"])
# Columns of these are shown as ones that could become the choice of categories.
_TAGS = re.compile(
    r" (?:tags?|labels?|groups?|segments?|interests?|lists?|newsletters?|gruppen?|listen?"
    r"|标签|標籤|タグ|태그|分组)\b"
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The header, understood. `tool` is what wrote it, if that is known; `header` False: none.

    `names` are told apart and given to columns without one; `told` says which meanings a person
    gave.
    """

    names: tuple[str, ...]
    meanings: tuple[Meaning | None, ...]
    tool: Tool | None
    header: bool
    told: frozenset[int] = frozenset()

    @property
    def source(self) -> str:
        """The name of the tool, or ""."""
        return self.tool.name if self.tool is not None else ""

    @property
    def email(self) -> int:
        """The place of the address."""
        return self.meanings.index(Meaning.EMAIL)

    def to_json(self) -> dict[str, str]:
        """Meaning -> column name."""
        return {
            str(meaning): name
            for meaning, name in reversed(list(zip(self.meanings, self.names, strict=True)))
            if meaning is not None and meaning is not Meaning.IGNORE
        }

    def offers(self) -> list[str]:
        """Columns of tags, which a person may take for the readers' categories."""
        return [
            name
            for name, meaning in zip(self.names, self.meanings, strict=True)
            if meaning is None and self.header and _TAGS.search(folded(name))
        ]


class NoEmailColumn(Exception):
    """No column holds addresses; the message names what was found."""


def meaning_of(header: str) -> Meaning | None:
    """What a header means by itself, in the words that are known."""
    plain = plain_header(header)
    return _HEADERS.get(plain) or (Meaning.STATUS if _STATUS.fullmatch(plain) else None)


def understand(
    names: Sequence[str], told: Mapping[str, str] | None = None, *, header: bool = True,
    address: int | None = None,
) -> Columns:  # fmt: skip
    """What each column means. `told`: column (header, or number from 1) -> a Meaning's value.

    `address` is where the addresses were found. Raises NoEmailColumn; ValueError for a column
    that is not there.
    """
    unique = _apart([name.strip() for name in names])
    meanings: list[Meaning | None] = [meaning_of(n) if header else None for n in names]
    tool = tool_of([plain_header(name) for name in names]) if header else None
    decided = {place_of(column, unique): Meaning(field) for column, field in (told or {}).items()}
    if _PAPER in (plain := [plain_header(name) for name in names]) and _BY_MAIL & set(plain):
        # Beside "do not email" this is about paper.
        meanings = [None if p == _PAPER else m for p, m in zip(plain, meanings, strict=True)]
    once = [m for m in Meaning if m not in STATES and m is not Meaning.IGNORE]
    for place, meaning in enumerate(meanings):
        # Of two columns for one thing the first counts; of two for a state, both do.
        if meaning in once and meaning in meanings[:place]:
            meanings[place] = None
    for place, meaning in decided.items():
        if meaning in once:
            meanings = [None if known is meaning else known for known in meanings]
        meanings[place] = meaning
    if address is not None and Meaning.EMAIL not in decided.values():
        meanings = [None if known is Meaning.EMAIL else known for known in meanings]
        meanings[address] = Meaning.EMAIL
    if not header and address == 0 and len(unique) > 1 and 1 not in decided:
        meanings[1] = Meaning.NAME
    if Meaning.EMAIL not in meanings:
        found = ", ".join(name for name in unique if name) or "-"
        raise NoEmailColumn(_("No column holds addresses. Found: %s") % found[:200])
    return Columns(tuple(unique), tuple(meanings), tool, header, frozenset(decided))


def place_of(column: str, names: Sequence[str]) -> int:
    """The place of a column called by its header or its number from 1. Raises ValueError."""
    plain = [plain_header(name) for name in names]
    if (wanted := plain_header(column)) in plain:
        return plain.index(wanted)
    if column.isdigit() and 1 <= int(column) <= len(names):
        return int(column) - 1
    raise ValueError(_("There is no column %s.") % column)


def header_of(name: str) -> str:
    """The header a column's name was made of."""
    return re.sub(r" \(\d+\)$", "", name)


def _apart(names: Sequence[str]) -> list[str]:
    """Names under which every column can be called: numbers for empty ones, `(2)` for a second."""
    found: list[str] = []
    for place, name in enumerate(names, 1):
        name, again = name or str(place), 1
        while (name if again == 1 else f"{name} ({again})") in found:
            again += 1
        found.append(name if again == 1 else f"{name} ({again})")
    return found
