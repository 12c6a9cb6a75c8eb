"""Jobs: every mail to a reader outside an issue, and what time does to sign-ups.

A job carries ids only, may run twice or never, and is only a wake-up: pending with `asked_at`
null *is* the queue of confirmations, and `sweep` finds what no job came for. A mail is claimed
by a conditional UPDATE before the network is touched, so it goes out once.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django_tasks import task

from . import (
    emails,
    events,
    languages,
    limits,
    rekeying,
    secure_delete,
    subscriptions,
    suppression,
)  # fmt: skip
from .addresses import canonical
from .emails import Letter
from .limits import Rate
from .models import Subscriber, Subscription

log = logging.getLogger(__name__)

# At most one confirmation to an address in 24 hours and three in 30 days, whatever is asked.
PER_DAY = Rate(interval=24 * 3600)
PER_MONTH = Rate(interval=30 * 24 * 3600)
MONTHLY = 3
# Links mailed on request to a confirmed reader.
ON_REQUEST = Rate(interval=8 * 3600, burst=3)

TIDY = Rate(interval=6 * 3600)

REMIND_AFTER = dt.timedelta(hours=48)
FORGET_AFTER = dt.timedelta(days=30)
# A job has this long before the sweeper takes its work.
PATIENCE = dt.timedelta(seconds=30)
BATCH = 200

State = Subscription.State


def enqueue(job: Any, *args: int) -> None:
    """Wake a job; if the queue cannot be reached, the sweeper or the reader's next try will do."""
    try:
        job.enqueue(*args)
    except Exception:  # A broker that is down must not turn a stored request into an error page.
        log.exception("a job could not be enqueued")


@task(queue_name="mail")
def answer_request(subscription_id: int) -> None:
    """A sign-up was stored: mail the confirmation, or say that the address gets it already."""
    subscription = _load(subscription_id)
    if subscription is None or not _may_be_mailed(subscription):
        return
    if subscription.state == State.PENDING:
        _confirm(subscription)
    elif subscription.state == State.ACTIVE:
        slots = _confirmation_slots(subscription)
        if slots:
            _send(subscription, emails.already(subscription), slots)


@task(queue_name="mail")
def send_welcome(subscription_id: int) -> None:
    """Greet a reader who has just confirmed; once a day at most, however often the job runs."""
    subscription = _load(subscription_id)
    if subscription is None or subscription.state != State.ACTIVE:
        return
    key = f"welcome:{subscription.pk}"
    if limits.take(key, PER_DAY):
        _send(subscription, emails.welcome(subscription), [key])


@task(queue_name="mail")
def send_manage_links(subscriber_id: int, publication_id: int) -> None:
    """Mail an address the links to its subscriptions; nothing if there is no such reader."""
    ties = list(
        Subscription.objects.select_related("subscriber", "publication")
        .filter(subscriber_id=subscriber_id, subscriber__erased_at__isnull=True)
        .filter(Q(confirmed_at__isnull=False))
        .order_by("id")
    )
    if not ties:
        # Only an unconfirmed sign-up: another confirmation, if one may be sent.
        waiting = Subscription.objects.filter(
            subscriber_id=subscriber_id, publication_id=publication_id, state=State.PENDING
        ).first()
        if waiting is not None:
            answer_request.call(waiting.pk)
        return
    first = next((tie for tie in ties if tie.publication_id == publication_id), ties[0])
    others = [tie for tie in ties if tie.pk != first.pk]
    key = limits.key_for("mailed", f"manage|{subscriber_id}")
    if _may_be_mailed(first) and limits.take(key, ON_REQUEST):
        _send(first, emails.manage_links(first, others), [])


@task(queue_name="mail")
def send_sensitive_link(subscription_id: int) -> None:
    """Mail the one-hour link to the address itself, whoever holds the preferences link."""
    subscription = _load(subscription_id)
    if subscription is None or not _may_be_mailed(subscription):
        return
    key = limits.key_for("mailed", f"sensitive|{subscription.subscriber_id}")
    if limits.take(key, ON_REQUEST):
        _send(subscription, emails.sensitive(subscription), [])


@task(queue_name="mail")
def send_address_change(subscription_id: int) -> None:
    """Ask the new address to confirm, and tell the old one."""
    subscription = _load(subscription_id)
    if subscription is None or not subscription.subscriber.new_address:
        return
    subscriber = subscription.subscriber
    key = limits.key_for("mailed", f"change|{subscriber.pk}|{subscriber.new_address_at}")
    if not limits.take(key, PER_DAY):
        return  # This job has run before.
    _send(subscription, emails.address_notice(subscription), [])
    if suppression.suppressed(subscriber.new_address) is not None:
        return
    # A confirmation like any other for the address that gets it: the same slots.
    slots = _slots_of_address(subscriber.new_address)
    if slots:
        _send(subscription, emails.new_address(subscription), slots, to=subscriber.new_address)


