"""What is wrong now: a row while it lasts, an event when it begins and once a day after that."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from newsletter.models import Alert, OutboxEvent
from subscribers.models import Publication

from .types import ALERTS

# While it lasts it is told again so often.
AGAIN = dt.timedelta(hours=24)
# What comes and goes, like a disk at its limit, is told so often at most; if it stays, then.
QUIET = dt.timedelta(hours=1)
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
    same is open it is counted and told once a day; `clear_alert` ends it. If it was told in the
    last hour, it is told when that hour is over and it is still so. In the caller's
    transaction, if there is one; nothing touches the network. Raises ValueError for another kind.
    """
    if kind not in ALERTS:
        raise ValueError(f"{kind!r} is not one of {sorted(ALERTS)}")
    now, about = timezone.now(), key[:100]
    number = publication.pk if isinstance(publication, Publication) else publication
    with transaction.atomic():
        alert, new = Alert.objects.get_or_create(
            kind=kind,
            about=about,
            cleared_at=None,
            defaults={
                "detail": detail or {},
                "publication_id": number,
                "first_at": now,
                "last_at": now,
                "told_at": _told_lately(kind, about, now) or now,
            },
        )
        tells = new and alert.told_at == now
        if not new:
            mine = Alert.objects.filter(pk=alert.pk, cleared_at__isnull=True)
            mine.update(times=F("times") + 1, last_at=now, detail=detail or {})
            untold = Q(told_at__lt=F("first_at"), told_at__lte=now - QUIET)
            tells = bool(mine.filter(untold | Q(told_at__lte=now - AGAIN)).update(told_at=now))
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


def _told_lately(kind: str, about: str, now: dt.datetime) -> dt.datetime | None:
    """When the same was told, if that was in the last hour: earlier than the new alert began."""
    if kind in _NEWS:
        return None
    lately = now - QUIET
    before = Alert.objects.filter(
        kind=kind, about=about, cleared_at__gte=lately, told_at__gt=lately, told_at__lt=now
    )
    return before.order_by("-told_at").values_list("told_at", flat=True).first()


def clear_alert(kind: str, key: str) -> bool:
    """It is well again: the next time is news. False if there was no such alert."""
    found = Alert.objects.filter(kind=kind, about=key[:100], cleared_at__isnull=True)
    return bool(found.update(cleared_at=timezone.now()))
