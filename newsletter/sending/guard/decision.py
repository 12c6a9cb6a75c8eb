"""May this machine act on this database? Decided from values; `beat` gets and keeps them."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass

from newsletter.models import Machine

Why = Machine.Why


class Verdict(enum.Enum):
    """What follows from what the database and the machine know of each other."""

    ACT = "act"
    ENROL = "it may enter itself, and act"
    WATCH = "it looks for a sign of life of a machine that is enrolled"
    ASK = "it asks a person"


@dataclass(frozen=True, slots=True)
class Row:
    """What the database knows of this machine."""

    asking: bool
    why: str
    beats: int
    database: str


@dataclass(frozen=True, slots=True)
class Known:
    """Both sides at one moment."""

    # Of the database: this machine's row, where the database is, and the others.
    row: Row | None
    database: str
    anybody_enrolled: bool
    # Another enrolled machine of this very database was seen to count on since we look.
    another_lives: bool
    # A machine knows this database for a copy, and waits for a person.
    held: bool
    # Nobody to be mailed is in it.
    empty: bool
    # The last sign of life of a worker, of version 0.1.0 too.
    worker_seen: dt.datetime | None
    # Of the machine: its count, its journals, what 0.1.0 kept there, how long it has looked.
    beats: int
    journals_know_more: bool
    seen_of_0_1_0: dt.datetime | None
    watched: float


# Seconds a machine that nobody knows looks for another's sign of life, which comes every five, or
# after a start of both at once, before it takes the database for a copy.
WATCH = 20.0


def decide(known: Known) -> tuple[Verdict, str]:
    """The verdict, and for ASK why (a `Machine.Why`).

    A copy of a database cannot carry along what makes a machine enrolled: the count in a DATA_DIR
    that goes ahead of the copy's, or a DATA_DIR at all. Nor does anybody enrolled live on it.
    """
    row = known.row
    if row is None or row.asking:
        return _of_a_stranger(known)
    if known.held:
        return Verdict.WATCH, ""
    if row.database != known.database:
        return Verdict.ASK, Why.ELSEWHERE
    if known.beats > row.beats or known.journals_know_more:
        return Verdict.ASK, Why.OLDER
    return Verdict.ACT, ""


def _of_a_stranger(known: Known) -> tuple[Verdict, str]:
    """Of a machine that is not enrolled."""
    if known.row is not None and known.row.why != Why.UNKNOWN:
        return Verdict.ASK, known.row.why
    if known.held:
        return Verdict.WATCH, ""
    if known.another_lives:
        return Verdict.ENROL, ""
    if known.anybody_enrolled or known.row is not None:
        return (Verdict.ASK, Why.UNKNOWN) if known.watched >= WATCH else (Verdict.WATCH, "")
    return _of_the_first(known)


def _of_the_first(known: Known) -> tuple[Verdict, str]:
    """Of a database that knows no machine: it is new, or of version 0.1.0, or a copy of such."""
    if known.empty:
        return Verdict.ENROL, ""
    before = known.seen_of_0_1_0
    forgot = before is not None and (known.worker_seen is None or known.worker_seen < before)
    if known.beats or forgot or known.journals_know_more:
        return Verdict.ASK, Why.OLDER
    if known.worker_seen is not None and before is None:
        # Somebody has sent from it, and not from here.
        return Verdict.ASK, Why.UNKNOWN
    return Verdict.ENROL, ""
