"""What a row says of its reader, and how the cells of one column say it.

The rule that matters: whoever had left or bounced elsewhere does not arrive here as a reader. So a
rule answers only what it was told, and "undecided" to everything else.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .cells import is_date, is_nothing


class Standing(enum.StrEnum):
    """What is to become of a reader, from the least to the most final; of two, the later counts."""

    ACTIVE = "active"  # A reader, given the proof of consent.
    ASK = "ask"  # A person chose to mail this group a confirmation.
    PENDING = "pending"  # Waits; nothing is mailed.
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"


RANK = {standing: place for place, standing in enumerate(Standing)}


def worst(standings: Iterable[Standing]) -> Standing:
    """The most final of several; ACTIVE of none."""
    return max(standings, key=RANK.__getitem__, default=Standing.ACTIVE)


# The keys of a rule for cells that are not looked up by their words: empty, and any date.
NOTHING = ""
DATE = "<date>"
ANY = "*"
# In the place of a cell that a row ends before: what it would have said is lost, not empty.
CUT = "\0cut"

Table = Mapping[str, Standing]


def key_of(cell: str) -> str:
    """How a rule looks a cell up: without case, `_` and `-` as spaces."""
    return " ".join(cell.casefold().replace("_", " ").replace("-", " ").split()) or cell.strip()


@dataclass(frozen=True, slots=True)
class Rule:
    """How one column says a standing.

    `table` holds what is known: words as `key_of` gives them, NOTHING, DATE, and ANY for all
    others. `place` is the column's, `path` the keys inside a JSON cell, `many` whether a cell
    holds several words (tags).
    """

    place: int
    column: str
    table: Table = field(default_factory=dict)
    path: tuple[str, ...] = ()
    many: bool = False

    def standing_of(self, cell: str) -> Standing | None:
        """What a cell says, or None if that has not been decided."""
        table = self.table
        if cell == CUT:
            return Standing.PENDING
        if (found := table.get(key_of(cell))) is not None:
            return found
        if is_nothing(cell) or _zero(self, cell):
            # Never by ANY: who says "every other value is a yes" does not speak of no answer.
            return table.get(NOTHING)
        if (dated := table.get(DATE)) is not None and is_date(cell):
            return dated
        return table.get(ANY)

    def kind_of(self, cell: str) -> str:
        """Under which key a cell is asked for: its own words, or NOTHING or DATE for all alike."""
        if is_nothing(cell):
            return NOTHING
        if is_date(cell):
            return DATE
        return cell.strip()


def _zero(rule: Rule, cell: str) -> bool:
    """Programs write 0 or False for no date."""
    return (
        DATE in rule.table
        and NOTHING in rule.table
        and cell.strip().casefold() in ("0", "false", "no", "0.0")
    )


# --- words that one meaning has, whoever writes them --------------------------------------------

_WORDS = {
    Standing.ACTIVE: """
        active|subscribed|enabled|confirmed|opted in|opt in|有效|已订阅|订阅中|正常|已訂閱
        |訂閱中""",
    Standing.PENDING: """
        pending|unconfirmed|not confirmed|unactivated|awaiting confirmation
        |waiting for confirmation|pending confirmation|never subscribed|待确认|未确认|待確認
        |未確認""",
    Standing.UNSUBSCRIBED: """
        unsubscribed|unsubscribe|opted out|opt out|optout|removed|deleted|non subscribed
        |nonsubscribed|not subscribed|cancelled|canceled|cancelled subscription|已退订|退订
        |取消订阅|已取消|已退訂|退訂|取消訂閱""",
    Standing.SUPPRESSED: """
        bounced|bounce|hard bounced|hard bounce|hardbounce|cleaned|complained|complaint
        |spam complaint|spam|spammy|marked as spam|blocklisted|blacklisted|blocked
        |undeliverable|unreachable|suppressed|malformed|invalid|soft bounced|soft bounce
        |spam report|退信|无效|投诉|黑名单|無效|投訴|黑名單""",
}
STATE_WORDS: dict[str, Standing] = {
    word.strip(): standing for standing, words in _WORDS.items() for word in words.split("|")
}
# Programs write these; letters and the words of other languages are asked.
_YES, _NO = ("yes", "true", "1", "是"), ("no", "false", "0", "否")


def yes_means(
    yes: Standing, no: Standing, more: Iterable[tuple[str, bool]] = ()
) -> dict[str, Standing]:
    """A table for a column of yes and no; `more` are further words and whether each is a yes."""
    table = {**dict.fromkeys(_YES, yes), **dict.fromkeys(_NO, no)}
    table.update((key_of(word), yes if is_yes else no) for word, is_yes in more)
    return table
