"""Slots in time, kept in the database: exact for any number of processes, gone for nobody.

A Limit row says when its key is free again. Taking a slot is one conditional UPDATE whose row
count decides; a row whose time has passed is the same as no row, so old rows are simply deleted.
Keys never hold an address or a network in clear: `key_for` hashes them.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Case, F, Value, When
from django.utils import timezone

from .models import Limit

# Kinds of keys that belong to this module; the sending engine keeps its rates in the same table.
KINDS = (
    "confirm", "confirm30", "request", "network", "mailed", "proof", "ticket", "login", "welcome",
    "sweep", "rhythm", "notice", "token", "mail-in", "test", "invitation", "factor",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` at once, then one every `interval` seconds."""

    interval: float
    burst: int = 1


def key_for(kind: str, text: str) -> str:
    """A Limit key for something that must not be stored in clear (address, network, name)."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not one of {KINDS}")
    mac = hmac.digest(settings.SECRET_KEY.encode(), f"{kind}\0{text}".encode(), "sha256")
    return f"{kind}:{mac[:16].hex()}"


def take(key: str, rate: Rate, *, now: dt.datetime | None = None, slots: int = 1) -> bool:
    """Take so many slots, all or none; False when there are fewer now. Safe when many do it."""
    now = now or timezone.now()
    step = dt.timedelta(seconds=rate.interval)
    if not 1 <= slots <= rate.burst:
        return False
    row = {"interval": rate.interval, "burst": rate.burst, "free_at": now + slots * step}
    _, made = Limit.objects.get_or_create(key=key, defaults=row)
    if made:
        return True
    taken = Limit.objects.filter(key=key, free_at__lte=now + (rate.burst - slots) * step).update(
        free_at=Case(
            When(free_at__lt=now, then=Value(now + slots * step)),
            default=F("free_at") + slots * step,
        )
    )
    return taken == 1


def is_free(key: str, rate: Rate, *, now: dt.datetime | None = None) -> bool:
    """Whether `take` would succeed now; takes nothing."""
    now = now or timezone.now()
    last = now + dt.timedelta(seconds=(rate.burst - 1) * rate.interval)
    return not Limit.objects.filter(key=key, free_at__gt=last).exists()


def take_any(keys: Iterable[str], rate: Rate, *, now: dt.datetime | None = None) -> str | None:
    """Take the first free of several keys and return it, or None.

    N keys with one slot each per period are an exact "at most N in any such period"; one row
    with a burst of N would allow N and then more as slots come back one by one.
    """
    for key in keys:
        if take(key, rate, now=now):
            return key
    return None


def give_back(key: str) -> None:
    """Forget a key: the one slot of it was not needed, or its count starts again."""
    Limit.objects.filter(key=key).delete()


def sweep(*, now: dt.datetime | None = None, most: int = 1000) -> int:
    """Delete rows of ours that hold nobody back any more; returns how many."""
    now = now or timezone.now()
    old = list(
        Limit.objects.filter(free_at__lt=now)
        .exclude(key__startswith="relay:")
        .order_by("free_at")
        .values_list("key", flat=True)[:most]
    )
    mine = [key for key in old if key.partition(":")[0] in KINDS]
    if not mine:
        return 0
    # The time again: a row may have been taken since it was read.
    return Limit.objects.filter(key__in=mine, free_at__lt=now).delete()[0]
