"""One dated entry of a log, and the dates they are written with."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?"
    r"(?:\s?(Z|UTC|GMT|[+-]\d\d:?\d\d))?",
    re.I,
)
# RFC 3164, which has no year, and what some daemons put one into.
_SYSLOG = re.compile(
    r"(?:(\d{4}) )?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (?:(\d{4}) )?(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?"
)
# TAI64N, as multilog and s6-log write: seconds since 1970 by atomic time, plus 2 ** 62.
_TAI = re.compile(r"@([0-9a-f]{16})([0-9a-f]{8})\b")
# What nearly every machine adds, whose clock counts no leap seconds (libtai, tai_now).
_TAI_AHEAD = 2**62 + 10


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment as a log writes it. `year` 0: not said; `offset` None: no time zone is said."""

    year: int
    month: int
    day: int
    seconds: float  # Of the day.
    offset: dt.timedelta | None

    def moment(self, near: dt.datetime) -> dt.datetime | None:
        """As UTC, a stamp without zone read as if it were UTC; the year that is nearest."""
        years = [self.year] if self.year else [near.year + n for n in (-1, 0, 1)]
        found = []
        for year in years:
            try:
                day = dt.datetime(year, self.month, self.day, tzinfo=dt.UTC)
            except ValueError:
                continue  # 29 February, of another year; or no date.
            found.append(day + dt.timedelta(seconds=self.seconds) - (self.offset or dt.timedelta()))
        return min(found, key=lambda one: abs(one - near), default=None)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one line says. `accepted`: the relay took the mail over.

    `sender` is the envelope sender, `message_id` the header's; "" where the line tells neither.
    """

    stamp: Stamp | None
    accepted: bool = False
    sender: str = ""
    message_id: str = ""
    what: str = ""


def stamp_of(text: str) -> Stamp | None:
    """The first date of this text: ISO 8601, RFC 3339, syslog with or without a year, TAI64N."""
    tai = _TAI.match(text)
    if tai is not None and 0 < (since := int(tai[1], 16) - _TAI_AHEAD) < 2**33:
        return stamp_at(since + int(tai[2], 16) / 1e9)
    iso, syslog = _ISO.search(text), _SYSLOG.search(text)
    if iso is not None and (syslog is None or iso.start() <= syslog.start()):
        year, month, day, hour, minute, second = map(int, iso.groups()[:6])
        return Stamp(year, month, day, _of_day(hour, minute, second, iso[7]), _offset(iso[8]))
    if syslog is None or syslog[2].lower() not in _MONTHS:
        return None
    hour, minute, second = map(int, syslog.group(5, 6, 7))
    return Stamp(
        int(syslog[1] or syslog[4] or 0),
        _MONTHS.index(syslog[2].lower()) + 1,
        int(syslog[3]),
        _of_day(hour, minute, second, syslog[8]),
        None,
    )


def iso_of(epoch: float) -> str:
    """Seconds since the epoch as ISO 8601, in UTC."""
    return dt.datetime.fromtimestamp(epoch, dt.UTC).isoformat()


def stamp_at(epoch: float) -> Stamp:
    """Seconds since the epoch."""
    at = dt.datetime.fromtimestamp(epoch, dt.UTC)
    seconds = _of_day(at.hour, at.minute, at.second, f"{at.microsecond:06}")
    return Stamp(at.year, at.month, at.day, seconds, dt.timedelta())


def _of_day(hour: int, minute: int, second: int, fraction: str | None) -> float:
    return hour * 3600 + minute * 60 + second + (float(f"0.{fraction}") if fraction else 0.0)


def _offset(text: str | None) -> dt.timedelta | None:
    if not text:
        return None
    if text[0] not in "+-":
        return dt.timedelta()
    digits = text[1:].replace(":", "")
    there = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return there if text[0] == "+" else -there
