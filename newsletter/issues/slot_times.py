"""When a publication's slots are: days and times of day as moments. Pure."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection, Iterable
from typing import NamedTuple

from newsletter.models import Slot
from subscribers import times

_MINUTE = dt.timedelta(minutes=1)


class Occasion(NamedTuple):
    """A slot on one day. `day` is the publication's, `at` the moment (UTC)."""

    at: dt.datetime
    slot: Slot
    day: dt.date


class Step(enum.Enum):
    """What is to be done about an occasion at one moment."""

    WAIT = "wait"
    WARN = "warn"
    TAKE = "take"
    EMPTY = "empty"
    MISSED = "missed"


def occasions(
    slots: Iterable[Slot],
    days_off: Collection[dt.date],
    zone: dt.tzinfo,
    since: dt.datetime,
    until: dt.datetime,
) -> list[Occasion]:
    """Every occasion of one publication's slots with `since` <= at < `until`, in order of time.

    A slot counts from the moment it was made.
    """
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    # Of the day before, too: where the clocks skip its end, its last slots are this day's first
    # moment (Nuuk).
    days = [first + dt.timedelta(days=n) for n in range(-1, (last - first).days + 1)]
    found = [
        Occasion(at, slot, day)
        for day in days
        if day not in days_off
        for slot in slots
        if slot.weekdays >> day.weekday() & 1
        and since <= (at := times.resolve(dt.datetime.combine(day, slot.at), zone, "next")) < until
        and at >= slot.created_at
    ]
    return sorted(found, key=lambda one: (one.at, one.slot.edition, one.slot.pk))


def step(
    now: dt.datetime,
    at: dt.datetime,
    *,
    ready: bool,
    warned: bool,
    undo: dt.timedelta,
    notice: dt.timedelta,
    late: dt.timedelta,
) -> Step:
    """What an open occasion asks for now.

    It is taken so early (`undo`) that the release can still be taken back before it goes. `notice`
    before it the editors are told that nothing is ready; `late` after it nothing goes by itself.
    """
    if now > at + max(late, _MINUTE):
        return Step.MISSED
    if ready and now >= at - undo:
        return Step.TAKE
    if now >= at:
        return Step.EMPTY
    if not ready and not warned and notice and now >= at - notice:
        return Step.WARN
    return Step.WAIT
