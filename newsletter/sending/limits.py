"""How fast mail may go: what is set, and what it means in mails an hour.

Rates are rows that all workers share (`engine.rate_limit`); here a person reads and sets them.
When an issue ends by them is reckoned in `ending`.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from newsletter import conf
from newsletter.models import Relay
from newsletter.smtp.server import Server
from subscribers.models import AuditEntry, Limit, Publication

from . import warm_up
from .daily_hours import Hours
from .engine import rate_limit, relays, routing

_HOUR = 3600.0
# A forecast that goes beyond this says "later".
_FARTHEST = dt.timedelta(days=366)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
MOST_AN_HOUR = 3_600_000


class BadLimit(ValueError):
    """A limit that cannot be meant.

    `code` says why: relay, domain, rate, at_once, weight, plan, hours, zone.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class DomainLimit:
    """One domain of readers on a relay: mails an hour, and how many on the wire at once."""

    domain: str
    an_hour: float
    at_once: int


@dataclass(frozen=True, slots=True)
class RelayLimits:
    """A relay of SMTP_URL with all that limits it. Rates are mails an hour; None: no limit.

    `slowed` is a rate that servers asked for and that recovers by itself. `publications` are the
    ids of those whose issues it sends, and then it alone; none: nobody said so.
    """

    name: str
    connections: int
    weight: int
    an_hour: float | None
    slowed: float | None
    warm_up: warm_up.Plan | None
    domains: tuple[DomainLimit, ...]
    publications: frozenset[int] = frozenset()
    # When it may be used for issues; None: at any time.
    hours: Hours | None = None

    def is_open(self, now: dt.datetime) -> bool:
        """Whether it may be used for issues now."""
        return self.hours is None or self.hours.is_open(now)

    def rate(self, day: dt.date) -> float | None:
        """The slowest that holds on this day within its hours, mails an hour."""
        today = self.warm_up.a_day(day) if self.warm_up is not None else None
        long = self.hours.length().total_seconds() / _HOUR if self.hours is not None else 24.0
        rates = [self.an_hour, self.slowed, None if today is None else today / long]
        return min((one for one in rates if one is not None), default=None)


def of_relays() -> list[RelayLimits]:
    """Every relay of SMTP_URL, in order."""
    rates = rate_limit.rates()
    found = []
    rows = {row.name: row for row in Relay.objects.all()}
    servers = relays.servers()
    named = routing.named(server.name[:60] for server in servers)
    for server in servers:
        row = rows.get(server.name[:60]) or Relay(name=server.name[:60])
        found.append(replace(_limits(server, row, rates), publications=frozenset(named[row.name])))
    return found


def _limits(server: Server, row: Relay, rates: Mapping[str, rate_limit.Rate]) -> RelayLimits:
    base = rate_limit.relay_key(server.name)
    domains = [
        DomainLimit(domain, _an_hour(rate) or 0.0, int(rate.burst))
        for key, rate in sorted(rates.items())
        if key.startswith(f"{base}|")
        and not key.endswith(rate_limit.OWN)
        and (domain := rate_limit.domain_of(key))
    ]
    return RelayLimits(
        server.name,
        server.connections,
        row.weight,
        _an_hour(rates.get(base)),
        _an_hour(rates.get(base + rate_limit.SLOW)),
        warm_up.Plan.of(row),
        tuple(domains),
        hours=Hours.of(row),
    )


def _an_hour(rate: rate_limit.Rate | None) -> float | None:
    return None if rate is None or not rate.interval else _HOUR / rate.interval


# ---- set


