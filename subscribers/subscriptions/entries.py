"""The two entries of a change: one in the person's consent ledger, one among the events."""

from __future__ import annotations

import datetime as dt
from typing import Any

from .. import consent
from ..models import Event, Subscription, Wording


def write(
    subscription: Subscription,
    kind: str,
    event: str,
    *,
    form: str,
    at: dt.datetime,
    network: str = "",
    wording: Wording | None = None,
    detail: dict[str, Any] | None = None,
    more: dict[str, Any] | None = None,
) -> None:
    """Record a change in the caller's transaction.

    `kind` is a ConsentEvent.Kind with `detail`, `event` an Event.Kind with the form and `more`.
    """
    consent.record(
        subscription, kind, form=form, network=network, wording=wording, detail=detail, at=at
    )
    tell(subscription, event, form=form, at=at, **(more or {}))


def tell(
    subscription: Subscription, event: str, *, form: str, at: dt.datetime, **more: Any
) -> None:
    """Write the event alone, where the ledger has nothing to say of this subscription."""
    Event.objects.create(
        publication_id=subscription.publication_id,
        subscription_id=subscription.pk,
        kind=event,
        at=at,
        detail={"form": form, **more},
    )