def sweep() -> None:
    """What is due and what no job came for. Cheap when nothing is; called every ten seconds."""
    now = timezone.now()
    _ask_the_forgotten(now)
    _remind(now)
    _forget(now)
    _give_up_address_changes(now)
    events.sweep(now)
    limits.sweep(now=now)
    rekeying.sweep()
    secure_delete.sweep()


def _ask_the_forgotten(now: dt.datetime) -> None:
    """Confirmations no job has sent: the queue was down, or the address had had its mail."""
    asked_lately = Subscription.objects.filter(
        subscriber=OuterRef("subscriber"),
        asked_at__gt=now - dt.timedelta(seconds=PER_DAY.interval),
    )
    due = (
        Subscription.objects.filter(
            state=State.PENDING, since__lte=now - PATIENCE, since__gt=now - FORGET_AFTER
        )
        # Reminded though never asked: imported, and only to be asked when somebody says so.
        .filter(asked_at__isnull=True, reminded_at__isnull=True)
        .exclude(Exists(asked_lately))
        .order_by("since")
    )
    for subscription in _loaded(due):
        if _may_be_mailed(subscription) and not _confirm(subscription):
            return  # The relay is down: the rest would only wait for it too.


def _remind(now: dt.datetime) -> None:
    due = Subscription.objects.filter(
        state=State.PENDING,
        since__lte=now - REMIND_AFTER,
        since__gt=now - FORGET_AFTER,
        asked_at__lte=now - REMIND_AFTER,
        reminded_at__isnull=True,
    ).order_by("since")
    for subscription in _loaded(due):
        if not _may_be_mailed(subscription):
            continue
        slots = _confirmation_slots(subscription)
        if not slots:
            continue
        claimed = Subscription.objects.filter(
            pk=subscription.pk, state=State.PENDING, reminded_at__isnull=True
        ).update(reminded_at=now)
        if not claimed:
            _give_back(slots)
            continue

        def undo(pk: int = subscription.pk) -> None:
            Subscription.objects.filter(pk=pk, reminded_at=now).update(reminded_at=None)

        letter = emails.confirmation(subscription, reminder=True)
        if not _send(subscription, letter, slots, undo=undo):
            return


def _forget(now: dt.datetime) -> None:
    """After 30 days without a yes: a new address is deleted, a departed reader departed again."""
    old = Subscription.objects.filter(state=State.PENDING, since__lte=now - FORGET_AFTER)
    for pk in list(old.order_by("since").values_list("pk", flat=True)[:BATCH]):
        subscriptions.expire(pk, before=now - FORGET_AFTER, now=now)


def _give_up_address_changes(now: dt.datetime) -> None:
    """A new address nobody confirmed is not ours to keep.

    Its link has run out by itself; this only tidies up, and reads every reader: not every time.
    """
    if not limits.take("sweep:new-addresses", TIDY, now=now):
        return
    over = now - dt.timedelta(minutes=emails.NEW_ADDRESS_MINUTES)
    Subscriber.objects.filter(new_address_at__lt=over).update(new_address="", new_address_at=None)


def _confirm(subscription: Subscription) -> bool:
    """Mail the confirmation if the address may get one now. False: the relay cannot be used."""
    slots = _confirmation_slots(subscription)
    if not slots:
        return True
    before, now = subscription.asked_at, timezone.now()
    claimed = Subscription.objects.filter(
        pk=subscription.pk, state=State.PENDING, asked_at=before
    ).update(asked_at=now)
    if not claimed:
        _give_back(slots)
        return True

    def undo() -> None:
        Subscription.objects.filter(pk=subscription.pk, asked_at=now).update(asked_at=before)

    return _send(subscription, emails.confirmation(subscription), slots, undo=undo)


def _send(
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
        emails.send(letter, subscription.publication, address, language)
    except emails.NotSent as error:
        log.warning("mail to the reader of subscription %s: %s", subscription.pk, error)
        _give_back(slots)
        if undo is not None:
            undo()
        return False
    except emails.Refused as error:
        # The claim stands: asking a relay that said no for good would only annoy it.
        log.info("mail to the reader of subscription %s: %s", subscription.pk, error)
    return True


def _confirmation_slots(subscription: Subscription) -> list[str]:
    return _slots_of_address(subscription.subscriber.address)


def _slots_of_address(address: str) -> list[str]:
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


def _give_back(slots: list[str]) -> None:
    for key in slots:
        limits.give_back(key)


def _load(subscription_id: int) -> Subscription | None:
    return (
        Subscription.objects.select_related("subscriber", "publication")
        .filter(pk=subscription_id)
        .first()
    )


def _loaded(rows: Any) -> list[Subscription]:
    return list(rows.select_related("subscriber", "publication")[:BATCH])


def _may_be_mailed(subscription: Subscription) -> bool:
    """Not erased, and not suppressed but by an erasure the reader may take back by confirming."""
    subscriber = subscription.subscriber
    if subscriber.erased_at is not None or not subscriber.address:
        return False
    standing = suppression.suppressed(subscriber.address)
    return standing is None or standing.reason == suppression.Reason.ERASED
