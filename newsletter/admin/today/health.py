"""Health in a line: what is wrong now, out of the alerts that are open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max, Q

from newsletter.notices.telling import of_alert
from newsletter.notices.types import ALERTS
from subscribers import times
from subscribers.models import Publication

from ...models import Alert, Worker
from ...sending.standstill import SILENT_AFTER

_MOST = 5


@dataclass(frozen=True, slots=True)
class Health:
    """`wrong`: one sentence each; `worker`: when one was last seen, if none lives now."""

    wrong: Sequence[str]
    more: int
    worker_lives: bool
    worker_seen: str


def line(publications: Sequence[Publication], now: dt.datetime) -> Health:
    """Open alerts of the site and of these publications, and whether a worker lives."""
    rows = Alert.objects.filter(
        Q(publication__isnull=True) | Q(publication__in=publications), cleared_at__isnull=True
    ).order_by("first_at", "pk")
    found = [
        f"{ALERTS.get(one.kind, one.kind)}. {of_alert(one.kind, one.about, one.detail)}"
        for one in rows[: _MOST + 1]
    ]
    seen = Worker.objects.aggregate(last=Max("seen"))["last"]
    return Health(
        wrong=found[:_MOST],
        more=max(0, len(found) - _MOST),
        worker_lives=seen is not None and seen > now - SILENT_AFTER,
        worker_seen=times.say(seen, publications[0] if publications else None) if seen else "",
    )
