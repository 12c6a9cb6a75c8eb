"""What a turn and a take-back make of a chunk: decided here from values, written elsewhere.

Each function takes what is known and returns what is to be stored. None reads the database, the
clock or chance, so every rule of the protocol can be tried in a test without any of them.
`turning` and `leasing` write the answers (README.md, "Turn", "Close" and "Take back").
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from newsletter.message import Reader
from newsletter.models import Chunk

from . import timing
from .consent import Allowed
from .journal import Found
from .outcomes import Lease, Settled
from .policy import GIVEN_UP, Judgement

LEASED, WAITING, DONE = Chunk.State.LEASED, Chunk.State.WAITING, Chunk.State.DONE
# The counts of a chunk, named as the states of an outcome.
COUNTED = ("sent", "deferred", "failed", "in_doubt", "skipped", "suppressed")
_LOST = Judgement("in_doubt", None, "", "the worker was lost")


def _lost(begun: float | None) -> Judgement:
    """In doubt, with when its content was begun: `doubt` compares it with a relay's log."""
    if begun is None:
        return _LOST
    moment = dt.datetime.fromtimestamp(begun, dt.UTC).isoformat(timespec="milliseconds")
    return _LOST._replace(detail=f"{_LOST.detail}; begun {moment}")


class Part(NamedTuple):
    """What a turn is asked to do for one chunk. Numbers are delivery ids."""

    lease: Lease
    # Deliveries that stay in the window: on the wire or about to be, without an outcome.
    keep: Sequence[int] = ()
    settled: Sequence[Settled] = ()
    # Candidates for the window.
    ask: Sequence[int] = ()
    # Members of the window to ask about again; they are in `keep` too.
    again: Sequence[int] = ()
    # How many deliveries are in memory besides: a chunk with any cannot be closed.
    rest: int = 0
    # Give the chunk back once its window is empty, due again after so many seconds; None: keep it.
    let_go: float | None = None


class Row(NamedTuple):
    """What the chunk's row becomes."""

    state: str
    round: int
    takes: str
    tries: int
    # Delivery ids; none once the chunk is no longer ours.
    window: Sequence[int]
    # What is added to each count, by its name; negative when something is taken from it.
    counts: dict[str, int]
    # When it is due; None: as it was.
    due_at: dt.datetime | None = None
    # Until when it is ours; None: it is nobody's.
    lease_until: dt.datetime | None = None


class Decision(NamedTuple):
    """What a turn makes of one chunk: its row, the outcomes to insert, and what its worker does."""

    row: Row
    # Outcomes of the chunk's present round, and of the next one (those given up).
    settled: Sequence[Settled]
    sending: bool
    # Who may be mailed once this is committed.
    authorised: Sequence[Reader] = ()
    # Candidates that were not authorised because the issue is not sending.
    held: Sequence[int] = ()
    # Members of the window that must not be begun any more.
    withdraw: Sequence[int] = ()
    # The deferred are failed, as `give_up` still has to say.
    gives_up: bool = False
    given_up: Settled | None = None

    @property
    def ended(self) -> bool:
        """Whether the chunk is closed or given back: it is no longer ours."""
        return self.row.state != LEASED


def changes(settled: Iterable[Settled], takes: str) -> dict[str, int]:
    """What these outcomes add to the counts of a chunk whose round is about `takes`.

    In a later round a reader was counted before, under what the round takes up, and leaves that
    count with the new outcome: the sums add up to the chunk's size at every moment.
    """
    counts = dict.fromkeys(COUNTED, 0)
    for one in settled:
        counts[one.judgement.state] += len(one.deliveries)
        if takes != "waiting":
            counts[takes] -= len(one.deliveries)
    return counts


def turn(
    part: Part, allowed: Allowed, retry_after: dt.timedelta | None, now: dt.datetime
) -> Decision:
    """What one turn makes of one chunk.

    `allowed` is what the consent check found for its candidates; `retry_after` how long the
    chunk waits if it has to be tried again, None if this was the last try.
    """
    lease = part.lease
    sending = lease.issue in allowed.sending
    settled, window = list(part.settled), list(part.keep)
    authorised: list[Reader] = []
    held: list[int] = []
    if sending:
        good, left = allowed.good, allowed.left
        authorised = [good[delivery] for delivery in part.ask if delivery in good]
        if len(authorised) == len(part.ask):
            window += part.ask
        else:
            window += [reader.delivery for reader in authorised]
            settled += [Settled([d], left[d], None, now) for d in part.ask if d in left]
        withdraw = [delivery for delivery in part.again if delivery in left]
    else:
        held, withdraw = list(part.ask), list(part.again)
    counts = changes(settled, lease.takes)
    gives_up = False
    if not window and not part.rest and not held:
        row = close(lease, counts, retry_after, now)
        gives_up = row.state == DONE and lease.deferred + counts["deferred"] > 0
    elif not window and (part.let_go is not None or not sending):
        due_at = now + dt.timedelta(seconds=part.let_go or 0.0)
        row = Row(WAITING, lease.round, lease.takes, lease.tries, (), counts, due_at)
    else:
        until = now + dt.timedelta(seconds=timing.LEASE)
        row = Row(LEASED, lease.round, lease.takes, lease.tries, window, counts, lease_until=until)
    return Decision(row, settled, sending, authorised, held, withdraw, gives_up)


