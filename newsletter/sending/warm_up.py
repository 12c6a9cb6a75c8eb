"""A new sender begins with few mails a day and grows: receivers trust who they know.

The day's number becomes the relay's own rate, a row `relay:NAME|warm` beside the rate that a person
set; the slower of the two holds (`engine.rate_limit`). Spread over the day, or over the relay's
hours of it, it needs no counter, and any number of workers keep it exactly.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from newsletter.models import Relay
from subscribers.models import Limit

from .daily_hours import Hours
from .engine import rate_limit

_DAY = 86400.0
# Nobody warms up for longer; a plan that does not grow is refused before.
_MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Plan:
    """`first` mails on the first day, each day `percent` more, until it comes to `until` a day."""

    since: dt.date
    first: int
    percent: int
    until: int

    @classmethod
    def of(cls, relay: Relay) -> Plan | None:
        """The relay's plan, or None when it has none."""
        if relay.warm_up_from is None:
            return None
        return cls(
            relay.warm_up_from, relay.warm_up_first, relay.warm_up_percent, relay.warm_up_until
        )

    def a_day(self, day: dt.date) -> int | None:
        """Mails on this day (UTC); None when the plan is over and nothing holds back."""
        number = max(0, (day - self.since).days)
        mails = self.first * (1 + self.percent / 100) ** min(number, _MOST_DAYS)
        return None if mails >= self.until else int(mails)

    def days(self) -> Iterator[tuple[dt.date, int]]:
        """Every day of the plan with its mails."""
        for number in range(_MOST_DAYS):
            day = self.since + dt.timedelta(days=number)
            mails = self.a_day(day)
            if mails is None:
                return
            yield day, mails


def key(relay: str) -> str:
    """The row of a relay's warm-up."""
    return rate_limit.relay_key(relay) + rate_limit.WARM


def sweep(now: dt.datetime | None = None) -> None:
    """Give every relay that warms up today's rate, and take away what is over."""
    now = now or timezone.now()
    for relay in Relay.objects.all():
        plan = Plan.of(relay)
        mails = plan.a_day(now.date()) if plan is not None else None
        if mails is None:
            Limit.objects.filter(key=key(relay.name)).delete()
            if plan is not None:
                Relay.objects.filter(pk=relay.pk).update(warm_up_from=None)
            continue
        hours = Hours.of(relay)
        long = hours.length().total_seconds() if hours is not None else _DAY
        interval = long / max(1, mails)
        Limit.objects.update_or_create(
            key=key(relay.name),
            defaults={"interval": interval},
            create_defaults={"interval": interval, "free_at": now},
        )
