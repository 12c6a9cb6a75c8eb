"""The verbs for rows of a CSV file: the same entries, by statements for ten thousand rows.

Plain SQL, because for a million rows the model layer alone would take three minutes.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import uuid
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from django.db import connection, transaction

from .. import trigrams
from ..models import CHOICE_LIMIT, ConsentEvent, Event, Publication, Subscription
from ..readership import triggers
from .entries import write
from .leaving import leave

Kind = ConsentEvent.Kind
State = Subscription.State
# As plain words: comparing with the members of an enumeration costs more than all else of a row.
_ACTIVE, _PENDING = str(State.ACTIVE), str(State.PENDING)
_UNSUBSCRIBED = str(State.UNSUBSCRIBED)
_STATES, _RHYTHMS = frozenset(State.values), frozenset(Subscription.Rhythm.values)
_FEW = 200  # rows; fewer are not worth changing the schema
# Rows in one statement of SQLite: half the time of one statement a row, and more gain no more.
_AT_ONCE = 50
_MOST_REMEMBERED = 50_000  # Domains, and times that a file gives.
_Value = str | int | uuid.UUID | dt.datetime | None


class Row(NamedTuple):
    """A reader to be stored. `key` is `addresses.key_of` in hexadecimal, `subscriber` the id of a
    person who is here already, times are UTC, `detail` is what the ledger says, as JSON. `held`:
    waits and is mailed nothing."""

    key: str
    subscriber: int | None
    address: str
    name: str
    state: str
    choice: int
    rhythm: str
    language: str
    joined_at: dt.datetime | None
    confirmed_at: dt.datetime | None
    detail: str
    held: bool = False


# The same as a bare tuple.
RowLike = tuple[
    str, int | None, str, str, str, int, str, str, dt.datetime | None, dt.datetime | None, str, bool
]


class Writer:
    """Stores what one import decided; the caller holds a transaction around every batch."""

    def __init__(self, publication: Publication, job: int) -> None:
        """`job` is the ImportJob's id."""
        self._publication = publication
        self._form = f"csv:{job}"
        self._domains: dict[str, int] = {}
        self._moments: dict[dt.datetime, _Value] = {}
        # SQLite has neither type; asked once, since asking the connection is not free.
        sqlite = connection.vendor == "sqlite"
        self._moment: Callable[[dt.datetime], _Value] = _text_of if sqlite else _itself
        self._key: Callable[[str], _Value] = str if sqlite else uuid.UUID

    def insert(self, rows: Sequence[RowLike], now: dt.datetime) -> None:
        """Store new subscriptions with their ledger entries and events, each at its state.

        Nobody in `rows` has a subscription in this publication. Unsubscribed rows have no event:
        nobody left who was not here.

        Raises ValueError for a row that the database's CHECKs would refuse: the caller may have
        switched them off for the time of an import.
        """
        if not rows:
            return
        moment = self._moment(now)
        new = free_subscriber_ids([row[1] for row in rows].count(None))
        ids = iter(new)
        place, form, key_of = self._publication.pk, self._form, self._key
        kind = Kind.IMPORTED.value
        people: list[tuple[_Value, ...]] = []
        ties: list[tuple[_Value, ...]] = []
        entries: list[tuple[_Value, ...]] = []
        domains, domain_of, past = self._domains, self._domain, self._past
        for row in rows:
            (
                key, pk, address, name, state, choice, rhythm, language, joined, confirmed, detail,
                held,
            ) = row  # fmt: skip
            if state not in _STATES or rhythm not in _RHYTHMS or not 0 <= choice < CHOICE_LIMIT:
                raise ValueError(f"no subscription: {state}, {rhythm}, {choice}")
            if pk is None:
                pk = next(ids)
                people.append((pk, key_of(key), address, name, moment))
            began = moment if joined is None else past(joined, now, moment)
            yes: _Value = None
            if state == _ACTIVE:
                yes = moment if confirmed is None else past(confirmed, now, moment)
            elif state == _UNSUBSCRIBED and confirmed is not None:
                yes = past(confirmed, now, None)
            # Reminded though never asked: nothing is mailed to them by itself, until the file
            # comes again with a proof or the wish to ask them.
            waits = moment if held and state == _PENDING else None
            domain = domains.get(address[address.rindex("@") + 1 :]) or domain_of(address)
            tie = (pk, place, choice, state, rhythm, language, domain, began, moment, moment)
            ties.append((*tie, yes, waits))
            entries.append((pk, place, moment, kind, form, detail))
        with connection.cursor() as cursor:
            with _many(people, lambda: trigrams.in_bulk(trigrams.READERS)):
                _put(cursor, _SUBSCRIBER, people)
            cursor.execute("SELECT COALESCE(MAX(id), 0) FROM subscribers_subscription")
            (last,) = cursor.fetchone()
            with _many(ties, triggers.joining_in_bulk):
                _put(cursor, _SUBSCRIPTION, ties)
            _put(cursor, _CONSENT, entries)
            # Ours are the rows after the last id that was here with our own moment: another
            # connection's have another one, or cannot be seen yet.
            cursor.execute(_INSERT_EVENTS, [f'{{"form": "{self._form}"}}', last, place, moment])

    def _past(self, at: dt.datetime | None, now: dt.datetime, moment: _Value) -> _Value:
        """A time the file gives, if it is one that can be; `moment` otherwise."""
        if at is None or at >= now:
            return moment
        stored = self._moments.get(at)
        if stored is None:
            stored = self._moment(at)
            if len(self._moments) < _MOST_REMEMBERED:
                self._moments[at] = stored
        return stored

    def leave(self, pk: int, line: int, now: dt.datetime) -> bool:
        """A later row of the same file says that they had left: undo what this job did for them.

        False if the reader's latest entry is not of this job: what they said since then stands.
        """
        tie = Subscription.objects.filter(pk=pk).exclude(state=State.UNSUBSCRIBED).first()
        if tie is None:
            return False
        latest = ConsentEvent.objects.filter(
            subscriber_id=tie.subscriber_id, publication_id=tie.publication_id
        ).order_by("-id")
        if latest.values_list("form", flat=True).first() != self._form:
            return False
        return leave([tie], form=self._form, detail={"line": line}, at=now) == 1

    def release(self, pk: int, *, proof: str, now: dt.datetime) -> bool:
        """A held reader (imported before, neither confirmed nor asked) goes on: active with a
        proof of consent, without one they are asked. False if they are not held any more."""
        active = bool(proof)
        with transaction.atomic():
            held = Subscription.objects.filter(
                pk=pk, state=State.PENDING, asked_at__isnull=True, reminded_at__isnull=False
            )
            times: dict[str, Any] = {"since": now, "reminded_at": None}
            if active:
                times["confirmed_at"] = now
            if not held.update(state=State.ACTIVE if active else State.PENDING, **times):
                return False
            write(
                Subscription.objects.get(pk=pk),
                Kind.IMPORTED,
                Event.Kind.ENTERED if active else Event.Kind.REQUESTED,
                form=self._form,
                detail={"proof": proof} if active else {"asked": True},
                at=now,
            )
        return True

    def _domain(self, address: str) -> int:
        """`addresses.domain_number`, remembered: a million readers have some thousand domains."""
        domain = address[address.rindex("@") + 1 :]
        number = self._domains.get(domain)
        if number is None:
            number = int.from_bytes(hashlib.sha256(domain.encode()).digest()[:4], "big") >> 1
            if len(self._domains) < _MOST_REMEMBERED:
                self._domains[domain] = number
        return number


