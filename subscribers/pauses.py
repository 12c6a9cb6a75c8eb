"""When a subscription last got no single issues, read from its consent ledger.

A pause that is over; or the time with round-ups of somebody who took to single issues again before
the next round-up came: it is not for them any more, and single issues go on from that day.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from .models import ConsentEvent, Publication, Subscription
from .rhythm import ROUNDUPS

Kind = ConsentEvent.Kind
# How long after a pause "what you missed" is offered.
OFFERED = dt.timedelta(days=31)
# Entries looked back at: who pauses more often than that has missed little each time.
_ENTRIES = 40


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch without single issues that is over."""

    began_at: dt.datetime
    ended_at: dt.datetime
    # They got round-ups meanwhile, until they took to single issues again.
    of_roundups: bool = False


def last(subscription: Subscription, now: dt.datetime) -> Pause | None:
    """The newest pause if it is over; one that was made longer before it ended is one."""
    entries = ConsentEvent.objects.filter(
        subscriber_id=subscription.subscriber_id,
        publication_id=subscription.publication_id,
        kind__in=[Kind.PAUSED, Kind.RESUMED],
    )
    newest = list(entries.order_by("-id").values_list("kind", "at", "detail")[:_ENTRIES])
    began = ended = None
    for kind, at, detail in reversed(newest):
        if kind == Kind.RESUMED:
            ended = min(at, ended) if ended is not None else None
            continue
        if ended is None or at >= ended:
            began = at
        ended = dt.datetime.fromisoformat(detail["until"])
    if began is None or ended is None or not began < ended <= now:
        return None
    return Pause(began, ended)


def last_of_roundups(subscription: Subscription, now: dt.datetime) -> Pause | None:
    """The last stretch with round-ups, if single issues follow it; of a long one its end."""
    if subscription.rhythm in ROUNDUPS or now - subscription.rhythm_since > OFFERED:
        return None
    entries = ConsentEvent.objects.filter(
        subscriber_id=subscription.subscriber_id,
        publication_id=subscription.publication_id,
        kind=Kind.CHANGED,
    )
    # When they took to round-ups (False) or to single issues again (True), newest first.
    changes = []
    for at, detail in entries.order_by("-id").values_list("at", "detail")[:_ENTRIES]:
        before, after = (detail.get(one, {}).get("rhythm") for one in ("before", "after"))
        if before and after and (before in ROUNDUPS) != (after in ROUNDUPS):
            changes.append((at, before in ROUNDUPS))
    if not changes or not changes[0][1]:
        return None
    ended = changes[0][0]
    began = changes[1][0] if len(changes) > 1 else ended - OFFERED
    return Pause(max(began, ended - OFFERED), ended, of_roundups=True)


def to_catch_up(subscription: Subscription, now: dt.datetime) -> Pause | None:
    """For what "what you missed" is offered now: where round-ups are kept, lately."""
    if (
        subscription.publication.roundup == Publication.Roundup.OFF
        or subscription.state != Subscription.State.ACTIVE
        or (subscription.paused_until is not None and subscription.paused_until > now)
    ):
        return None
    both = (last(subscription, now), last_of_roundups(subscription, now))
    lately = [one for one in both if one is not None and now - one.ended_at <= OFFERED]
    return max(lately, key=lambda one: one.ended_at, default=None)
