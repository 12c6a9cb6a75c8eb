"""One-off mails, each claimed before the network is touched, so that it goes out once.

A claim is a conditional UPDATE of `asked_at` or `reminded_at`, or a slot in time
(`subscribers.limits`): whoever types addresses into forms cannot fill a stranger's mailbox.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.utils import timezone, translation

from . import languages, limits, stopped, suppression
from .addresses import canonical
from .emails import letters, relay
from .emails.letters import Letter
from .limits import Rate
from .models import Subscription

log = logging.getLogger(__name__)

# At most one confirmation to an address in 24 hours and three in 30 days, whatever is asked.
PER_DAY = Rate(interval=24 * 3600)
PER_MONTH = Rate(interval=30 * 24 * 3600)
MONTHLY = 3

State = Subscription.State


def confirm(subscription: Subscription) -> bool:
    """Mail the confirmation if the address may get one now. False: the relay cannot be used."""
    slots = confirmation_slots(subscription)
    if not slots:
        return True
    before, now = subscription.asked_at, timezone.now()
    claimed = Subscription.objects.filter(
        pk=subscription.pk, state=State.PENDING, asked_at=before
    ).update(asked_at=now)
    if not claimed:
        give_back(slots)
        return True

    def undo() -> None:
        Subscription.objects.filter(pk=subscription.pk, asked_at=now).update(asked_at=before)

    return send(subscription, letters.confirmation(subscription), slots, undo=undo)


def answer_stopped(subscription: Subscription) -> None:
    """Mail a reader whose mail was stopped what they can do, if they can do something.

    Goes to a suppressed address, because somebody asked: as seldom as a confirmation, and to one
    that reported us as spam once in 30 days, without a link.
    """
    with translation.override(languages.of_subscription(subscription)):
        found = stopped.of(subscription)
    address = subscription.subscriber.address
    if found is None or not address:
        return
    if found.provable:
        slots = slots_of_address(address)
        if slots:
            send(subscription, letters.proof(subscription, found), slots)
    elif found.complained:
        key = limits.key_for("mailed", f"complained|{canonical(address)}")
        if limits.take(key, PER_MONTH):
            send(subscription, letters.complained(subscription, found), [key])


def send(
    subscription: Subscription,
    letter: Letter,
    slots: list[str],
    *,
    to: str = "",
    undo: Callable[[], None] | None = None,
) -> bool:
    """Send a claimed letter. False, and the claim and its slots undone, if it surely did not go."""
    language = languages.of_subscription(subscription)
    address = to or subscription.subscriber.address
    try:
        relay.send(letter, subscription.publication, address, language)
    except relay.NotSent as error:
        log.warning("mail to the reader of subscription %s: %s", subscription.pk, error)
        give_back(slots)
        if undo is not None:
            undo()
        return False
    except relay.MailRefused as error:
        # The claim stands: asking a relay that said no for good would only annoy it.
        log.info("mail to the reader of subscription %s: %s", subscription.pk, error)
    return True


def confirmation_slots(subscription: Subscription) -> list[str]:
    return slots_of_address(subscription.subscriber.address)


def slots_of_address(address: str) -> list[str]:
    """One slot of the day and one of the month, or none of either."""
    name = canonical(address)
    day = limits.key_for("confirm", name)
    if not limits.take(day, PER_DAY):
        return []
    month = limits.take_any(
        (limits.key_for("confirm30", f"{name}|{number}") for number in range(MONTHLY)), PER_MONTH
    )
    if month is None:
        limits.give_back(day)
        return []
    return [day, month]


def give_back(slots: list[str]) -> None:
    for key in slots:
        limits.give_back(key)


def load(subscription_id: int) -> Subscription | None:
    return (
        Subscription.objects.select_related("subscriber", "publication")
        .filter(pk=subscription_id)
        .first()
    )


def may_be_mailed(subscription: Subscription) -> bool:
    """Not erased, and not suppressed but by an erasure the reader may take back by confirming."""
    subscriber = subscription.subscriber
    if subscriber.erased_at is not None or not subscriber.address:
        return False
    standing = suppression.suppressed(subscriber.address, subscription.publication)
    return standing is None or standing.reason == suppression.Reason.ERASED