def free_subscriber_ids(count: int) -> Sequence[int]:
    """Ids for so many new persons, so that nobody has to look up what they got.

    SQLite: the caller's transaction holds the only write lock. PostgreSQL: out of the sequence.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT seq FROM sqlite_sequence WHERE name = %s", ["subscribers_subscriber"]
            )
            row = cursor.fetchone()
            last = int(row[0]) if row else 0
            return range(last + 1, last + 1 + count)
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('subscribers_subscriber', 'id'))"
            " FROM generate_series(1, %s)",
            [count],
        )
        return [int(row[0]) for row in cursor.fetchall()]


def _many(
    rows: Sequence[object], bulk: Callable[[], contextlib.AbstractContextManager[object]]
) -> contextlib.AbstractContextManager[object]:
    """`bulk` for many rows; for some few it costs more than it saves."""
    return bulk() if len(rows) > _FEW else contextlib.nullcontext()


# Table, the columns of a row, and what is the same in every row.
_Target = tuple[str, str, dict[str, _Value]]
_SUBSCRIBER: _Target = (
    "subscribers_subscriber", "id, key, address, name, created_at", {"new_address": ""}
)  # fmt: skip
_SUBSCRIPTION: _Target = (
    "subscribers_subscription",
    "subscriber_id, publication_id, choice, state, rhythm, language, domain, created_at, since,"
    " rhythm_since, confirmed_at, reminded_at",
    {"feed_serial": 0, "first_in_line": False},
)
_CONSENT: _Target = (
    "subscribers_consentevent", "subscriber_id, publication_id, at, kind, form, detail",
    {"network": ""},
)  # fmt: skip


def _put(cursor: Any, target: _Target, rows: Sequence[tuple[_Value, ...]]) -> None:
    """Insert rows. PostgreSQL takes them by COPY: one statement a row is most of its time."""
    table, columns, same = target
    fixed = tuple(same.values())
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY {table} ({', '.join([columns, *same])}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row + fixed)
        return
    whole = len(rows) - len(rows) % _AT_ONCE
    several = (
        tuple(chain.from_iterable(rows[start : start + _AT_ONCE]))
        for start in range(0, whole, _AT_ONCE)
    )
    cursor.executemany(_insert(target, _AT_ONCE), several)
    cursor.executemany(_insert(target, 1), rows[whole:])


def _insert(target: _Target, rows: int) -> str:
    """SQLite's statement for so many rows. OR FAIL, since a statement of several rows that could
    be undone alone copies every page it changes; ours end with their transaction."""
    table, columns, same = target
    one = ", ".join([*["%s"] * (columns.count(",") + 1), *map(_literal, same.values())])
    named = ", ".join([columns, *same])
    return f"INSERT OR FAIL INTO {table} ({named}) VALUES {', '.join([f'({one})'] * rows)}"


def _literal(value: _Value) -> str:
    return f"'{value}'" if isinstance(value, str) else str(int(value))  # type: ignore[arg-type]


# The sign before a column keeps SQLite from reading all of the publication by its index instead of
# the last few rows by their ids.
_INSERT_EVENTS = """
    INSERT INTO subscribers_event (publication_id, subscription_id, kind, at, detail)
    SELECT publication_id, id, CASE state WHEN 'active' THEN 'entered' ELSE 'requested' END,
        since, %s
    FROM subscribers_subscription
    WHERE id > %s AND +publication_id = %s AND since = %s AND state <> 'unsubscribed'
    ORDER BY id"""


def _itself(at: dt.datetime) -> _Value:
    return at


def _text_of(at: dt.datetime) -> _Value:
    """As Django stores a moment on SQLite, which has no type for it: a whole second without
    its zeroes, or the two would not compare as equal. `at` is in UTC."""
    return at.isoformat(" ")[:-6]
