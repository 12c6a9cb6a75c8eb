"""What happened to a publication's readers: counted, and forgotten after a while."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count

from . import limits
from .limits import Rate
from .models import Event, Publication

Kind = Event.Kind
# A quarter: the longest anything looks back is a monthly round-up, and a program that was
# switched off over the holidays still finds all it missed.
KEEP = dt.timedelta(days=90)
# Rows deleted by one statement, so that it holds its locks for milliseconds.
BATCH = 5_000
# One turn an hour with up to this many batches: 2.4 million rows a day, more than come in.
_BATCHES = 20
_TURN = Rate(interval=3600)

_JOINED = (Kind.CONFIRMED, Kind.ENTERED, Kind.RETURNED)


@dataclass(frozen=True, slots=True)
class Movement:
    """How many readers a publication won and lost in a span of time."""

    joined: int
    left: int


def movement(publication: Publication, since: dt.datetime) -> Movement:
    """Readers who became active and active readers who left, since a moment (UTC).

    Who left and came back counts in both. Two index ranges; no row is read.
    """
    counts = dict(
        Event.objects.filter(publication=publication, kind__in=(*_JOINED, Kind.LEFT), at__gte=since)
        .values_list("kind")
        .annotate(rows=Count("pk"))
    )
    return Movement(sum(counts.get(kind, 0) for kind in _JOINED), counts.get(Kind.LEFT, 0))


def sweep(now: dt.datetime) -> int:
    """Delete what is older than KEEP, in bounded batches; at most once an hour. Rows deleted."""
    if not limits.take("sweep:events", _TURN, now=now):
        return 0
    return forget(now - KEEP)


def forget(before: dt.datetime) -> int:
    """Delete up to 20 batches of the oldest events that happened before a moment.

    The oldest ids are looked at, not the times: ids and times rise together but for
    transactions that overlap, and those meet at the end of the next batch.
    """
    gone = 0
    for _turn in range(_BATCHES):
        oldest = Event.objects.order_by("pk").values_list("pk", "at")[:BATCH]
        old = [pk for pk, at in oldest if at < before]
        if not old:
            break
        gone += Event.objects.filter(pk__lte=old[-1], pk__gte=old[0], at__lt=before).delete()[0]
        if len(old) < BATCH:
            break
    return gone
