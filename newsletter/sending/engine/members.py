"""A delivery in a worker's hands, and the chunk it belongs to. In memory only."""

from __future__ import annotations

import functools
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from newsletter.message import Filled, MessageTemplate, Reader
from newsletter.message.dkim import Signer
from newsletter.smtp import Parcel

from . import timing
from .decisions import Part
from .outcomes import Lease, Settled

if TYPE_CHECKING:
    from .relays import Pool

# Seconds by a clock that also runs while the machine sleeps, as a lease does. A `partial` is called
# as quickly as the clock itself; it is asked before every mail.
boot_time = functools.partial(
    time.clock_gettime, getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
)


class At(IntEnum):
    """Where a member is."""

    TODO = 0  # in memory, not in the window
    READY = 1  # in the window, in a pool's queue
    OFFERED = 2  # given to a connection, content not begun
    BEGUN = 3  # content begun
    SETTLED = 4


# Names of the module: looking one up in its class costs as much as a call.
TODO, READY, OFFERED, BEGUN, SETTLED = At


class Member(Parcel):
    """A delivery of a chunk in our hands; once filled, it is the mail a connection is given.

    It is the connection's `Parcel` instead of holding one: a connection gives back what it was
    given (`begin`, `settle`), so a parcel inside would have to know its member. That is a circle of
    references for each mail, which keeps the mail in memory until it is broken by hand on every
    way back, and takes 0.3 microseconds more of about 45 (measured, filled and found again).
    """

    __slots__ = (
        "again",
        "at",
        "checked",
        "delivery",
        "domain",
        "edition",
        "hold",
        "not_before",
        "pool",
        "reader",
        "signer",
        "slot",
        "template",
        "ticket",
        "withdrawn",
    )

    def __init__(self, delivery: int, edition: int, domain: int, hold: Hold) -> None:
        self.delivery = delivery
        self.edition = edition
        self.domain = domain
        self.hold = hold
        self.at = TODO
        self.pool: Pool | None = None
        self.reader: Reader | None = None
        self.template: MessageTemplate | None = None
        # Loop times: before which it may not go out (its slot; 0: at once), of its last consent
        # check, and before which it is not tried again.
        self.not_before = self.checked = self.again = 0.0
        self.withdrawn = False
        # Where it stands in the journal, once it is begun.
        self.slot: int | None = None
        # Who signs it with DKIM. A new `ticket` each time it is queued for signing: a signature
        # that comes back with an old one is dropped.
        self.signer: Signer | None = None
        self.ticket: object = None
        # The fields of a Parcel; empty until it is filled.
        self.content = self.envelope_from = self.recipient = b""
        self.utf8 = self.eight_bit = False
        self.size = 0

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def fill(self, filled: Filled) -> None:
        """This is its mail."""
        self.envelope_from, self.recipient, self.content, self.utf8, self.size = filled

    def is_stale(self, now: float) -> bool:
        """Authorised a while ago, and still not begun: the reader may have left since."""
        return self.at in (READY, OFFERED) and now - self.checked > timing.STALE


@dataclass(slots=True, eq=False)
class Hold:
    """A chunk we hold, with its members."""

    lease: Lease
    # Candidates, the next one first.
    todo: deque[Member] = field(default_factory=deque)
    # Candidates whose domain has a rate limit and no slot now, by domain number.
    limited: dict[int, deque[Member]] = field(default_factory=dict)
    window: dict[int, Member] = field(default_factory=dict)
    # Outcomes that no turn has stored yet, and the slots of the journal they will free.
    settled: list[Settled] = field(default_factory=list)
    done_slots: list[int] = field(default_factory=list)
    # When its last turn began (boot time), when that was stored, and when its window was last
    # searched for stale members (loop times).
    renewed: float = 0.0
    turned: float = 0.0
    looked: float = 0.0
    # Another worker has it: nothing of it may be begun any more.
    lost: bool = False
    let_go: float | None = None

    @property
    def kept_back(self) -> int:
        """Members that wait for a slot of their domain."""
        return sum(map(len, self.limited.values())) if self.limited else 0

    def wants_turn(self, now: float) -> bool:
        """Whether it needs a turn now for itself: to renew it, to end it, or to ask again."""
        since = now - self.turned
        if since >= timing.HEARTBEAT:
            return True
        if not self.window and (self.let_go is not None or not (self.todo or self.kept_back)):
            return True  # Nothing left, or nothing to wait for: close it, or give it back.
        return since > timing.STALE and any(member.is_stale(now) for member in self.window.values())

    def part(self, ask: Mapping[int, Member], now: float) -> Part | None:
        """What a turn is to do for it, with these candidates; None: nothing."""
        again: list[int] = []
        if now - self.looked > timing.STALE / 4:
            self.looked = now
            again = [m.delivery for m in self.window.values() if m.is_stale(now)]
        rest = len(self.todo) + self.kept_back
        idle = not (self.settled or ask or again) and (self.window or rest)
        leaving = self.let_go is not None and not self.window
        if idle and not leaving and now - self.turned < timing.HEARTBEAT:
            return None
        return Part(
            self.lease, list(self.window), self.settled, list(ask), again, rest, self.let_go
        )


@dataclass(slots=True, eq=False)
class Turn:
    """One turn on its way to the database."""

    parts: list[Part]
    # Candidates by chunk and delivery.
    asked: dict[int, dict[int, Member]]
    # What each chunk handed over to be stored: outcomes, and the journal's slots they free.
    handed: list[tuple[Hold, list[Settled], list[int]]]
    # The editions that are needed of each revision.
    texts: dict[int | None, set[int]]
    started: float
