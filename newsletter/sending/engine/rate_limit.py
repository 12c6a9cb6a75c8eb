"""Rate limits as rows that all workers share: slots in time, exact for any number of workers.

`relay:NAME` is the limit of a relay, `relay:NAME|DOMAIN` that of one recipient domain there (its
`burst` is how many of the domain's messages may be on the wire at once). `relay:NAME|warm` is the
rate of a sender that is warming up. Rows that end in `|slow` are made by us and doubled when a
server asks us to slow down, and shrink by 5 % a minute until they no longer matter. The row holds
the limit, not the environment, so workers cannot disagree.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from subscribers.models import Limit

SLOW = "|slow"
# The rate of a sender that is warming up (`sending.warm_up`).
WARM = "|warm"
OWN = (SLOW, WARM)
# A limit we set ourselves begins at two messages a second and ends at one in five minutes.
FIRST_INTERVAL = 0.5
LONGEST_INTERVAL = 300.0
RECOVERY = 1.05
# A row of our own that allows more than 50 a second holds nobody back any more.
NO_LONGER_SLOW = 0.02


class Rate(NamedTuple):
    """Seconds from one slot to the next, and how many may be on the wire at once."""

    interval: float
    burst: float


class Slots(NamedTuple):
    """`number` slots of `interval` seconds, the first in `wait` seconds from now."""

    wait: float
    interval: float
    number: int


def relay_key(relay: str) -> str:
    """The row of a relay's own rate."""
    return f"relay:{relay}"


def domain_key(relay: str, domain: str) -> str:
    """The row of one recipient domain on a relay."""
    return f"relay:{relay}|{domain}"[:115]


def domain_of(key: str) -> str:
    """The recipient domain that a row is about; empty: all of the relay."""
    for own in OWN:
        key = key.removesuffix(own)
    return key.partition("|")[2]


def rates() -> dict[str, Rate]:
    """Every rate in force."""
    return {
        key: Rate(interval, burst)
        for key, interval, burst in Limit.objects.filter(key__startswith="relay:").values_list(
            "key", "interval", "burst"
        )
    }


def reserve(key: str, count: int) -> Slots:
    """Take the next `count` slots of a row; they are ours whether used or not.

    Its own short transaction, and on PostgreSQL not a durable one: slots that a crash forgets
    were unused. The database's clock decides where several machines share it.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit = off")
                cursor.execute(
                    """UPDATE subscribers_limit SET free_at =
                           greatest(free_at, clock_timestamp())
                           + %s * "interval" * interval '1 second'
                       WHERE key = %s
                       RETURNING extract(epoch FROM free_at - clock_timestamp()), "interval" """,
                    [count, key],
                )
                row = cursor.fetchone()
            if row is None:
                return Slots(0.0, 0.0, count)
            end, interval = float(row[0]), float(row[1])
        else:
            limit = Limit.objects.filter(key=key).first()
            if limit is None:
                return Slots(0.0, 0.0, count)
            now = timezone.now()
            interval = limit.interval
            free_at = max(limit.free_at, now) + dt.timedelta(seconds=count * interval)
            Limit.objects.filter(key=key).update(free_at=free_at)
            end = (free_at - now).total_seconds()
    return Slots(max(0.0, end - count * interval), interval, count)


def slow_down(key: str) -> float:
    """Double the interval of `key`'s own slow row, or make it; the interval now in force.

    One message that is refused while ten are on the wire must not count ten times, so within
    a second the row is doubled once.
    """
    slow, now = key + SLOW, timezone.now()
    with transaction.atomic():
        row, made = Limit.objects.get_or_create(
            key=slow, defaults={"interval": FIRST_INTERVAL, "free_at": now}
        )
        if made:
            return FIRST_INTERVAL
        if _once(f"slowed:{key}"[:120], 1.0):
            interval = min(LONGEST_INTERVAL, row.interval * 2)
            Limit.objects.filter(key=slow).update(interval=interval)
            return interval
    return row.interval


def recover() -> None:
    """Once a minute, whoever comes first: every slow row a little faster."""
    if not _once("recover:pace", 60.0):
        return
    slow = Limit.objects.filter(key__startswith="relay:", key__endswith=SLOW)
    slow.update(interval=F("interval") / RECOVERY)
    slow.filter(interval__lt=NO_LONGER_SLOW).delete()


def _once(key: str, seconds: float) -> bool:
    """True for one caller of all workers in so many seconds."""
    now = timezone.now()
    later = now + dt.timedelta(seconds=seconds)
    with transaction.atomic():
        _, made = Limit.objects.get_or_create(
            key=key, defaults={"interval": seconds, "free_at": later}
        )
        return made or bool(Limit.objects.filter(key=key, free_at__lte=now).update(free_at=later))
