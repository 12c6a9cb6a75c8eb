"""A chunk in somebody's hands, and what became of its deliveries: what all transactions share.

Raw SQL, since this is where each message pays: all outcomes of a turn that are alike are one
statement, however many they are.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection

from newsletter.models import PLACES, Bounce, Outcome
from newsletter.smtp import State, Verdict

from ..weighing import MAY_END
from .policy import GIVEN_UP, Judgement, judge


@dataclass(slots=True)
class Lease:
    """A chunk we hold, as the database last confirmed it."""

    id: int
    issue: int
    kind: str
    lane: int
    first: int
    last: int
    round: int
    takes: str
    tries: int
    epoch: int
    turn: int
    deferred: int
    owner: int
    # The text that is mailed under it.
    revision: int | None = None
    # Deliveries this round is about, their editions and their domains' numbers.
    members: list[tuple[int, int, int]] = field(default_factory=list)

    base: int = 0  # Delivery id = base + place.

    def __post_init__(self) -> None:
        self.base = self.issue * PLACES


class Settled(NamedTuple):
    """The same outcome of some deliveries of one chunk, to store."""

    deliveries: list[int]
    judgement: Judgement
    relay: int | None
    at: dt.datetime


@functools.cache
def is_postgres() -> bool:
    """Whether the database is PostgreSQL; if not it is SQLite."""
    return bool(connection.vendor == "postgresql")


@functools.lru_cache(maxsize=32)
def as_time(at: dt.datetime) -> Any:
    """A moment as a value of a raw statement."""
    return connection.ops.adapt_datetimefield_value(at)


def durable() -> None:
    """Make this transaction's commit survive power loss, whatever the server's default is."""
    if is_postgres():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = on")


def listed(numbers: list[int]) -> str:
    """Ids as one value of a statement."""
    text = json.dumps(numbers)
    return "{" + text[1:-1] + "}" if is_postgres() else text


def members(cursor: Any, chunk: Lease) -> list[tuple[int, int, int]]:
    """(delivery, edition, domain) of all this round is about who have no outcome in it."""
    between = [chunk.first, chunk.last] * 2
    # A join would let PostgreSQL read all subscriptions of a small site for the few of a chunk
    # (20,000: 6 ms of its time a lease).
    domain = "(SELECT s.domain FROM subscribers_subscription s WHERE s.id = d.subscription_id)"
    if chunk.takes == "waiting":
        cursor.execute(
            f"""SELECT d.id, d.edition_id, {domain} FROM newsletter_delivery d
               WHERE d.id BETWEEN %s AND %s AND NOT EXISTS (
                   SELECT 1 FROM newsletter_outcome o
                   WHERE o.delivery_id BETWEEN %s AND %s AND o.delivery_id = d.id)
               ORDER BY d.id""",
            between,
        )
    else:
        # The state stands literally: SQLite uses a partial index for nothing else.
        state = {"deferred": "deferred", "failed": "failed", "in_doubt": "in_doubt"}[chunk.takes]
        cursor.execute(
            f"""SELECT d.id, d.edition_id, {domain} FROM newsletter_outcome o
               JOIN newsletter_delivery d ON d.id = o.delivery_id
               WHERE o.delivery_id BETWEEN %s AND %s AND o.state = '{state}'
                 AND o.resolved_at IS NULL AND NOT EXISTS (
                   SELECT 1 FROM newsletter_outcome n
                   WHERE n.delivery_id BETWEEN %s AND %s
                     AND n.delivery_id = o.delivery_id AND n.round > o.round)
               ORDER BY d.id""",
            between,
        )
    return list(cursor.fetchall())


def insert(cursor: Any, rows: list[tuple[Lease, Settled]]) -> None:
    """Insert outcomes; a duplicate (delivery, round) refuses the whole turn: a second fence.

    One statement for all that are alike, and most are: half the cost of a row each, and one
    hand-over to the connections' thread instead of one a row.
    """
    alike: dict[tuple[Any, ...], list[int]] = {}
    for chunk, one in rows:
        judgement = one.judgement
        about = (
            chunk.round, one.at, one.relay, chunk.revision,
            judgement.code, judgement.state, judgement.status, judgement.detail,
        )  # fmt: skip
        same = alike.get(about)
        alike[about] = one.deliveries if same is None else same + one.deliveries
    if is_postgres():
        each, source = "unnest(%s::bigint[])", ""
        typed = "%s::smallint, %s::timestamptz, %s::smallint, %s::integer, %s::smallint"
    else:
        each, source, typed = "value", " FROM json_each(%s)", "%s, %s, %s, %s, %s"
    for (round_, at, relay, *rest), deliveries in alike.items():
        ids, values = listed(deliveries), [round_, as_time(at), relay, *rest]
        cursor.execute(
            f"""INSERT INTO newsletter_outcome (delivery_id, round, at, relay_id, revision_id,
                    code, state, status, detail, resolved_by, evidence)
                SELECT {each}, {typed}, %s, %s, %s, '', ''{source}""",
            [*values, ids] if source else [ids, *values],
        )


def bounces(rows: list[tuple[Lease, Settled]]) -> None:
    """Store the refusals that may come to the end of an address, with the outcome itself.

    They wait until the issue is settled (`sending.settling`): nothing here suppresses. A rehearsal
    refuses nobody: its one address is no reader's.
    """
    refused = {
        delivery: (chunk, one.at, one.judgement)
        for chunk, one in rows
        if one.judgement.state == "failed"
        and (one.judgement.blame in MAY_END or one.judgement is GIVEN_UP)
        for delivery in one.deliveries
    }
    if not refused:
        return
    given_up = sorted(d for d, (_, _, judgement) in refused.items() if judgement is GIVEN_UP)
    last = _last_deferrals(given_up)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT d.id, s.subscriber_id FROM newsletter_delivery d"
            " JOIN subscribers_subscription s ON s.id = d.subscription_id"
            " JOIN newsletter_issue i ON i.id = d.issue_id AND i.rehearses_id IS NULL"
            f" WHERE d.id IN ({', '.join(map(str, sorted(refused)))})"
        )
        who = {int(delivery): int(subscriber) for delivery, subscriber in cursor.fetchall()}
    found = []
    for delivery, (chunk, at, judgement) in sorted(refused.items()):
        if delivery not in who:
            continue
        if judgement is GIVEN_UP:
            judgement = last.get(delivery, judgement)
            if judgement.blame not in MAY_END:
                continue
        hard = judgement.ends_address
        found.append(
            Bounce(
                at=at,
                subscriber_id=who[delivery],
                delivery_id=delivery,
                kind=Bounce.Kind.HARD if hard else Bounce.Kind.SOFT,
                via="smtp",
                status=judgement.status,
                reason=judgement.detail,
                blame=judgement.blame,
                permanent=judgement.permanent,
                reason_code=judgement.reason,
                decision=Bounce.Decision.WAITING,
                seen=hashlib.sha256(f"smtp:{delivery}:{chunk.round}".encode()).hexdigest(),
            )
        )
    Bounce.objects.bulk_create(found, ignore_conflicts=True)


def _last_deferrals(deliveries: list[int]) -> dict[int, Judgement]:
    """What the last deferral of each said: who is given up on is refused for that reason."""
    rows = Outcome.objects.filter(delivery__in=deliveries, state=Outcome.State.DEFERRED).order_by(
        "delivery", "round"
    )
    return {
        delivery: judge(Verdict(State.DEFERRED, code, status, detail, ""))
        for delivery, code, status, detail in rows.values_list(
            "delivery_id", "code", "status", "detail"
        )
    }
