"""Who may be mailed at this moment: the consent check inside a turn.

The only place of the engine that reads readers. It runs in the turn's own transaction, so a
reader who left before it was begun is not mailed, and one who leaves later is asked about again
(`timing.STALE`). The rule itself is that of `newsletter.editions.audience`.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection

from newsletter import conf
from newsletter.editions import beside, on_the_wire
from newsletter.editions.on_the_wire import Wanted
from newsletter.message import Reader
from newsletter.models import Edition

from . import outcomes
from .policy import Judgement

NoneBecause = Edition.NoneBecause

# Why somebody who was to be mailed is not.
_UNSUBSCRIBED = Judgement("skipped", None, "", "unsubscribed")
_NOBODY = Judgement("skipped", None, "", "no such subscription")
_LEFT = {
    NoneBecause.SUPPRESSED.value: Judgement("suppressed", None, "", ""),
    NoneBecause.PAUSED.value: Judgement("skipped", None, "", "paused"),
    NoneBecause.RHYTHM.value: Judgement("skipped", None, "", "rhythm"),
    NoneBecause.NO_ITEM.value: Judgement("skipped", None, "", "categories dropped"),
}
_BROUGHT = Judgement("skipped", None, "", "another mail brought it")
# Their mail passed them by, but perhaps not for good: they changed to another rhythm.
PASSED_BY = (_LEFT[NoneBecause.RHYTHM.value], _BROUGHT)
# An edition that is not at hand asks nothing of its reader.
_ANYTHING = Wanted(-1, None)


class Allowed(NamedTuple):
    """The answer of `check`. Keys are delivery ids; each one asked about is in `good` or `left`."""

    # Ids of the issues that are sending, or sent and greet who joined since, and may: their mail
    # goes where their publication's is to go now.
    sending: set[int]
    # Whom to mail, with the address of this moment.
    good: dict[int, Reader]
    # Who may not be mailed any more, with the outcome that says why.
    left: dict[int, Judgement]


def check(
    cursor: Any,
    issues: set[int],
    asked: list[int],
    editions: Mapping[int, Wanted],
    now: dt.datetime,
    welcoming: set[int] | frozenset[int] = frozenset(),
) -> Allowed:
    """Which of `issues` are sending; of the deliveries `asked`, whom to mail and who has left.

    Those of `welcoming` may be sent as well: they bring the issue to who joined since.

    `editions` maps edition ids to what each asks of its reader: one who dropped all its categories
    since the freeze, or changed to another rhythm, gets nothing. Call it in the turn's transaction.
    Raises what the database raises.
    """
    in_postgres = outcomes.is_postgres()
    cursor.execute(
        (_WHO_POSTGRES if in_postgres else _WHO_SQLITE).format(
            issues=", ".join(map(str, sorted(issues))),
            sent=_SENT.format(issues=", ".join(map(str, sorted(welcoming)))) if welcoming else "",
        ),
        [conf.rehearsal_address(), outcomes.listed(asked), outcomes.as_time(now)],
    )
    if in_postgres:
        found = cursor.fetchall()
        sending = {row[1] for row in found if row[0] is None}
        rows = [row for row in found if row[0] is not None]
    else:
        sending_as_text, rows_as_text = cursor.fetchone()
        sending, rows = set(json.loads(sending_as_text)), json.loads(rows_as_text)
    good = {
        row[2]: _reader(row[:5])
        for row in rows
        if on_the_wire.suits(editions.get(row[5], _ANYTHING), row[6], row[7])
    }
    left: dict[int, Judgement] = {}
    if len(good) < len(asked):
        left = _why_not(cursor, [d for d in asked if d not in good], editions, now)
    if changed := [row[2] for row in rows if row[8] and row[2] in good]:
        for delivery in beside.brought(changed):
            del good[delivery]
            left[delivery] = _BROUGHT
    return Allowed(sending, good, left)


# Makes a `Reader` of a row's first columns without a call of Python's.
_reader: Callable[[Sequence[Any]], Reader] = functools.partial(tuple.__new__, Reader)
_READERS = """FROM newsletter_delivery d
            JOIN subscribers_subscription s ON s.id = d.subscription_id
            JOIN subscribers_subscriber r ON r.id = s.subscriber_id"""
_AMONG = {
    "postgresql": "= ANY(%s::bigint[])",
    "sqlite": "IN (SELECT value FROM json_each(%s))",
}
# One statement gives the issues that are sending and the readers who may be mailed, with no more
# columns than a mail needs. Why the others may not is a second statement, made only if there are
# any. On SQLite the answer is one row of JSON: Python's sqlite3 releases the interpreter for each
# row it steps over, and the connections' thread would take its turn at every one of them. On
# PostgreSQL making JSON takes twice as long as sending the rows.
_COLUMNS = (
    "r.address, s.id, d.id, d.issue_id, s.feed_serial, d.edition_id, s.choice, s.rhythm,"
    " {newest}(s.rhythm_since, s.since) > ({changed})"
)
# The later of two moments: when somebody took to this rhythm, and when they came (back) to us.
_NEWEST = {"postgresql": "greatest", "sqlite": "max"}
# From when on such a change may be later than what a freeze read: its transaction began earlier,
# and clocks differ.
_CHANGED = {
    "postgresql": "SELECT min(f.frozen_at) - interval '10 minutes' FROM newsletter_issue f"
    " WHERE f.id IN ({issues})",
    "sqlite": "SELECT datetime(min(f.frozen_at), '-10 minutes') FROM newsletter_issue f"
    " WHERE f.id IN ({issues})",
}
_COLUMNS_OF = {
    vendor: _COLUMNS.format(newest=_NEWEST[vendor], changed=changed)
    for vendor, changed in _CHANGED.items()
}
# While a rehearsal address is set, the site's or the publication's, nobody else is mailed: not a
# reader of an issue released before, nor the address of a rehearsal made for another. A rehearsal
# goes to its own address for good, so that none goes on to readers when the address is cleared.
_SENDING = """FROM newsletter_issue i JOIN subscribers_publication q ON q.id = i.publication_id
            WHERE ((i.state = 'sending' AND i.id IN ({issues})){sent})
              AND coalesce(nullif(CAST(%s AS text), ''), q.rehearsal_address)
                  IN ('', i.rehearsed_to)"""
_SENT = " OR (i.state = 'sent' AND i.id IN ({issues}))"
_WHO_SQLITE = f"""SELECT (SELECT json_group_array(i.id) {_SENDING}),
            (SELECT json_group_array(json_array({_COLUMNS_OF["sqlite"]}))
             {_READERS} {on_the_wire.UNSUPPRESSED}
             WHERE d.id {_AMONG["sqlite"]} AND {on_the_wire.ON_THE_WIRE})"""
_WHO_POSTGRES = f"""SELECT NULL, i.id, 0::bigint, 0, 0, 0, 0::bigint, NULL, false {_SENDING}
            UNION ALL SELECT {_COLUMNS_OF["postgresql"]}
            {_READERS} {on_the_wire.UNSUPPRESSED}
            WHERE d.id {_AMONG["postgresql"]} AND {on_the_wire.ON_THE_WIRE}"""


def _why_not(
    cursor: Any, missing: list[int], editions: Mapping[int, Wanted], now: dt.datetime
) -> dict[int, Judgement]:
    """Why these may not be mailed."""
    cursor.execute(
        f"""SELECT d.id, d.edition_id, {on_the_wire.WHY_NOT}
            {_READERS} WHERE d.id {_AMONG[connection.vendor]}""",
        [outcomes.as_time(now), outcomes.listed(missing)],
    )
    # A delivery the query does not return has lost its subscription, although nothing deletes one.
    left = dict.fromkeys(missing, _NOBODY)
    for delivery, edition, *columns in cursor.fetchall():
        answer = on_the_wire.decide_on_the_wire(
            editions.get(edition, _ANYTHING), on_the_wire.facts_on_the_wire(*columns)
        )
        left[delivery] = _LEFT.get(answer.none_because, _UNSUBSCRIBED)
    return left