def close(
    lease: Lease, counts: dict[str, int], retry_after: dt.timedelta | None, now: dt.datetime
) -> Row:
    """What a chunk becomes whose round is over: done, or waiting for the deferred's next round.

    Past the last try (`retry_after` is None) it is done although readers are deferred; those are
    failed by `give_up`, one round later than the outcome that deferred them.
    """
    if lease.deferred + counts["deferred"] == 0:
        return Row(DONE, lease.round, lease.takes, lease.tries, (), counts)
    if retry_after is None:
        return Row(DONE, lease.round + 1, "deferred", lease.tries, (), counts)
    return Row(WAITING, lease.round + 1, "deferred", lease.tries + 1, (), counts, now + retry_after)


def following(lease: Lease) -> Lease:
    """The chunk as it is in the round after this one, which is about the deferred."""
    return dataclasses.replace(lease, round=lease.round + 1, takes="deferred")


def give_up(decision: Decision, earlier: Iterable[int], now: dt.datetime) -> Decision:
    """The decision with every deferred reader failed: those of `earlier` turns and of this one.

    `earlier` are the deliveries that the database knows as deferred before this turn. One whose
    outcome in this turn is another is not deferred any more.
    """
    deferred = set(earlier)
    for one in decision.settled:
        if one.judgement.state == "deferred":
            deferred.update(one.deliveries)
    for one in decision.settled:
        if one.judgement.state != "deferred":
            deferred.difference_update(one.deliveries)
    if not deferred:
        return decision
    counts = dict(decision.row.counts)
    counts["deferred"] -= len(deferred)
    counts["failed"] += len(deferred)
    return decision._replace(
        row=decision.row._replace(counts=counts),
        given_up=Settled(sorted(deferred), GIVEN_UP, None, now),
    )


class TakenBack(NamedTuple):
    """What a take-back makes of a chunk: outcomes, and what they add to its counts."""

    settled: list[Settled]
    counts: dict[str, int]

    @property
    def in_doubt(self) -> int:
        """How many readers fell in doubt."""
        return sum(len(one.deliveries) for one in self.settled if one.judgement.state == "in_doubt")


def take_back(lease: Lease, window: Iterable[int], found: Found, now: dt.datetime) -> TakenBack:
    """What became of a lost worker's window (delivery ids), as far as its journal says.

    Answered: that outcome. Not begun, by a complete journal: nothing, the reader stays waiting.
    Anything else is in doubt, and no program sends it again.
    """
    settled = []
    for delivery in window:
        key = (lease.id, lease.epoch, delivery)
        answer = found.answers.get(key)
        if answer is not None:
            judgement = Judgement(
                answer.state,
                answer.code or None,
                answer.status,
                "",
                blame=answer.blame,
                permanent=answer.permanent,
            )
        elif found.complete and key not in found.begun:
            continue
        else:
            judgement = _lost(found.begun_at.get(key))
        settled.append(Settled([delivery], judgement, None, now))
    return TakenBack(settled, changes(settled, lease.takes))


def was_stored(lease: Lease, row: tuple[str, int | None, int, int] | None) -> bool | None:
    """Whether a commit that was answered by an error was stored; None: somebody else has the chunk.

    `row` is the chunk's (state, owner, epoch, turn) as read afterwards, None if it is gone.
    """
    if row is None:
        return None
    state, owner, epoch, turn_number = row
    if epoch != lease.epoch:
        return None
    if turn_number == lease.turn + 1:
        return True  # Also if it ended with this turn: then nobody owns it.
    if turn_number == lease.turn and owner == lease.owner and state == LEASED:
        return False
    return None


def canary_failures(chunks: Iterable[tuple[int, str, int, int]], allowed: int) -> int | None:
    """How many readers of the canary could not be mailed, if that must stop the issue; else None.

    `chunks` are the canary's (round, state, failed, in doubt). Nothing is said before the first
    round of each is over; `allowed` failures are no reason to stop.
    """
    chunks = list(chunks)
    if any(round_ == 1 and state != DONE for round_, state, _, _ in chunks):
        return None
    bad = sum(failed + in_doubt for _, _, failed, in_doubt in chunks)
    return bad if bad > allowed else None
