"""The last pause of a subscription, read from its consent ledger."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from .models import ConsentEvent, Publication, Subscription

Kind = ConsentEvent.Kind
# How long after a pause "what you missed" is offered.
OFFERED = dt.timedelta(days=31)
# Entries looked back at: who pauses more often than that has missed little each time.
_ENTRIES = 40


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause that is over."""

    began_at: dt.datetime
    ended_at: dt.datetime


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


def to_catch_up(subscription: Subscription, now: dt.datetime) -> Pause | None:
    """The pause for which "what you missed" is offered now: where round-ups are kept, lately."""
    if (
        subscription.publication.roundup == Publication.Roundup.OFF
        or subscription.state != Subscription.State.ACTIVE
        or (subscription.paused_until is not None and subscription.paused_until > now)
    ):
        return None
    pause = last(subscription, now)
    return pause if pause is not None and now - pause.ended_at <= OFFERED else None
