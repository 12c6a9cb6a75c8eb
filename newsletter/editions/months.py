"""A calendar month, as archives and feeds are divided. Pure."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month, as addresses write it (`2026-03`), in a publication's time zone."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Month | None:
        """The month `text` names, or None."""
        try:
            day = dt.datetime.strptime(text, "%Y-%m")
        except ValueError:
            return None
        found = cls(day.year, day.month)
        # Time zones and the next month need a day before and after.
        return found if str(found) == text and 1 < found.year < dt.MAXYEAR else None

    @classmethod
    def of(cls, moment: dt.datetime, zone: dt.tzinfo) -> Month:
        """The month in which `moment` lies there."""
        local = moment.astimezone(zone)
        return cls(local.year, local.month)

    def bounds(self, zone: dt.tzinfo) -> tuple[dt.datetime, dt.datetime]:
        """First moment of the month and of the next one."""
        start = dt.datetime(self.year, self.month, 1, tzinfo=zone)
        days = calendar.monthrange(self.year, self.month)[1]
        return start, (start.replace(tzinfo=None) + dt.timedelta(days)).replace(tzinfo=zone)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"
