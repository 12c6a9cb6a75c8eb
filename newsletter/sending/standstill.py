"""Why nothing moves: facts about an issue and the site in, reasons out, the first one first.

`reasons_of` decides and touches nothing; `facts` reads what it needs, in a fixed number of queries.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Max
from django.utils import timezone

from newsletter.models import Issue, Relay, Worker
from subscribers.models import Limit, Publication

from . import relay_hours
from .daily_hours import Hours
from .engine import routing
from .engine.relays import servers

# A worker tells the database that it lives every few seconds.
SILENT_AFTER = dt.timedelta(seconds=60)
# One slot further ahead than this is felt by who watches.
_LIMITED_FROM = dt.timedelta(seconds=30)
# What resolvers say on the systems we know (gaierror, EAI_NONAME, EAI_AGAIN, EAI_NODATA).
_UNRESOLVED = re.compile(
    r"Errno -[235]\b|name or service not known|name resolution|nodename nor servname"
    r"|getaddrinfo|no address associated|name does not resolve",
    re.IGNORECASE,
)


class Cause(StrEnum):
    """What keeps an issue where it is."""

    PERSON = "person"  # Paused: somebody must decide. Detail: the reason that was stored.
    MENDING = "mending"  # A correction is put into it; it goes on by itself.
    WORKER = "worker"  # No worker runs. Since: the last sign of life.
    HOURS = "hours"  # Outside the publication's hours. Until: when they begin.
    RELAY_HOURS = "relay hours"  # Outside those of each of its relays. Until: the first begin.
    LOGIN = "login"  # The relay refuses our login. Detail: relay, code.
    DNS = "dns"  # The relay's name has no address.
    RELAY = "relay"  # The relay cannot be reached, or does not talk to us.
    LIMIT = "limit"  # A limit of ours holds it back. Until: the next free slot.


@dataclass(frozen=True, slots=True)
class RelayFact:
    """What was learned of one relay; `last_error` is `phase: code text`."""

    name: str
    failing_since: dt.datetime | None
    last_error: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of one issue that is to move."""

    now: dt.datetime
    state: str
    state_reason: str
    mending: bool
    # Whether its time has come: scheduled for a moment that has passed, or being sent.
    due: bool
    worker_seen: dt.datetime | None
    # None: within its hours. Else when they begin.
    opens_at: dt.datetime | None
    # Those of its publication, within their hours.
    relays: Sequence[RelayFact]
    # When the relay's own limit has the next free slot.
    limited_until: dt.datetime | None
    # None: a relay of the publication is within its hours. Else when the first one's begin.
    relay_opens_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One cause: since when it is so, until when if that is known, and its detail."""

    cause: Cause
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    detail: str = ""


def reasons_of(facts: Facts) -> list[Reason]:
    """Everything that keeps the issue where it is; empty if it moves or is not to. Pure."""
    if facts.state == Issue.State.PAUSED:
        cause = Cause.MENDING if facts.mending else Cause.PERSON
        found = [Reason(cause, detail=facts.state_reason)]
        if facts.mending and _silent(facts):
            found.append(Reason(Cause.WORKER, since=facts.worker_seen))
        return found
    if not facts.due:
        return []
    found = []
    if _silent(facts):
        # What was learned of relays is as old as the last worker: it says nothing of now.
        return [Reason(Cause.WORKER, since=facts.worker_seen)]
    if facts.opens_at is not None:
        found.append(Reason(Cause.HOURS, until=facts.opens_at))
    if facts.relay_opens_at is not None:
        found.append(Reason(Cause.RELAY_HOURS, until=facts.relay_opens_at))
    failing = [relay for relay in facts.relays if relay.failing_since is not None]
    if failing and len(failing) == len(facts.relays):  # One that works is enough.
        found += [of_relay(relay) for relay in failing]
    if facts.limited_until is not None and facts.limited_until > facts.now + _LIMITED_FROM:
        found.append(Reason(Cause.LIMIT, until=facts.limited_until))
    return found


def _silent(facts: Facts) -> bool:
    return facts.worker_seen is None or facts.worker_seen < facts.now - SILENT_AFTER


def of_relay(relay: RelayFact) -> Reason:
    """Login, name, or anything else. Its own words may name a reader, so only a code is kept."""
    phase, _colon, rest = relay.last_error.partition(":")
    code = re.match(r"\s*([245]\d\d)\b", rest)
    detail = f"{relay.name} ({phase} {code[1]})" if code else f"{relay.name} ({phase})"
    cause = Cause.RELAY
    if phase == "auth":
        cause = Cause.LOGIN
    elif phase == "connect" and _UNRESOLVED.search(rest):
        cause = Cause.DNS
    return Reason(cause, since=relay.failing_since, detail=detail)


def next_opening(now: dt.datetime, publication: Publication) -> dt.datetime | None:
    """When the publication's hours begin; None: they are now, or it has none."""
    hours = Hours.of(publication)
    return hours.opens_at(now) if hours is not None else None


