"""The rules of who gets what, told again in plain Python, reader by reader.

It imports nothing of the product and knows no SQL, masks or editions: only people, what happens to
them, and what was put into their hands. `test_roundup_model.py` holds the product against it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

# A name of an item, and the category it is filed under.
Item = tuple[str, str]
# How long something is owed to a reader who stays with single issues.
MONTH = dt.timedelta(days=31)


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
    # The rest of one, for a reader whom it passed by.
    only: Reader | None = None


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
    # When they changed to this rhythm; None: they joined, or came back, with it.
    changed: dt.datetime | None = None
    # Round-ups that passed them by while they were for single issues, by when they begin; None once
    # the rest was mailed.
    owed: dict[dt.datetime, RoundUp | None] = field(default_factory=dict)
    owed_since: dict[dt.datetime, dt.datetime] = field(default_factory=dict)

    def is_paused(self, now: dt.datetime) -> bool:
        return self.paused_until is not None and self.paused_until > now

    def gets(self, mailing: Mailing, now: dt.datetime) -> list[str] | str | None:
        """The names of the items this reader gets, or why nothing; None: it is not for them."""
        if not self.active:
            return None
        roundup = isinstance(mailing, RoundUp)
        if isinstance(mailing, RoundUp) and mailing.only is not None:
            if mailing.only is not self:
                return None
        elif roundup and self.rhythm == "every":
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
        if not _for_one(mailing) and (self.rhythm == "every") == isinstance(mailing, RoundUp):
            return False
        return bool(self.choice & categories)

    def is_passed_by(self, roundup: RoundUp, now: dt.datetime) -> None:
        """It is released, and they took to single issues in its period."""
        late = self.changed is not None and self.changed > roundup.begins
        if self.active and self.rhythm == "every" and late and not _for_one(roundup):
            self._is_owed(roundup, now)

    def _is_owed(self, roundup: RoundUp, now: dt.datetime) -> None:
        if roundup.begins not in self.owed:
            self.owed[roundup.begins], self.owed_since[roundup.begins] = roundup, now

    def passed_by(self, roundup: RoundUp, now: dt.datetime) -> None:
        """Their turn has come, and they are not mailed it: it is owed if it is for their rhythm."""
        reachable = self.active and not self.suppressed and not self.is_paused(now)
        if reachable and self.rhythm == "every" and not _for_one(roundup):
            self._is_owed(roundup, now)

    def rest(self, now: dt.datetime) -> list[RoundUp]:
        """What is made for them now: they are for round-ups again, and some of it is left."""
        for begins, since in self.owed_since.items():
            if self.owed.get(begins) is not None and since < now - MONTH:
                del self.owed[begins]
        if not self.active or self.rhythm == "every" or self.is_paused(now):
            return []
        found = []
        for begins, roundup in list(self.owed.items()):
            if roundup is None:
                continue
            left = [
                Issue(
                    one.name, one.appeared, [item for item in one.items if item[1] in self.choice]
                )
                for one in self.left_of(roundup)
            ]
            left = [one for one in left if one.items]
            if not left:
                del self.owed[begins]
                continue
            self.owed[begins] = None
            found.append(RoundUp(roundup.name, begins, roundup.ends, left, self))
        return found


def _for_one(mailing: Mailing) -> bool:
    return isinstance(mailing, RoundUp) and mailing.only is not None
