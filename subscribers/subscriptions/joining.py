"""How a subscription begins, and how it becomes active."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from .. import consent, suppression, wordings
from ..addresses import domain_number, key_of
from ..choice import Choice, live
from ..models import ConsentEvent, Event, Publication, Subscriber, Subscription, Wording
from .entries import write

Kind = ConsentEvent.Kind
State = Subscription.State


@dataclass(frozen=True, slots=True)
class Wish:
    """What a visitor asked for: categories, `Subscription.Rhythm`, language ("" is the
    publication's)."""

    choice: Choice
    rhythm: str = Subscription.Rhythm.EVERY
    language: str = ""


def request(
    publication: Publication,
    address: str,
    wish: Wish,
    *,
    form: str,
    network: str,
    wording: Wording,
) -> Subscription:
    """Store that somebody asked for a publication at a normalised address.

    Anybody can type an address, so what a reader has confirmed is not changed from here: an
    active subscription stays as it is, a waiting one takes the newer wish, a departed one waits
    to be confirmed again. The entries are written in each case, because work that is left out
    for known addresses could be measured from outside. Suppression is the caller's to ask.
    """
    now = timezone.now()
    wanted = {
        "choice": wish.choice.bits,
        "rhythm": wish.rhythm,
        "rhythm_since": now,
        "language": wish.language,
    }
    with transaction.atomic():
        subscriber = _subscriber(address, created_at=now)
        subscription, made = Subscription.objects.get_or_create(
            subscriber=subscriber,
            publication=publication,
            defaults={**wanted, "domain": domain_number(subscriber.address), "since": now},
        )
        if not made:
            rows = Subscription.objects.filter(pk=subscription.pk)
            if not rows.filter(state=State.PENDING).update(**wanted):
                # confirmed_at stays: it tells a departed reader from a new one if this is not
                # confirmed, and then they are departed again instead of deleted.
                rows.filter(state=State.UNSUBSCRIBED).update(
                    **wanted, state=State.PENDING, since=now, asked_at=None, reminded_at=None
                )
        write(
            subscription,
            Kind.REQUESTED,
            Event.Kind.REQUESTED,
            form=form,
            network=network,
            wording=wording,
            detail={
                **consent.described(wish.choice.bits, live(publication)),
                "rhythm": wish.rhythm,
                "language": wish.language,
            },
            at=now,
        )
    return subscription


def enter(
    publication: Publication,
    address: str,
    *,
    form: str,
    active: bool = False,
    choice: Choice | None = None,
    name: str = "",
    detail: dict[str, Any] | None = None,
    at: dt.datetime | None = None,
) -> tuple[Subscription, bool]:
    """Put a reader into a publication on a person's word: (the row, whether it was made).

    `address` is normalised. A subscription that is there, in whatever state, is returned
    untouched and nothing is recorded: nobody who left comes back this way. `active` needs proof
    of consent: say which in `detail`; otherwise the reader waits and is asked. Suppression is
    the caller's to ask, since a refusal belongs on the caller's page.
    """
    at = at or timezone.now()
    with transaction.atomic():
        subscriber = _subscriber(address, name=name, created_at=at)
        subscription, made = Subscription.objects.get_or_create(
            subscriber=subscriber,
            publication=publication,
            defaults={
                "choice": (choice or Choice.all()).bits,
                "state": State.ACTIVE if active else State.PENDING,
                "domain": domain_number(subscriber.address),
                "created_at": at,
                "since": at,
                "confirmed_at": at if active else None,
            },
        )
        if made:
            write(
                subscription,
                Kind.IMPORTED if active else Kind.REQUESTED,
                Event.Kind.ENTERED if active else Event.Kind.REQUESTED,
                form=form,
                detail=detail,
                at=at,
            )
    return subscription, made


def confirm(subscription: Subscription, *, network: str, language: str, form: str = "mail") -> bool:
    """A waiting subscription becomes active by the button behind its mailed link.

    False when it is not waiting, or when a suppression stands against it. The reader proved the
    address, so an earlier erasure no longer stands in the way; a complaint, a dead mailbox or a
    person's entry does. `language` is that of the page, whose words go into the ledger; `form` is
    "mail", or "account" where a host has proved the address.
    """
    return _confirm(subscription, (State.PENDING,), "confirm", network, language, form)


def join(
    subscriber: Subscriber,
    publication: Publication,
    *,
    stored_language: str,
    network: str,
    language: str,
) -> Subscription | None:
    """Subscribe a reader whose link has proved their address to one more open publication.

    None when it is closed, active already, or a suppression other than an erasure stands.
    `stored_language` is what a new subscription gets, `language` that of the page.
    """
    if not publication.open:
        return None
    with transaction.atomic():
        tie, made = Subscription.objects.get_or_create(
            subscriber=subscriber,
            publication=publication,
            defaults={
                "choice": Choice.all().bits,
                "language": stored_language,
                "domain": domain_number(subscriber.address),
            },
        )
        tie.subscriber, tie.publication = subscriber, publication
        if _confirm(tie, (State.PENDING, State.UNSUBSCRIBED), "join", network, language):
            return tie
        if made:
            transaction.set_rollback(True)  # Suppressed: nothing begins to wait.
    return None


def _confirm(
    subscription: Subscription,
    states: tuple[str, ...],
    place: str,
    network: str,
    language: str,
    form: str = "mail",
) -> bool:
    now = timezone.now()
    publication = subscription.publication
    with transaction.atomic():
        standing = suppression.suppressed(subscription.subscriber.address, subscription.publication)
        if standing is not None and standing.reason != suppression.Reason.ERASED:
            return False
        changed = Subscription.objects.filter(pk=subscription.pk, state__in=states).update(
            state=State.ACTIVE, since=now, confirmed_at=now
        )
        if not changed:
            return False
        if standing is not None:
            suppression.lift(standing, "the reader's own confirmation")
        # What was agreed to is what the row holds now, whenever the caller read it.
        subscription.refresh_from_db(fields=["choice", "state", "since", "confirmed_at"])
        write(
            subscription,
            Kind.CONFIRMED,
            Event.Kind.CONFIRMED,
            form=form,
            network=network,
            wording=wordings.stored(
                publication, language, place, wordings.confirm(publication, language)
            ),
            detail=consent.described(subscription.choice, live(publication)),
            # What the publication does at this moment; whoever reads the event may come later.
            more={"latest_issue": True} if publication.welcome_latest_issue else None,
            at=now,
        )
    return True


def activate(subscription: Subscription, *, proof: str, by: str) -> bool:
    """Make a subscription active on a person's word; `proof` says where and when they agreed.

    False when it is active, or when any suppression stands: that is lifted first, on record.
    """
    now = timezone.now()
    with transaction.atomic():
        if (
            suppression.suppressed(subscription.subscriber.address, subscription.publication)
            is not None
        ):
            return False
        for state, kind, event in (
            (State.PENDING, Kind.CONFIRMED, Event.Kind.ENTERED),
            (State.UNSUBSCRIBED, Kind.RETURNED, Event.Kind.RETURNED),
        ):
            if Subscription.objects.filter(pk=subscription.pk, state=state).update(
                state=State.ACTIVE, since=now, confirmed_at=now
            ):
                detail = {"by": by, "proof": proof}
                write(subscription, kind, event, form="admin", detail=detail, at=now)
                return True
    return False


def come_back(subscription: Subscription, *, network: str, language: str) -> int:
    """A departed reader changed their mind: active again, with all that was left at one moment.

    Only what was confirmed once, and never against a suppression. Returns how many
    subscriptions are active again.
    """
    now = timezone.now()
    returned = 0
    with transaction.atomic():
        ties = Subscription.objects.select_related("publication")
        if subscription.state == State.PENDING and subscription.confirmed_at is not None:
            # Departed, then typed into the form again: this link proves the address as well.
            ties = ties.filter(pk=subscription.pk, state=State.PENDING)
        else:
            ties = ties.filter(
                subscriber_id=subscription.subscriber_id,
                state=State.UNSUBSCRIBED,
                since=subscription.since,
                confirmed_at__isnull=False,
            )
        for tie in ties:
            if suppression.suppressed(subscription.subscriber.address, tie.publication) is not None:
                continue
            changed = Subscription.objects.filter(pk=tie.pk, state=tie.state).update(
                state=State.ACTIVE, since=now
            )
            if changed:
                text = wordings.confirm(tie.publication, language)
                write(
                    tie,
                    Kind.RETURNED,
                    Event.Kind.RETURNED,
                    form="mail",
                    network=network,
                    wording=wordings.stored(tie.publication, language, "return", text),
                    at=now,
                )
                returned += 1
    return returned


def _subscriber(address: str, *, created_at: dt.datetime, name: str = "") -> Subscriber:
    """The person with this normalised address, made if there is none."""
    found = consent.find(address)
    if found is None:
        found, _made = Subscriber.objects.get_or_create(
            key=key_of(address),
            defaults={"address": address, "name": name, "created_at": created_at},
        )
    return found
