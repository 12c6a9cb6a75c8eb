"""When a publication's slots are: days and times of day as moments. Pure."""

from __future__ import annotations

import datetime as dt
import enum
import zoneinfo
from collections.abc import Collection, Iterable
from typing import NamedTuple

from newsletter.models import Slot

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


def moment(day: dt.date, at: dt.time, zone: dt.tzinfo) -> dt.datetime:
    """A local time of a slot as a moment (UTC).

    One that exists twice, when the clocks go back, is the first of the two. One that does not
    exist, when they go forward, is the next that does: the moment at which they are moved.
    """
    local = dt.datetime.combine(day, at, tzinfo=zone)  # fold 0: the first of two.
    first = local.astimezone(dt.UTC)
    if first.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return first
    # Read by the offset of after, a time in the gap lies before the change; by that of before,
    # after it. Clocks are moved at a full second.
    early, late = int(local.replace(fold=1).timestamp()), int(first.timestamp())
    after = first.astimezone(zone).utcoffset()
    while late - early > 1:
        middle = (early + late) // 2
        if dt.datetime.fromtimestamp(middle, zone).utcoffset() == after:
            late = middle
        else:
            early = middle
    return dt.datetime.fromtimestamp(late, dt.UTC)


def occasions(
    slots: Iterable[Slot],
    days_off: Collection[dt.date],
    zone: zoneinfo.ZoneInfo,
    since: dt.datetime,
    until: dt.datetime,
) -> list[Occasion]:
    """Every occasion of one publication's slots with `since` <= at < `until`, in order of time.

    A slot counts from the moment it was made.
    """
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    found = [
        Occasion(at, slot, day)
        for day in days
        if day not in days_off
        for slot in slots
        if slot.weekdays >> day.weekday() & 1
        and since <= (at := moment(day, slot.at, zone)) < until
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