def set_rate(relay: str, an_hour: int, by: str, *, domain: str = "", at_once: int = 1) -> None:
    """Mails an hour through a relay, or to one domain there; 0 takes the limit away.

    Holds within seconds, for every worker. On record. Raises BadLimit.
    """
    _known(relay)
    domain = domain.strip().lower().rstrip(".")
    if domain and not _DOMAIN.fullmatch(domain):
        raise BadLimit("domain")
    if not 0 <= an_hour <= MOST_AN_HOUR:
        raise BadLimit("rate")
    if not 1 <= at_once <= 1000:
        raise BadLimit("at_once")
    key = rate_limit.domain_key(relay, domain) if domain else rate_limit.relay_key(relay)
    with transaction.atomic():
        before = Limit.objects.filter(key=key).values_list("interval", flat=True).first()
        if an_hour:
            Limit.objects.update_or_create(
                key=key,
                defaults={"interval": _HOUR / an_hour, "burst": at_once},
                create_defaults={
                    "interval": _HOUR / an_hour,
                    "burst": at_once,
                    "free_at": timezone.now(),
                },
            )
        else:
            Limit.objects.filter(key=key).delete()
        was = round(_HOUR / before) if before else 0
        _record(by, relay, {"domain": domain, "an_hour": [was, an_hour], "at_once": at_once})


def set_weight(relay: str, weight: int, by: str) -> None:
    """How much of the mail a relay gets beside the others; workers read it when they start."""
    _known(relay)
    if not 1 <= weight <= 100:
        raise BadLimit("weight")
    with transaction.atomic():
        row, _made = Relay.objects.get_or_create(name=relay[:60])
        Relay.objects.filter(pk=row.pk).update(weight=weight)
        _record(by, relay, {"weight": [row.weight, weight]})


def set_publications(relay: str, publications: Collection[Publication], by: str) -> None:
    """Whose issues this relay sends, and then it alone; none: those no relay is named for."""
    _known(relay)
    with transaction.atomic():
        row, _made = Relay.objects.get_or_create(name=relay[:60])
        row.publications.set(publications)
        _record(by, relay, {"publications": sorted(one.slug for one in publications)})


def set_hours(relay: str, start: dt.time | None, end: dt.time | None, zone: str, by: str) -> None:
    """When a relay may be used for issues, by the clocks of a zone; None, None: at any time.

    Workers keep it within seconds. On record. Raises BadLimit.
    """
    _known(relay)
    if (start is None) != (end is None) or (start is not None and start == end):
        raise BadLimit("hours")
    if zone not in zoneinfo.available_timezones():
        raise BadLimit("zone")
    with transaction.atomic():
        row, _made = Relay.objects.get_or_create(name=relay[:60])
        before = _said(Hours.of(row))
        row.send_from, row.send_until, row.time_zone = start, end, zone
        row.save(update_fields=["send_from", "send_until", "time_zone"])
        _record(by, relay, {"hours": [before, _said(Hours.of(row))]})
        warm_up.sweep()


def _said(hours: Hours | None) -> str:
    return "" if hours is None else f"{hours.start:%H:%M}-{hours.end:%H:%M} {hours.zone}"


def warm(relay: str, first: int, percent: int, until: int, by: str) -> None:
    """Begin a warm-up today: `first` mails, each day `percent` more, until `until` a day.

    Raises BadLimit for a plan that does not come to its end within a year.
    """
    _known(relay)
    if first < 1 or percent < 1 or until <= first or until > 24 * MOST_AN_HOUR:
        raise BadLimit("plan")
    today = timezone.now().date()
    plan = warm_up.Plan(today, first, percent, until)
    if plan.a_day(today + _FARTHEST) is not None:
        raise BadLimit("plan")
    with transaction.atomic():
        row, _made = Relay.objects.get_or_create(name=relay[:60])
        Relay.objects.filter(pk=row.pk).update(
            warm_up_from=today,
            warm_up_first=first,
            warm_up_percent=percent,
            warm_up_until=until,
        )
        _record(by, relay, {"warm_up": [first, percent, until]})
        warm_up.sweep()


def end_warm_up(relay: str, by: str) -> None:
    """Nothing holds back any more but the relay's own rate."""
    _known(relay)
    with transaction.atomic():
        Relay.objects.filter(name=relay[:60]).update(warm_up_from=None)
        Limit.objects.filter(key=warm_up.key(relay)).delete()
        _record(by, relay, {"warm_up": []})


def _known(relay: str) -> None:
    if relay not in [Server.from_url(url).name for url in conf.smtp_urls()]:
        raise BadLimit("relay")


def _record(by: str, relay: str, detail: dict[str, object]) -> None:
    AuditEntry.objects.create(
        actor=by[:150], action="changed limits", target=f"relay:{relay}"[:60], detail=detail
    )
