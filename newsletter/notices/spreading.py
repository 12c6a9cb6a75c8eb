"""Each event into the queue of each channel, once; then the channels work off their queues."""

from __future__ import annotations

import datetime as dt
import logging
import time

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from newsletter.models import Alert, OutboxEvent

from . import channels, gathering
from .types import ENDED

log = logging.getLogger(__name__)

# Events of one sweep at most, and of one transaction.
_BATCH, _TOGETHER = 200, 20
# What was told can be looked up, and sent again, for so long.
KEEP = dt.timedelta(days=60)


def sweep() -> int:
    """Read what happened and tell it; how many events were told. Cheap when nothing is new.

    Bounded in time: a receiver that is slow goes on in a thread of its own.
    """
    now = timezone.now()
    gathering.gather(now)
    told = spread(now)
    for channel in channels.known():
        try:
            channel.work(timezone.now())
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # One channel in trouble is no reason for silence on the others.
            log.exception("the channel %s failed; it is tried again", channel.name)
    return told


def spread(now: dt.datetime) -> int:
    """Give every new event to each channel's queue, some in a transaction; how many there were."""
    told = 0
    rows = OutboxEvent.objects.filter(spread_at__isnull=True).select_related("publication")
    # The end of an alert stands there before its time, to be taken back if it is no end.
    rows = rows.exclude(type=ENDED, at__gt=now)
    # They were read table by table: told in the order in which they happened.
    new = sorted(rows.order_by("pk")[:_BATCH], key=lambda event: (event.at, event.pk))
    for first in range(0, len(new), _TOGETHER):
        with transaction.atomic():
            for event in new[first : first + _TOGETHER]:
                mine = OutboxEvent.objects.filter(pk=event.pk, spread_at__isnull=True)
                if mine.update(spread_at=now):
                    for channel in channels.known():
                        channel.spread(event)
                    told += 1
    return told


def forget(*, seconds: float = 10.0) -> int:
    """Delete what was told KEEP ago, with its notices and deliveries; rows deleted.

    Some in a statement and for at most so long; the rest is the next hour's.
    """
    now, end = timezone.now(), time.monotonic() + seconds
    gone, old = 0, [0]
    while old and time.monotonic() < end:
        oldest = OutboxEvent.objects.filter(spread_at__isnull=False).order_by("pk")
        first = oldest.values_list("pk", "at")[:_BATCH]
        old = [pk for pk, at in first if at < now - KEEP]
        gone += OutboxEvent.objects.filter(pk__in=old).delete()[0]
    cleared = Alert.objects.filter(cleared_at__lt=now - KEEP).values_list("pk", flat=True)[:_BATCH]
    return gone + Alert.objects.filter(pk__in=list(cleared)).delete()[0]
