"""When a round-up's period begins and ends. Pure: a publication's settings and moments in.

Periods follow each other: one begins where the round-up before it ended. What readers are told
and what a draft is known by are days in the publication's zone; what decides are moments.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from subscribers import times
from subscribers.models import Publication

# A period asked for by hand is at most so long; one that begins by itself goes back so far.
LONGEST = dt.timedelta(days=366)
FURTHEST_BACK = dt.timedelta(days=62)


class PeriodRefused(Exception):
    """No round-up can be made of this period. `field` is the one to mend: since or until."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Period:
    """What appeared from `begins_at` on and before `ends_at`; its first and last day."""

    begins_at: dt.datetime
    ends_at: dt.datetime
    since: dt.date
    until: dt.date

    @classmethod
    def of(cls, begins_at: dt.datetime, ends_at: dt.datetime, zone: dt.tzinfo) -> Period:
        """The period between two moments."""
        return cls(
            begins_at, ends_at, begins_at.astimezone(zone).date(), ends_at.astimezone(zone).date()
        )


def of_days(since: dt.date, until: dt.date, zone: dt.tzinfo, now: dt.datetime) -> Period:
    """The period of whole days, both counted; today's ends now. Raises PeriodRefused."""
    today = now.astimezone(zone).date()
    if since > today:
        raise PeriodRefused("since", _("The period lies in the future."))
    if until > today:
        raise PeriodRefused("until", _("The period's last day lies in the future."))
    if until < since:
        raise PeriodRefused("until", _("The period ends before it begins."))
    if until - since > LONGEST:
        raise PeriodRefused("since", _("A round-up holds a year at most."))
    begins_at = times.begin(since, zone)
    ends_at = min(now, times.begin(until + dt.timedelta(days=1), zone))
    return Period(begins_at, ends_at, since, until)


def next_end(publication: Publication, now: dt.datetime) -> dt.datetime:
    """The first moment after now at which a period ends."""
    return next(end for end in _ends(publication, now) if end > now)


def due(publication: Publication, newest: dt.datetime | None, now: dt.datetime) -> Period | None:
    """The period that has ended and is not made yet, or None.

    `newest` is when the last one ended that was looked at.
    """
    before, end = [end for end in _ends(publication, now) if end <= now][-2:]
    switched_on = publication.roundup_changed_at
    if (newest is not None and newest >= end) or (switched_on is not None and switched_on >= end):
        return None
    # The first: from where one would have ended before.
    return _following(publication, before if newest is None else newest, end)


def running(publication: Publication, newest: dt.datetime | None, now: dt.datetime) -> Period:
    """What has appeared since the last period, up to now."""
    return _following(publication, newest, now)


def _following(publication: Publication, newest: dt.datetime | None, end: dt.datetime) -> Period:
    zone = ZoneInfo(publication.time_zone)
    if newest is not None:
        return Period.of(max(newest, end - FURTHEST_BACK), end, zone)
    # What the first would hold if it were made now: a week or a month back, at the same hour.
    local = end.astimezone(zone)
    day = local.date() - dt.timedelta(days=7)
    if publication.roundup == Publication.Roundup.MONTHLY:
        day = _in_month(_month(local.date(), -1), local.day)
    return Period.of(existing(day, local.time(), zone), end, zone)


def _ends(publication: Publication, now: dt.datetime) -> list[dt.datetime]:
    """The ends of some periods before and after a moment, ascending."""
    zone = ZoneInfo(publication.time_zone)
    today = now.astimezone(zone).date()
    if publication.roundup == Publication.Roundup.MONTHLY:
        days = [_in_month(_month(today, n), publication.roundup_day) for n in (-2, -1, 0, 1)]
    else:
        back = (today.weekday() - publication.roundup_weekday) % 7
        days = [today + dt.timedelta(days=7 * n - back) for n in (-2, -1, 0, 1)]
    return [existing(day, dt.time(publication.roundup_hour), zone) for day in days]


def _month(day: dt.date, months: int) -> dt.date:
    """The first of the month so many months later."""
    number = day.year * 12 + day.month - 1 + months
    return dt.date(number // 12, number % 12 + 1, 1)


def _in_month(first: dt.date, day: int) -> dt.date:
    """That day of the month, or its last."""
    return first.replace(day=min(day, calendar.monthrange(first.year, first.month)[1]))


def existing(day: dt.date, time: dt.time, zone: dt.tzinfo) -> dt.datetime:
    """A local time as a moment: one that the clocks skip is the next that exists, of two the
    first."""
    return times.resolve(dt.datetime.combine(day, time), zone, "next")
