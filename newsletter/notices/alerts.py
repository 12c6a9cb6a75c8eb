"""What is wrong now: a row while it lasts; an event when it begins, once a day, and at its end.

What was told must be told to be over, and only when that is so: whoever reads "over" goes back to
bed. So the end is an event of the future, written in the moment in which it is well and spread
when it has stayed so for a while; until then the same fault is the same alert, told already.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from newsletter.models import Alert, OutboxEvent
from subscribers.models import Publication

from .types import ALERTS, ENDED

# While it lasts it is told again so often.
AGAIN = dt.timedelta(hours=24)
# Over is what stayed well for so long; what comes and goes, like a disk at its limit, and ended
# once within a day already, must stay well for longer.
SETTLED, SETTLED_AGAIN = dt.timedelta(minutes=10), dt.timedelta(hours=1)
# These end when a person acted, and are raised again by what came of that: news at once.
_NEWS = ("canary", "webhook")


def raise_alert(
    kind: str,
    key: str,
    detail: dict[str, Any] | None = None,
    *,
    publication: Publication | int | None = None,
) -> bool:
    """Note that something is wrong; True if it is told (again) now.

    `kind` is one of `types.ALERTS`, `key` what it is about within the kind (at most 100 characters
    are kept). `detail` is JSON-able and names no reader; `telling.of_alert` puts it into words, or
    shows its `text` as it is. While the
    same is open it is counted and told once a day; `clear_alert` ends it. If its end was not told
    yet it has not ended. In the caller's transaction, if there is one; nothing touches the network.
    Raises ValueError for another kind.
    """
    if kind not in ALERTS:
        raise ValueError(f"{kind!r} is not one of {sorted(ALERTS)}")
    now, about = timezone.now(), key[:100]
    number = publication.pk if isinstance(publication, Publication) else publication
    with transaction.atomic():
        _take_back_its_end(kind, about)
        alert, new = Alert.objects.get_or_create(
            kind=kind,
            about=about,
            cleared_at=None,
            defaults={
                "detail": detail or {},
                "publication_id": number,
                "first_at": now,
                "last_at": now,
                "told_at": now,
            },
        )
        tells = new
        if not new:
            mine = Alert.objects.filter(pk=alert.pk, cleared_at__isnull=True)
            mine.update(times=F("times") + 1, last_at=now, detail=detail or {})
            tells = bool(mine.filter(told_at__lte=now - AGAIN).update(told_at=now))
        if not tells:
            return False
        OutboxEvent.objects.create(
            type="alert",
            publication_id=alert.publication_id,
            at=now,
            source=f"alert:{alert.pk}:{now.isoformat()}",
            data={
                "kind": kind,
                "key": about,
                "since": alert.first_at.isoformat(),
                "detail": detail or {},
            },
        )
    return True


def _take_back_its_end(kind: str, about: str) -> None:
    """What was well for a moment has not ended: its alert is open again, and nobody was told."""
    last = Alert.objects.filter(kind=kind, about=about).order_by("-pk").first()
    if last is None or last.cleared_at is None:
        return
    waits = OutboxEvent.objects.filter(source=_end_of(last), spread_at__isnull=True)
    if waits.delete()[0] and kind not in _NEWS:
        Alert.objects.filter(pk=last.pk).update(cleared_at=None)


def clear_alert(kind: str, key: str, *, tells: bool = True) -> bool:
    """It is well again: the next time is news. False if there was no such alert.

    Who was told of it is told that it is over, once it has stayed well for a while. Without
    `tells` nobody is: it did not become well, it is too old to speak of.
    """
    now = timezone.now()
    alert = Alert.objects.filter(kind=kind, about=key[:100], cleared_at__isnull=True).first()
    if alert is None:
        return False
    with transaction.atomic():
        mine = Alert.objects.filter(pk=alert.pk, cleared_at__isnull=True)
        if not mine.update(cleared_at=now):
            return False
        if tells:
            OutboxEvent.objects.create(
                type=ENDED,
                publication_id=alert.publication_id,
                at=now + _settles_in(alert),
                source=_end_of(alert),
                data={
                    "kind": kind,
                    "key": alert.about,
                    "since": alert.first_at.isoformat(),
                    "until": now.isoformat(),
                    "detail": alert.detail,
                },
            )
    return True


def _settles_in(alert: Alert) -> dt.timedelta:
    same = Alert.objects.filter(kind=alert.kind, about=alert.about).exclude(pk=alert.pk)
    ended = same.filter(cleared_at__gte=alert.first_at - AGAIN)
    return SETTLED_AGAIN if ended.exists() else SETTLED


def _end_of(alert: Alert) -> str:
    return f"alert:{alert.pk}:ended"
