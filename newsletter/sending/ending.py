"""How far a send is, how fast, and when it ends: reckoned here for every page and command.

The forecast is arithmetic over the limits, the hours of a publication and of relays, and the plan
of a warm-up. What was seen lately counts where nothing limits, and where it is clearly slower than
what is allowed: then the relay is what holds the mail up. Where nothing limits and nothing was
seen, nothing is promised.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import F, Sum
from django.utils import timezone

from newsletter.models import Chunk, Issue
from newsletter.smtp import BadServer
from subscribers.addresses import domain_number
from subscribers.models import Publication

from . import limits
from .counts import ledger, reasons
from .daily_hours import Hours
from .engine import routing
from .limits import RelayLimits

_HOUR = 3600.0
# A forecast that goes beyond this says "later".
_FARTHEST = dt.timedelta(days=366)
# Fewer mails say nothing of a rate that is limited to some a minute; and a rate that is close to
# what is allowed is the limit itself, seen through the steps in which outcomes are stored.
_ENOUGH_SEEN, _CLEARLY_SLOWER = 20, 0.8


@dataclass(frozen=True, slots=True)
class Forecast:
    """When so many mails would be handed over.

    `ends_at` None: nothing limits, so the relay decides, or it is more than a year away
    (`too_far`). `by` says what is slowest: a domain, or "" for all together.
    """

    mails: int
    ends_at: dt.datetime | None
    by: str = ""
    too_far: bool = False
    days: int = 0


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be sent: mails in all, and those to domains with many readers."""

    mails: int
    lanes: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """How fast it went lately, mails an hour, and of how many mails that is known."""

    an_hour: float
    mails: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a send is. `rate_per_second` is None while unknown.

    `forecast` is that of an issue on its way or paused; for a paused one, if it went on now.
    """

    counts: dict[str, int]
    rate_per_second: float | None
    forecast: Forecast | None
    seconds_left: float | None
    final: bool

    @property
    def done(self) -> int:
        """Readers whose fate is known."""
        open_ = self.counts["waiting"] + self.counts["in_flight"] + self.counts["deferred"]
        return self.counts["recipients"] - open_


# (clock, done) of the last looks of this process, by issue: the rate needs two of them.
_looks: dict[int, deque[tuple[float, int]]] = {}
_LOOK_BACK = 30.0


def progress(issue: Issue) -> Progress:
    """Counts, rate and time left; at most 5 ms at five million readers.

    The rate is that of the last 30 seconds as seen by this process, or, at its first look, the
    average since the freeze. Whom a server put off is not counted as left: when they are tried
    again is for that server to say.
    """
    found = ledger(issue)
    state, frozen_at = Issue.objects.values_list("state", "frozen_at").get(pk=issue.pk)
    ended = (Issue.State.SENT, Issue.State.CANCELLED, Issue.State.PUBLISHED)
    final = state in ended and found["in_flight"] == 0
    if state != Issue.State.SENDING:
        _looks.pop(issue.pk, None)
        seen = None
    else:
        seen = _look(issue, found, frozen_at)
    coming, left, now = None, None, timezone.now()
    if state in (Issue.State.SENDING, Issue.State.PAUSED):
        coming = _coming(issue, found, seen, now)
    if seen is not None and coming is not None and coming.ends_at is not None and coming.mails:
        left = (coming.ends_at - now).total_seconds()
    rate = None if seen is None else seen.an_hour / _HOUR
    return Progress(found, rate, coming, left, final)


def _look(issue: Issue, found: Mapping[str, int], frozen_at: dt.datetime | None) -> Seen | None:
    """Remember how far it is, and how fast that was; None while only a moment has passed."""
    done = found["recipients"] - found["waiting"] - found["in_flight"] - found["deferred"]
    now = time.monotonic()
    looks = _looks.setdefault(issue.pk, deque(maxlen=120))
    while looks and (looks[0][0] < now - _LOOK_BACK or looks[0][1] > done):
        looks.popleft()
    seen = None
    if looks and now - looks[0][0] >= 0.5:
        mails = done - looks[0][1]
        seen = Seen(mails / (now - looks[0][0]) * _HOUR, mails)
    elif not looks and frozen_at is not None:
        # Nights and pauses are in it: it stands only where no limit says more.
        sent = max(0, done - sum(reasons(issue).values()))
        seen = Seen(sent / max(1.0, (timezone.now() - frozen_at).total_seconds()) * _HOUR, 0)
    looks.append((now, done))
    return seen


def _coming(
    issue: Issue, found: Mapping[str, int], seen: Seen | None, now: dt.datetime
) -> Forecast | None:
    """The forecast of what is left; None where SMTP_URL cannot be understood."""
    try:
        relays = limits.of_relays()
    except BadServer:
        return None
    mails = found["waiting"] + found["in_flight"]
    lanes = _lanes(issue) if any(relay.domains for relay in relays) else {}
    return forecast(Work(mails, lanes), relays, issue.publication, now, seen)


def _lanes(issue: Issue) -> dict[int, int]:
    """What is left for each domain with many readers."""
    return _sums(issue, ("sent", "deferred", "failed", "in_doubt", "skipped", "suppressed"))


def _sums(issue: Issue, without: Sequence[str]) -> dict[int, int]:
    size = F("last") - F("first") + 1
    for name in without:
        size = size - F(name)
    chunks = Chunk.objects.filter(issue=issue)
    sums = chunks.values("lane").annotate(mails=Sum(size)).values_list("lane", "mails")
    return {lane: mails for lane, mails in sums if lane}


def of_issue(issue: Issue, relays: Sequence[RelayLimits], now: dt.datetime) -> Forecast:
    """What is left of an issue on its way; of another, as if one of its size began now."""
    if issue.state in (Issue.State.SENDING, Issue.State.PAUSED):
        found = progress(issue).forecast
        return found if found is not None else Forecast(0, None)
    sums = Chunk.objects.filter(issue=issue).aggregate(mails=Sum(F("last") - F("first") + 1))
    # The chunks of an old issue are folded away; its counts stay.
    work = Work(sums["mails"] or issue.sent, _sums(issue, ()))
    return forecast(work, relays, issue.publication, now)


def forecast(
    work: Work,
    relays: Sequence[RelayLimits],
    publication: Publication,
    now: dt.datetime,
    seen: Seen | None = None,
) -> Forecast:
    """When it would end from now on, by limits, hours, the plan of a warm-up, and what was seen."""
    ways = routing.ways(publication.pk, {one.name: one.publications for one in relays})
    relays = [one for one in relays if one.name in ways]
    slowest = _walk(work.mails, relays, publication, now, None, _slow(seen, relays, now))
    for domain in {one.domain for relay in relays for one in relay.domains}:
        mails = work.lanes.get(domain_number(f"@{domain}"), 0)
        found = _walk(mails, relays, publication, now, domain, None) if mails else None
        if found is not None and _later(found, slowest):
            slowest = found
    return slowest


def _slow(seen: Seen | None, relays: Sequence[RelayLimits], now: dt.datetime) -> float | None:
    """What was seen, mails an hour, if that and no limit says how fast it goes."""
    if seen is None or not seen.an_hour:
        return None
    allowed = _rate([relay for relay in relays if relay.is_open(now)], now.date(), None)
    if allowed is None:
        return seen.an_hour
    slower = seen.mails >= _ENOUGH_SEEN and seen.an_hour < _CLEARLY_SLOWER * allowed
    return seen.an_hour if slower else None


def _later(one: Forecast, other: Forecast) -> bool:
    if other.too_far or one.ends_at is None:
        return one.too_far and not other.too_far
    return other.ends_at is None or one.ends_at > other.ends_at


def _walk(
    mails: int,
    relays: Sequence[RelayLimits],
    publication: Publication,
    now: dt.datetime,
    domain: str | None,
    slow: float | None,
) -> Forecast:
    """Hour by hour: how many go in each, until all are gone; `slow` is the most there are."""
    left, at = float(mails), now
    by = domain or ""
    own = Hours.of(publication)
    every = [one for one in (own, *(relay.hours for relay in relays)) if one is not None]
    while left > 0 and at - now < _FARTHEST:
        end = at.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
        end = min([end, *(one.changes_at(at) for one in every)])
        using = [relay for relay in relays if relay.is_open(at)]
        if (own is not None and not own.is_open(at)) or not using:
            at = end
            continue
        rates = (_rate(using, at.date(), domain), slow)
        rate = min((one for one in rates if one is not None), default=None)
        if rate is None:
            return Forecast(mails, None, by)
        gone = rate * (end - at).total_seconds() / _HOUR
        if gone >= left:
            ends = at + dt.timedelta(hours=left / rate)
            return Forecast(mails, ends, by, days=(ends.date() - now.date()).days)
        left -= gone
        at = end
    return Forecast(mails, now if not mails else None, by, too_far=bool(mails))


def _rate(relays: Sequence[RelayLimits], day: dt.date, domain: str | None) -> float | None:
    """All relays together; None as soon as one of them has no limit."""
    total = 0.0
    for relay in relays:
        rates = [relay.rate(day)]
        if domain is not None:
            rates += [one.an_hour for one in relay.domains if one.domain == domain]
        slowest = min((one for one in rates if one is not None), default=None)
        if slowest is None:
            return None
        total += slowest
    return total or None
