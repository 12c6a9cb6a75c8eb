"""What a log makes of a reader: taken over, never reached, or nothing. Pure."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass

# Written by a take-back (`engine.decisions`).
_BEGUN = re.compile(r"begun (\S+)")
# A content is begun at most so long before its worker itself finds it in doubt: RFC 5321 4.5.3.2
# lets a reply take ten minutes, and each part of the content three.
_LONGEST = dt.timedelta(hours=1)
# Samples that must agree on the zone of a log that says none, and how far they may differ.
_AGREE = 0.8
_QUARTER = 15 * 60


class Verdict(enum.StrEnum):
    """What becomes of a reader in doubt."""

    SENT = "sent"
    NEVER = "never"
    # Why nothing can be said.
    NOT_COVERED = "not_covered"
    NO_ZONE = "no_zone"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Reach:
    """What a log covers, in our time, and whether its silence means anything.

    `missing`: mails that were taken over within that time and are not in the log.
    """

    covered: Sequence[tuple[dt.datetime, dt.datetime]]
    zone_known: bool
    missing: int

    def holds(self, first: dt.datetime, last: dt.datetime) -> bool:
        """Whether one stretch of it holds both moments."""
        return any(a <= first and last <= b for a, b in self.covered)


def begun(
    detail: str, at: dt.datetime, before: dt.datetime | None, frozen: dt.datetime
) -> dt.datetime:
    """The earliest moment at which the content of a mail now in doubt may have been begun.

    `at` is when it fell in doubt, `before` the outcome of the round before.
    """
    said = _BEGUN.search(detail)
    if said is not None:
        # Logs write whole seconds.
        return dt.datetime.fromisoformat(said[1]).replace(microsecond=0)
    earliest = max(frozen, before or frozen)
    return earliest if detail.startswith("the worker was lost") else max(earliest, at - _LONGEST)


def decide(found: bool, first: dt.datetime, last: dt.datetime, reach: Reach) -> Verdict:
    """`first` to `last`: from when it was begun to when it was taken back."""
    if found:
        return Verdict.SENT
    if not reach.zone_known:
        return Verdict.NO_ZONE
    if not reach.holds(first, last):
        return Verdict.NOT_COVERED
    # A log that lacks mails of which we know proves nothing by its silence: it is another relay's,
    # or not all of it.
    return Verdict.INCOMPLETE if reach.missing else Verdict.NEVER


def shift_of(samples: Sequence[float], zoned: bool) -> tuple[float, float] | None:
    """Seconds by which a log's time is ahead of ours, and how uncertain; None: not to be told.

    `samples`: of mails of which both tell, the log's time less ours. A log without zone is read as
    UTC; its zone is some quarters of an hour, and most samples must agree on how many. The rest is
    how the clocks differ, or how long an answer took: nobody knows which.
    """
    if not samples:
        return (0.0, 0.0) if zoned else None
    middle = sorted(samples)[len(samples) // 2]
    quarters = round(middle / _QUARTER)
    if zoned and quarters:
        return None  # It says a zone, and that is not its own.
    agree = sum(1 for one in samples if round(one / _QUARTER) == quarters)
    if agree < _AGREE * len(samples):
        return None
    return float(quarters * _QUARTER), abs(middle - quarters * _QUARTER)
