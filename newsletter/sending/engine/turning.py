"""T3 and T4, the turn: authorise, record and close, in one transaction.

Called in the worker's one database thread. Raw SQL, since this is where each message pays:
one turn is one UPDATE a chunk and one INSERT for all outcomes, however many they are.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from newsletter.message import Reader
from newsletter.models import Chunk, Issue

from .. import control
from . import outcomes, prepared, timing
from .outcomes import Lease, Settled
from .policy import GIVEN_UP, Judgement, retry_in

# Why somebody who was to be mailed is not.
_SUPPRESSED = Judgement("suppressed", None, "", "")
_UNSUBSCRIBED = Judgement("skipped", None, "", "unsubscribed")
_PAUSED = Judgement("skipped", None, "", "paused")
_DROPPED = Judgement("skipped", None, "", "categories dropped")
_NOBODY = Judgement("skipped", None, "", "no such subscription")


@dataclass(slots=True)
class Part:
    """What a turn is to do for one chunk."""

    lease: Lease
    # Deliveries that stay in the window: on the wire or about to be, not settled.
    keep: list[int]
    settled: list[Settled]
    # Candidates for the window.
    ask: list[int]
    # Members of the window to ask about again; they are in `keep` too.
    again: list[int] = field(default_factory=list)
    # Deliveries in memory besides: a chunk with any cannot be closed.
    rest: int = 0
    # Let go of the chunk when the window is empty, without closing it; due again after seconds.
    let_go: float | None = None


@dataclass(slots=True)
class Done:
    """What a turn did for one chunk."""

    lease: Lease
    fenced: bool = False
    # Closed, or let go of: the chunk is no longer ours.
    ended: bool = False
    # As the turn found them: consent is checked, the address is of this moment.
    authorised: list[Reader] = field(default_factory=list)
    # Candidates that were not authorised because the issue is not sending.
    held: list[int] = field(default_factory=list)
    # Members of the window that must not be begun any more.
    withdraw: list[int] = field(default_factory=list)
    sending: bool = True
    # The chunk's deferred readers after this turn.
    deferred: int = 0


def turn_once(parts: Sequence[Part], editions: dict[int, int]) -> list[Done]:
    """`turn`, exactly once: a commit that is answered by an error is looked up, not repeated.

    Raises OperationalError when it is known that nothing was stored, IntegrityError when a
    constraint refused it.
    """
    done: list[Done] = []
    try:
        turn(parts, editions, done)
    except (OperationalError, InterfaceError) as error:
        if not done or connection.in_atomic_block:
            raise  # It never came to the commit.
        stored = _ask_until_known(parts)
        if all(answer is not True for answer in stored):
            raise OperationalError(f"not stored: {error}") from error
        # One transaction: what is not stored beside something stored was fenced since.
        return [
            one if answer is True else Done(one.lease, fenced=True)
            for one, answer in zip(done, stored, strict=True)
        ]
    return done


def _ask_until_known(parts: Sequence[Part]) -> list[bool | None]:
    wait, longest = timing.DATABASE_RETRY
    while True:
        try:
            connection.close()
            return [was_stored(part.lease) for part in parts]
        except (OperationalError, InterfaceError):
            # Nothing else can be done: until this is known nobody may be authorised.
            time.sleep(wait)
            wait = min(2 * wait, longest)


def turn(parts: Sequence[Part], editions: dict[int, int], done: list[Done]) -> None:
    """The group commit. `editions` maps edition ids to their category bits (consent check).

    `done` is filled before the commit is tried.
    """
    now = timezone.now()
    results: list[Done] = []
    with transaction.atomic():
        with _pipelined(), prepared.cursor() as cursor:
            _begin(cursor, {part.lease.issue for part in parts})
            sending, good, left = _consent(cursor, parts, editions, now)
            rows: list[tuple[Lease, Settled]] = []
            for part in parts:
                results.append(_part(cursor, part, sending, good, left, rows, now))
            outcomes.insert(cursor, rows)
        outcomes.bounces(rows)
        for one in results:
            if one.ended and one.lease.kind == Chunk.Kind.CANARY and one.lease.round == 1:
                _judge_canary(one.lease.issue)
        done += results


@contextlib.contextmanager
def _pipelined() -> Iterator[None]:
    """On PostgreSQL: statements wait for an answer only where one is read."""
    if not outcomes.is_postgres():
        yield
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


def _begin(cursor: Any, issues: set[int]) -> None:
    """On PostgreSQL: nobody can stop these issues until we commit, durably. SQLite: as it is.

    One statement for all of it: a turn is round trips to the database more than anything else.
    """
    if outcomes.is_postgres():
        locks = "".join(
            f", pg_advisory_xact_lock_shared({control.ADVISORY}, {issue})"
            for issue in sorted(issues)
        )
        # The joins of the turn stand in the order they are to be done in.
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', true),"
            f" set_config('join_collapse_limit', '1', true){locks}"
        )


def _consent(
    cursor: Any,
    parts: Sequence[Part],
    editions: dict[int, int],
    now: dt.datetime,
) -> tuple[set[int], dict[int, Reader], dict[int, Judgement]]:
    """Which issues are sending; of those the turn asks about, whom to mail and who has left."""
    asked = [delivery for part in parts for delivery in (*part.ask, *part.again)]
    issues = ", ".join(map(str, sorted({part.lease.issue for part in parts})))
    in_postgres = outcomes.is_postgres()
    cursor.execute(
        (_WHO_POSTGRES if in_postgres else _WHO_SQLITE).format(issues=issues),
        [outcomes.listed(asked), outcomes.as_time(now)],
    )
    if in_postgres:
        found = cursor.fetchall()
        sending = {row[1] for row in found if row[0] is None}
        rows = [row for row in found if row[0] is not None]
    else:
        sending_as_text, rows_as_text = cursor.fetchone()
        sending, rows = set(json.loads(sending_as_text)), json.loads(rows_as_text)
    good = {row[2]: _reader(row[:5]) for row in rows if row[6] & editions.get(row[5], -1)}
    left: dict[int, Judgement] = {}
    if len(good) < len(asked):
        left = _why_not(cursor, [d for d in asked if d not in good], now)
    return sending, good, left


# Makes a `Reader` of a row's first columns without a call of Python's.
_reader: Callable[[Sequence[Any]], Reader] = functools.partial(tuple.__new__, Reader)
_READERS = """FROM newsletter_delivery d
            JOIN subscribers_subscription s ON s.id = d.subscription_id
            JOIN subscribers_subscriber r ON r.id = s.subscriber_id"""
# A reader may be suppressed for the whole site, for the publication, or both.
_STANDS = """p.key = r.key AND p.lifted_at IS NULL
                AND (p.publication_id IS NULL OR p.publication_id = s.publication_id)"""
_SUPPRESSION = f"EXISTS (SELECT 1 FROM subscribers_suppression p WHERE {_STANDS})"
# Whom no suppression matches stands here once, and only they are mailed: no join that could
# double a reader, and on SQLite a seventh quicker than NOT EXISTS.
_UNSUPPRESSED = f"LEFT JOIN subscribers_suppression p ON {_STANDS}"
_AMONG = {
    "postgresql": "= ANY(%s::bigint[])",
    "sqlite": "IN (SELECT value FROM json_each(%s))",
}
# The issues that are sending; and who may be mailed, with no more than a mail needs: why the
# others may not is asked when there are any. On SQLite one row, as JSON: the database thread lets
# go of the interpreter for each row it steps over, and then the connections' thread takes its
# turn every time. PostgreSQL takes twice as long to make JSON as to send the rows.
_MAY = """AND s.state = 'active' AND r.address <> '' AND p.id IS NULL
                AND (s.paused_until IS NULL OR s.paused_until <= %s)"""
_COLUMNS = "r.address, s.id, d.id, d.issue_id, s.feed_serial, d.edition_id, s.choice"
_SENDING = "FROM newsletter_issue WHERE state = 'sending' AND id IN ({issues})"
_WHO_SQLITE = f"""SELECT (SELECT json_group_array(id) {_SENDING}),
            (SELECT json_group_array(json_array({_COLUMNS})) {_READERS} {_UNSUPPRESSED}
             WHERE d.id {_AMONG["sqlite"]} {_MAY})"""
_WHO_POSTGRES = f"""SELECT NULL, id, 0::bigint, 0, 0, 0, 0::bigint {_SENDING}
            UNION ALL SELECT {_COLUMNS} {_READERS} {_UNSUPPRESSED}
             WHERE d.id {_AMONG["postgresql"]} {_MAY}"""


def _why_not(cursor: Any, missing: list[int], now: dt.datetime) -> dict[int, Judgement]:
    """Why these may not be mailed."""
    cursor.execute(
        f"""SELECT d.id, {_SUPPRESSION}, s.state = 'active' AND coalesce(r.address, '') <> '',
                   s.paused_until > %s
            {_READERS} WHERE d.id {_AMONG[connection.vendor]}""",
        [outcomes.as_time(now), outcomes.listed(missing)],
    )
    # Whom the query does not know: the subscription is gone although nothing may delete it.
    left = dict.fromkeys(missing, _NOBODY)
    for delivery, suppressed, active, paused in cursor.fetchall():
        if suppressed:
            left[delivery] = _SUPPRESSED
        elif not active:
            left[delivery] = _UNSUBSCRIBED
        else:
            left[delivery] = _PAUSED if paused else _DROPPED
    return left


def _part(
    cursor: Any,
    part: Part,
    sending: set[int],
    good: dict[int, Reader],
    left: dict[int, Judgement],
    rows: list[tuple[Lease, Settled]],
    now: dt.datetime,
) -> Done:
    chunk = part.lease
    done = Done(chunk, sending=chunk.issue in sending)
    settled = list(part.settled)
    window = list(part.keep)
    if done.sending:
        done.authorised = [good[delivery] for delivery in part.ask if delivery in good]
        if len(done.authorised) == len(part.ask):
            window += part.ask
        else:
            window += [reader.delivery for reader in done.authorised]
            settled += [Settled([d], left[d], None, now) for d in part.ask if d in left]
        done.withdraw = [delivery for delivery in part.again if delivery in left]
    else:
        done.held = list(part.ask)
        done.withdraw = list(part.again)
    delta = dict.fromkeys(("sent", "deferred", "failed", "in_doubt", "skipped", "suppressed"), 0)
    for one in settled:
        delta[one.judgement.state] += len(one.deliveries)
        if chunk.takes != "waiting":
            delta[chunk.takes] -= len(one.deliveries)
    deferred = chunk.deferred + delta["deferred"]
    ending = ""
    params: list[Any] = []
    extra: list[tuple[Lease, Settled]] = []
    if not window and not part.rest and not done.held:
        ending, params, extra, expired = _close(cursor, chunk, deferred, settled, now)
        delta["deferred"] -= expired
        delta["failed"] += expired
        done.ended = True
    elif not window and (part.let_go is not None or not done.sending):
        ending = "state = 'waiting', owner_id = NULL, lease_until = NULL, due_at = %s, "
        params = [outcomes.as_time(now + dt.timedelta(seconds=part.let_go or 0.0))]
        done.ended = True
    if not done.ended:
        ending, params = (
            "lease_until = %s, ",
            [outcomes.as_time(now + dt.timedelta(seconds=timing.LEASE))],
        )
    done.deferred = chunk.deferred + delta["deferred"]
    changed = "".join(f"{name} = {name} + %s, " for name, n in delta.items() if n)
    base = chunk.base
    places = json.dumps([delivery - base for delivery in window])
    held = (chunk.id, chunk.owner, chunk.epoch, chunk.turn)
    cursor.execute(
        f"""UPDATE newsletter_chunk SET {ending}{changed}turn = turn + 1, "window" = %s
            WHERE id = %s AND owner_id = %s AND epoch = %s AND turn = %s AND state = 'leased'
            RETURNING id""",
        [*params, *filter(None, delta.values()), places, *held],
    )
    if cursor.fetchone() is None:
        return Done(chunk, fenced=True)
    rows += [(chunk, one) for one in settled] + extra
    return done


def _close(
    cursor: Any, chunk: Lease, deferred: int, settled: list[Settled], now: dt.datetime
) -> tuple[str, list[Any], list[tuple[Lease, Settled]], int]:
    """How a chunk ends whose round is over: (assignments, parameters, expired rows, how many)."""
    free = "owner_id = NULL, lease_until = NULL, "
    if deferred == 0:
        return f"state = 'done', {free}", [], [], 0
    wait = retry_in(chunk.tries)
    if wait is not None:
        return (
            f"state = 'waiting', round = round + 1, takes = 'deferred', tries = tries + 1,"
            f" due_at = %s, {free}",
            [outcomes.as_time(now + wait)],
            [],
            0,
        )
    # Past the lifetime: one more outcome says so, and the chunk is done.
    following = dataclasses.replace(chunk, round=chunk.round + 1, takes="deferred")
    pending = {delivery for delivery, _, _ in outcomes.members(cursor, following)}
    for one in settled:
        if one.judgement.state == "deferred":
            pending.update(one.deliveries)
    for one in settled:
        if one.judgement.state != "deferred":
            pending.difference_update(one.deliveries)
    rows = [(following, Settled(sorted(pending), GIVEN_UP, None, now))] if pending else []
    return f"state = 'done', round = round + 1, takes = 'deferred', {free}", [], rows, len(pending)


def _judge_canary(issue_id: int) -> None:
    """The last canary chunk ended its first round: go on, or pause and say why."""
    chunks = Chunk.objects.filter(issue_id=issue_id, kind=Chunk.Kind.CANARY)
    if chunks.filter(round=1).exclude(state=Chunk.State.DONE).exists():
        return
    bad = sum(a + b for a, b in chunks.values_list("failed", "in_doubt"))
    issue = Issue.objects.select_related("publication").get(pk=issue_id)
    if bad <= issue.publication.canary_max_failures:
        return
    with translation.override(issue.publication.language.lower()):
        reason = _(
            "%(bad)d of the first %(size)d readers could not be sent to. Nobody else was."
        ) % {"bad": bad, "size": issue.publication.canary_size}
    # Our own turn holds the lock of the turns shared: waiting for all of them would be waiting
    # for ourselves. Whatever another worker authorises meanwhile is of this same canary.
    if Issue.objects.filter(pk=issue_id, state="sending").update(
        state=Issue.State.PAUSED, state_reason=reason[:200]
    ):
        control.audit(issue, "worker", "pause", reason=reason)


def was_stored(chunk: Lease) -> bool | None:
    """After a commit that was answered by an error: stored, not stored, or None: we are fenced."""
    row = (
        Chunk.objects.filter(pk=chunk.id)
        .values_list("state", "owner_id", "epoch", "turn", "round")
        .first()
    )
    if row is None:
        return None
    state, owner, epoch, turn_number, _round = row
    if epoch != chunk.epoch:
        return None
    if turn_number == chunk.turn + 1:
        return True  # Also if it ended with this turn: then nobody owns it.
    if turn_number == chunk.turn and owner == chunk.owner and state == "leased":
        return False
    return None