def of_issue(issue: Issue) -> list[Reason]:
    """Why this issue does not move, as the tables say now."""
    return of_issues([issue])[issue.pk]


def of_issues(issues: Sequence[Issue]) -> dict[int, list[Reason]]:
    """The same of several, with what is the site's read once. Select `publication` with them."""
    now = timezone.now()
    seen = Worker.objects.aggregate(last=Max("seen"))["last"] if issues else None
    closed = _closed(now) if issues else set()
    relays = [one for one in facts_of_relays() if one.name not in closed] if issues else []
    waiting = relay_hours.waiting({one.publication_id for one in issues}, now) if closed else {}
    keys = [f"relay:{one.name}" for one in relays]
    free = dict(Limit.objects.filter(key__in=keys).values_list("key", "free_at"))
    ways = _ways({one.publication_id for one in issues})
    own = {
        publication: [one for one in relays if one.name in names]
        for publication, names in ways.items()
    }
    return {
        issue.pk: reasons_of(
            Facts(
                now=now,
                state=issue.state,
                state_reason=issue.state_reason,
                mending=issue.resumes_when_mended,
                due=_due(issue, now),
                worker_seen=seen,
                opens_at=next_opening(now, issue.publication),
                relay_opens_at=waiting.get(issue.publication_id),
                relays=own[issue.publication_id],
                limited_until=_free_at(own[issue.publication_id], free),
            )
        )
        for issue in issues
    }


def _ways(publications: set[int]) -> dict[int, frozenset[str]]:
    """The relays of each publication's issues: another's, that work, do not move this one's."""
    names = [server.name[:60] for server in servers()] if publications else []
    if len(names) < 2:
        return dict.fromkeys(publications, frozenset(names))
    named = routing.named(names)
    return {publication: routing.ways(publication, named) for publication in publications}


def _free_at(relays: Sequence[RelayFact], free: Mapping[str, dt.datetime]) -> dt.datetime | None:
    """When the first of them has a slot; one without a limit of its own holds nothing back."""
    slots = [free.get(f"relay:{one.name}") for one in relays]
    known = [one for one in slots if one is not None]
    return min(known) if known and len(known) == len(slots) else None


def _closed(now: dt.datetime) -> set[str]:
    """The relays that are outside their hours."""
    found = relay_hours.of_relays().items()
    return {name for name, hours in found if hours is not None and not hours.is_open(now)}


def facts_of_relays() -> list[RelayFact]:
    """What was learned of each relay that is in use: a row outlives its place in the setting."""
    names = [server.name[:60] for server in servers()]
    rows = Relay.objects.filter(name__in=names).order_by("name")
    return [RelayFact(one.name, one.failing_since, one.last_error) for one in rows]


def _due(issue: Issue, now: dt.datetime) -> bool:
    if issue.state == Issue.State.SCHEDULED:
        return issue.send_at is not None and issue.send_at < now - dt.timedelta(seconds=15)
    return issue.state == Issue.State.SENDING
