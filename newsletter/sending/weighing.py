"""Whether the refusals of an issue may end the mail to these addresses. Pure.

In plain words:

1. An *attempt* is known of a reader whose latest outcome in the issue is sent, deferred, failed or
   in doubt, final or not. Whoever was skipped, suppressed or is still waiting is no attempt.
2. Below ENOUGH attempts nothing can be told: the refusals wait for the next issue, and the issues
   are weighed together. Attempts add up; an address counts once, however often it was refused.
3. The share of addresses whose refusal ends them must lie below the threshold: LEAST, or TIMES the
   publication's habit if that is more, and never more than MOST. A single address is no share.
4. Somebody else must have taken the issue that refused an address: a list of one, or a server that
   refuses everybody, says nothing about an address.
5. One issue of ENOUGH attempts is believed at once. A smaller one is believed when a second issue
   refused the address too and none since reached it; a success takes the refusal back.

What is not below the threshold is held for a person. So a small list in trouble is never emptied,
and a small list with one dead address gets rid of it.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from newsletter.refusals import Blame

# Refusals that speak of the reader, and so may come to the end of the mail to one: at once, or
# after many issues. Those about us, the content, the pace or the way never do.
MAY_END = frozenset([str(Blame.READER), str(Blame.UNCLEAR)])

ENOUGH = 20
LEAST = 0.05
TIMES = 3
# The habit of a publication that has not sent before, and the most that passes without a person:
# habits would otherwise grow threefold from issue to issue until a list is empty.
FIRST_HABIT = 0.03
MOST = 0.3
# While readers still wait for their first try, so few refusals may be chance.
FEW = 3
# The habit is that of so many issues before, none older than this.
LOOK_BACK = 12
LOOK_BACK_FOR = dt.timedelta(days=365)
# Issues refused in a row that end the mail of one publication: a full mailbox is emptied, a
# filter changes, but nobody waits for five issues they did not get.
IN_A_ROW = 5
# Reports come late (RFC 5321 4.5.4.1: a server tries for four to five days).
SUCCESS_AFTER = dt.timedelta(days=5)


class Decision(enum.StrEnum):
    """What becomes of the refusals that were weighed."""

    WAIT = "wait"  # Too little is known.
    CARRY_OUT = "carry_out"
    HOLD = "hold"  # A person decides.


@dataclass(frozen=True, slots=True)
class Tried:
    """An issue as it is weighed.

    `refused`: readers whose refusal of it ends their address, or whose health reached the limit
    by it (`tired`, a part of `refused`). `took`: those of the readers weighed whom it reached.
    `accepted`: how many the server took and no report came for.
    """

    issue: int
    attempts: int
    accepted: int
    refused: frozenset[int] = frozenset()
    tired: frozenset[int] = frozenset()
    took: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Weighed:
    """The decision with its reasons. `readers` are those it is about, `cleared` were reached since.

    `threshold` is the share (0 to 1) that `addresses` / `attempts` must stay below.
    """

    decision: Decision
    attempts: int
    addresses: int
    threshold: float
    readers: frozenset[int] = field(default=frozenset())
    cleared: frozenset[int] = field(default=frozenset())


def habit(attempts: int, addresses: int) -> float:
    """The usual share (0 to 1) of addresses refused for good, by the sums of settled issues.

    FIRST_HABIT where fewer than ENOUGH attempts are known.
    """
    return addresses / attempts if attempts >= ENOUGH else FIRST_HABIT


def threshold(usual: float) -> float:
    """The share (0 to 1) from which on a person is asked, for a habit."""
    return min(MOST, max(LEAST, TIMES * usual))


def is_suspicious(attempts: int, addresses: int, limit: float, *, under_way: bool = False) -> bool:
    """Whether so many refusals among so many attempts are more than a list's own dead addresses.

    `under_way`: readers still wait for their first try, so the share is one of a beginning.
    """
    few = FEW if under_way else 2
    return attempts >= ENOUGH and addresses >= few and addresses / attempts >= limit


def weigh(tried: Sequence[Tried], usual: float) -> Weighed:
    """Decide about issues of one publication, oldest first, that are weighed together."""
    limit = threshold(usual)
    attempts = sum(one.attempts for one in tried)
    since: set[int] = set()
    cleared: set[int] = set()
    for one in reversed(tried):
        cleared |= one.refused & since
        since |= one.took
    times = Counter(reader for one in tried for reader in one.refused if reader not in cleared)
    addresses = len(times)

    def found(decision: Decision, readers: Iterable[int] = ()) -> Weighed:
        return Weighed(decision, attempts, addresses, limit, frozenset(readers), frozenset(cleared))

    if attempts < ENOUGH or not times:
        return found(Decision.WAIT)
    nobody_else = any(one.refused - cleared and not one.accepted for one in tried)
    if nobody_else or is_suspicious(attempts, addresses, limit):
        return found(Decision.HOLD, times)
    sure = {reader for one in tried if one.attempts >= ENOUGH for reader in one.refused}
    sure |= {reader for one in tried for reader in one.tired}
    sure |= {reader for reader, count in times.items() if count > 1}
    carried = sure - cleared
    return found(Decision.CARRY_OUT if carried else Decision.WAIT, carried)


def is_success(*, sent_at: dt.datetime, next_issue: bool, now: dt.datetime) -> bool:
    """Whether a mail without a report reached its reader for sure.

    Another issue must have followed, and at least SUCCESS_AFTER have passed since.
    """
    return next_issue and now - sent_at >= SUCCESS_AFTER


def refused_in_a_row(refused: Iterable[int], reached: int) -> int:
    """How many issues refused a reader since one reached them; each counts once.

    Issues are their places in the order of release; `reached` is that of the last success, -1
    for none.
    """
    return len({place for place in refused if place > reached})
