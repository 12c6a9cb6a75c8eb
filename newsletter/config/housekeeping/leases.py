"""Who does a regular task now, and when it is due: rows, so that all machines agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import F, Q
from django.utils import timezone

from newsletter.models import RegularTask

# Seconds beyond a task's limit: by then whoever was at it has ended.
_GRACE = 15.0
# After a failure it is tried again this soon, or when it is due anyway if that is sooner.
_AGAIN = 60.0


def due(names: Iterable[str], now: dt.datetime) -> set[str]:
    """Those of the tasks that are due and that nobody does; one query. Rows are made as needed."""
    wanted = list(names)
    rows = dict(RegularTask.objects.filter(name__in=wanted).values_list("name", "next_at"))
    for name in wanted:
        if name not in rows:
            RegularTask.objects.get_or_create(name=name, defaults={"next_at": now})
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    found = RegularTask.objects.filter(free, name__in=wanted, next_at__lte=now)
    return set(found.values_list("name", flat=True))


def take(name: str, owner: str, limit: float, *, even_early: bool = False) -> bool:
    """Take the lease of a task; False when somebody has it or it is not due."""
    now = timezone.now()
    RegularTask.objects.get_or_create(name=name, defaults={"next_at": now})
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    rows = RegularTask.objects.filter(free, name=name)
    if not even_early:
        rows = rows.filter(next_at__lte=now)
    until = now + dt.timedelta(seconds=limit + _GRACE)
    return rows.update(owner=owner, lease_until=until, started_at=now) == 1


def done(name: str, owner: str, every: float, seconds: float, error: str = "") -> bool:
    """Give a lease back, and say when the task is next due; False if it was lost meanwhile."""
    now = timezone.now()
    wait = min(every, _AGAIN) if error else max(1.0, every - seconds)
    rows = RegularTask.objects.filter(name=name, owner=owner)
    if error:
        rows.update(failures=F("failures") + 1, last_error=error[:300])
    else:
        rows.update(failures=0)
    return bool(
        rows.update(
            owner="",
            lease_until=None,
            finished_at=now,
            next_at=now + dt.timedelta(seconds=wait),
            seconds=seconds,
        )
    )
