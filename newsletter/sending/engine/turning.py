"""The turn: authorise, record and close, in one transaction (README.md, "Turn" and "Close").

Called in the worker's one database thread. What is stored is decided in `decisions`. Raw SQL,
because every message pays for it: a turn is one UPDATE for each chunk and one INSERT for all
outcomes that are alike.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from newsletter.editions.on_the_wire import Wanted
from newsletter.models import Chunk, Issue
from newsletter.notices import raise_alert
from subscribers.subscriptions import RHYTHM_LOCK

from .. import control, counts, rest
from . import consent, decisions, outcomes, prepared_statements, timing
from .decisions import Decision, Part, Row
from .outcomes import Lease, Settled
from .policy import retry_in


class Done(NamedTuple):
    """What a turn stored for one chunk; None: somebody else holds it, and nothing was stored."""

    lease: Lease
    stored: Decision | None


def turn_once(parts: Sequence[Part], editions: Mapping[int, Wanted]) -> list[Done]:
    """`turn`, exactly once: a commit that is answered by an error is looked up, not repeated.

    Raises OperationalError when it is known that nothing was stored, IntegrityError when a
    constraint refused it.
    """
    done: list[Done] = []
    try:
        # Filled before the commit is tried, so that it is there if only the answer is lost.
        turn(parts, editions, done)
    except (OperationalError, InterfaceError) as error:
        if not done or connection.in_atomic_block:
            raise  # It never came to the commit.
        stored = _ask_until_known(parts)
        if all(answer is not True for answer in stored):
            raise OperationalError(f"not stored: {error}") from error
        # One transaction: what is not stored beside something stored was fenced since.
        return [
            one if answer is True else Done(one.lease, None)
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


def was_stored(chunk: Lease) -> bool | None:
    """After a commit that was answered by an error: stored, not stored, or None: we are fenced."""
    row = (
        Chunk.objects.filter(pk=chunk.id).values_list("state", "owner_id", "epoch", "turn").first()
    )
    return decisions.was_stored(chunk, row)


def turn(parts: Sequence[Part], editions: Mapping[int, Wanted], done: list[Done]) -> None:
    """The group commit. `editions` maps edition ids to what each asks of its reader.

    `done` is filled before the commit is tried.
    """
    now = timezone.now()
    results: list[Done] = []
    with transaction.atomic():
        with _pipelined(), prepared_statements.cursor() as cursor:
            issues = {part.lease.issue for part in parts}
            _begin(cursor, issues)
            asked = [delivery for part in parts for delivery in (*part.ask, *part.again)]
            # No chunk of another kind is ours when its issue is sent, so this lets no other go.
            welcoming = {p.lease.issue for p in parts if p.lease.kind == Chunk.Kind.WELCOME}
            allowed = consent.check(cursor, issues, asked, editions, now, welcoming)
            rows: list[tuple[Lease, Settled]] = []
            for part in parts:
                lease = part.lease
                decision = decisions.turn(part, allowed, retry_in(lease.tries), now)
                if decision.gives_up:
                    later = decisions.following(lease)
                    earlier = [delivery for delivery, _, _ in outcomes.members(cursor, later)]
                    decision = decisions.give_up(decision, earlier, now)
                if not _write(cursor, lease, decision.row):
                    results.append(Done(lease, None))
                    continue
                rows += [(lease, one) for one in decision.settled]
                if decision.given_up is not None:
                    rows.append((decisions.following(lease), decision.given_up))
                results.append(Done(lease, decision))
            outcomes.insert(cursor, rows)
        outcomes.bounces(rows)
        rest.owe([one for _, s in rows if s.judgement in consent.PASSED_BY for one in s.deliveries])
        for lease, stored in results:
            first_canary = lease.kind == Chunk.Kind.CANARY and lease.round == 1
            if first_canary and stored is not None and stored.ended:
                _judge_canary(lease.issue)
            if lease.kind == Chunk.Kind.WELCOME and stored is not None and stored.settled:
                # Its issue may be sent, and the sums on its row be those that lists show.
                counts.store(lease.issue)
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

    Nor can a reader change to another rhythm: else one turn might read the old one and another the
    new, and hand them an issue and a round-up of it, neither seeing the other's window.

    One statement for all of it: a turn is round trips to the database more than anything else.
    """
    if outcomes.is_postgres():
        locks = "".join(
            f", pg_advisory_xact_lock_shared({control.ADVISORY}, {issue})"
            for issue in sorted(issues)
        )
        locks += f", pg_advisory_xact_lock_shared({RHYTHM_LOCK[0]}, {RHYTHM_LOCK[1]})"
        # The joins of the turn stand in the order they are to be done in.
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', true),"
            f" set_config('join_collapse_limit', '1', true){locks}"
        )


def _write(cursor: Any, lease: Lease, row: Row) -> bool:
    """Write what was decided, if the chunk is still ours; False: it is not, nothing was written.

    Only what changes is named: SQLite writes an index anew for a column that is set to what it
    was.
    """
    values: list[Any]
    if row.lease_until is not None:
        ending, values = "lease_until = %s", [outcomes.as_time(row.lease_until)]
    else:
        ending = (
            "owner_id = NULL, lease_until = NULL, state = %s, round = %s, takes = %s, tries = %s"
        )
        values = [row.state, row.round, row.takes, row.tries]
        if row.due_at is not None:
            ending += ", due_at = %s"
            values.append(outcomes.as_time(row.due_at))
    changed = "".join(f", {name} = {name} + %s" for name, n in row.counts.items() if n)
    base = lease.base
    places = json.dumps([delivery - base for delivery in row.window])
    held = (lease.id, lease.owner, lease.epoch, lease.turn)
    cursor.execute(
        f"""UPDATE newsletter_chunk SET {ending}{changed}, turn = turn + 1, "window" = %s
            WHERE id = %s AND owner_id = %s AND epoch = %s AND turn = %s AND state = 'leased'
            RETURNING id""",
        [*values, *filter(None, row.counts.values()), places, *held],
    )
    return cursor.fetchone() is not None


def _judge_canary(issue_id: int) -> None:
    """The last canary chunk ended its first round: go on, or pause and say why."""
    issue = Issue.objects.select_related("publication").get(pk=issue_id)
    chunks = Chunk.objects.filter(issue_id=issue_id, kind=Chunk.Kind.CANARY)
    bad = decisions.canary_failures(
        chunks.values_list("round", "state", "failed", "in_doubt"),
        issue.publication.canary_max_failures,
    )
    if bad is None:
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
        raise_alert("canary", f"issue:{issue_id}", {"text": reason}, publication=issue.publication)
