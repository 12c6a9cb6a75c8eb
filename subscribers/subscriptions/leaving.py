"""How a subscription ends: left, run out unconfirmed, or erased with the person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from .. import secure_delete
from ..models import ConsentEvent, Event, Subscriber, Subscription
from .entries import tell, write

Kind = ConsentEvent.Kind
State = Subscription.State
# An unconfirmed subscription that ends was never a reader's: figures tell the two apart.
_ENDS = ((State.ACTIVE, Event.Kind.LEFT), (State.PENDING, Event.Kind.WITHDRAWN))


def leave(
    ties: Iterable[Subscription],
    *,
    form: str,
    network: str = "",
    detail: dict[str, Any] | None = None,
    at: dt.datetime | None = None,
) -> int:
    """Unsubscribe these; how many were not unsubscribed before.

    `form` says how: one-click, mail, admin, complaint or csv:JOB. One moment (`at`, UTC, now if
    it is not given) for all: `come_back` takes together what was left together.
    """
    now = at or timezone.now()
    left = 0
    with transaction.atomic():
        for tie in ties:
            event = _end(tie.pk, now)
            if event is None:
                continue
            write(
                tie, Kind.UNSUBSCRIBED, event,
                form=form, network=network, detail=detail, at=now,
            )  # fmt: skip
            left += 1
    return left


def _end(pk: int, now: dt.datetime) -> Event.Kind | None:
    """Unsubscribe one row; the event that is, or None if it had ended before."""
    for state, event in _ENDS:
        if Subscription.objects.filter(pk=pk, state=state).update(
            state=State.UNSUBSCRIBED, since=now
        ):
            return event
    return None


def expire(pk: int, *, before: dt.datetime, now: dt.datetime) -> bool:
    """A subscription that waits since `before` or longer ends without a yes; False if it does not.

    A new address is deleted, its person with it if nothing else is theirs. Whoever had
    confirmed once and left is departed again, and the ledger says so.
    """
    with transaction.atomic():
        tie = (
            Subscription.objects.select_for_update()
            .filter(pk=pk, state=State.PENDING, since__lte=before)
            .first()
        )
        if tie is None:
            return False
        if tie.confirmed_at is not None:
            Subscription.objects.filter(pk=pk).update(state=State.UNSUBSCRIBED, since=now)
            write(tie, Kind.UNSUBSCRIBED, Event.Kind.WITHDRAWN, form="expiry", at=now)
            return True
        tell(tie, Event.Kind.WITHDRAWN, form="expiry", at=now)
        Subscription.objects.filter(pk=pk).delete()
        lonely = Subscriber.objects.filter(
            pk=tie.subscriber_id, erased_at__isnull=True, subscriptions__isnull=True
        )
        for subscriber in lonely:
            subscriber.delete()
        secure_delete.note()
    return True


def erase(subscriber: Subscriber, *, form: str, now: dt.datetime) -> list[int]:
    """End all subscriptions of a person who is being erased; the ids of the rows.

    The caller (`subscribers.erasure`) holds the transaction and deletes the person's ledger, so
    only events are written. Rows stay because deliveries point at them.
    """
    ties = list(Subscription.objects.filter(subscriber=subscriber).order_by("pk"))
    for tie in ties:
        event = _end(tie.pk, now)
        if event is not None:
            tell(tie, event, form=form, at=now)
        tell(tie, Event.Kind.ERASED, form=form, at=now)
    Subscription.objects.filter(subscriber=subscriber).update(
        language="", domain=0, first_in_line=False, paused_until=None
    )
    return [tie.pk for tie in ties]
