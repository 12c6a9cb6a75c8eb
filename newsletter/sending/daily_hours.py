"""Hours of the day in a time zone: whether they are now, and when that changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol, Self

from subscribers.times import resolve, zone_of

_DAY = dt.timedelta(days=1)


class HasHours(Protocol):
    """A publication, or a relay."""

    send_from: dt.time | None
    send_until: dt.time | None
    time_zone: str


def is_open(now: dt.datetime, zone: str, start: dt.time | None, end: dt.time | None) -> bool:
    """Whether `now` is within the hours; from 22:00 until 06:00 goes over midnight."""
    if start is None or end is None or start == end:
        return True
    local = now.astimezone(zone_of(zone)).time()
    if start < end:
        return start <= local < end
    return local >= start or local < end


@dataclass(frozen=True, slots=True)
class Hours:
    """From `start` until `end` by the clocks of a zone, every day; never equal."""

    start: dt.time
    end: dt.time
    zone: str

    @classmethod
    def of(cls, owner: HasHours) -> Self | None:
        """Its hours; None if it has none, and sends at any time."""
        start, end = owner.send_from, owner.send_until
        if start is None or end is None or start == end:
            return None
        return cls(start, end, owner.time_zone)

    def is_open(self, now: dt.datetime) -> bool:
        """Whether `now` is within them."""
        return is_open(now, self.zone, self.start, self.end)

    def changes_at(self, now: dt.datetime) -> dt.datetime:
        """When they begin or end next, in UTC."""
        return min(self._next(self.start, now), self._next(self.end, now))

    def opens_at(self, now: dt.datetime) -> dt.datetime | None:
        """When they begin, in UTC; None: they are now."""
        return None if self.is_open(now) else self._next(self.start, now)

    def length(self) -> dt.timedelta:
        """How long they are, on a day of 24 hours."""
        day = dt.date(2000, 1, 1)
        long = dt.datetime.combine(day, self.end) - dt.datetime.combine(day, self.start)
        return long if self.start < self.end else long + _DAY

    def _next(self, time: dt.time, now: dt.datetime) -> dt.datetime:
        zone = zone_of(self.zone)
        day = now.astimezone(zone).date()
        while True:
            # Where the clocks skip it, the first time that exists.
            found = resolve(dt.datetime.combine(day, time), zone, "next")
            if found > now:
                return found
            day += _DAY
