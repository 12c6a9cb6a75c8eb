"""The rules of who gets what, told again in plain Python, reader by reader.

It imports nothing of the product and knows no SQL, masks or editions: only people, what happens to
them, and what was put into their hands. `test_roundup_model.py` holds the product against it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

# A name of an item, and the category it is filed under.
Item = tuple[str, str]


@dataclass
class Issue:
    """A number of the publication, as it appeared."""

    name: str
    appeared: dt.datetime
    items: list[Item]


@dataclass
class RoundUp:
    """What is sent of a period, which ends just before `ends`."""

    name: str
    begins: dt.datetime
    ends: dt.datetime
    of: list[Issue]


Mailing = Issue | RoundUp


@dataclass
class Reader:
    """A person as the publication knows them at one moment."""

    choice: set[str]
    active: bool = True
    rhythm: str = "every"
    paused_until: dt.datetime | None = None
    suppressed: bool = False
    # Handed over, or perhaps: in the order in which it happened.
    had: list[Mailing] = field(default_factory=list)

    def is_paused(self, now: dt.datetime) -> bool:
        return self.paused_until is not None and self.paused_until > now

    def gets(self, mailing: Mailing, now: dt.datetime) -> list[str] | str | None:
        """The names of the items this reader gets, or why nothing; None: it is not for them."""
        if not self.active:
            return None
        roundup = isinstance(mailing, RoundUp)
        if roundup and self.rhythm == "every":
            return None
        if self.suppressed:
            return "suppressed"
        if self.is_paused(now):
            return "paused"
        if not roundup and self.rhythm != "every":
            return "rhythm"
        issues = self.left_of(mailing) if isinstance(mailing, RoundUp) else [mailing]
        chosen = [name for one in issues for name, filed in one.items if filed in self.choice]
        return chosen or "no_item"

    def left_of(self, roundup: RoundUp) -> list[Issue]:
        """The issues of a round-up's period after the last that reached the reader."""
        left = list(roundup.of)
        for before in self.had:
            if isinstance(before, Issue) and roundup.begins <= before.appeared < roundup.ends:
                left = [one for one in left if one.appeared > before.appeared]
            elif (
                isinstance(before, RoundUp)
                and before.ends > roundup.begins
                and before.begins < roundup.ends
            ):
                left = [one for one in left if one.appeared >= before.ends]
        return left

    def still_wants(self, mailing: Mailing, categories: set[str], now: dt.datetime) -> bool:
        """Whether what was meant for them is handed over when its turn comes."""
        if not self.active or self.suppressed or self.is_paused(now):
            return False
        if (self.rhythm == "every") == isinstance(mailing, RoundUp):
            return False
        return bool(self.choice & categories)
