"""Jobs: every mail to a reader outside an issue that somebody's act asks for.

A job carries ids only, may run twice or never, and is only a wake-up: pending with `asked_at`
null *is* the queue of confirmations, and `housekeeping` finds what no job came for.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db.models import Q
from django_tasks import task

from . import limits, mailing, suppression
from .emails import letters
from .limits import Rate
from .mailing import PER_DAY
from .models import Subscription

log = logging.getLogger(__name__)

# Links mailed on request to a confirmed reader.
ON_REQUEST = Rate(interval=8 * 3600, burst=3)

State = Subscription.State


def enqueue(job: Any, *args: int) -> None:
    """Wake a job; if the queue cannot be reached, housekeeping or the reader's next try will do."""
    try:
        job.enqueue(*args)
    except Exception:  # A broker that is down must not turn a stored request into an error page.
        log.exception("a job could not be enqueued")


@task(queue_name="mail")
def answer_request(subscription_id: int) -> None:
    """Somebody asked: mail the confirmation, or that the address gets it already or is stopped."""
    subscription = mailing.load(subscription_id)
    if subscription is None or subscription.subscriber.erased_at is not None:
        return
    if not mailing.may_be_mailed(subscription):
        mailing.answer_stopped(subscription)
    elif subscription.state == State.PENDING:
        mailing.confirm(subscription)
    elif subscription.state == State.ACTIVE:
        slots = mailing.confirmation_slots(subscription)
        if slots:
            mailing.send(subscription, letters.already(subscription), slots)


@task(queue_name="mail")
def send_welcome(subscription_id: int) -> None:
    """Greet a reader who has just confirmed; once a day at most, however often the job runs."""
    subscription = mailing.load(subscription_id)
    if subscription is None or subscription.state != State.ACTIVE:
        return
    key = f"welcome:{subscription.pk}"
    if limits.take(key, PER_DAY):
        mailing.send(subscription, letters.welcome(subscription), [key])


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
    if not mailing.may_be_mailed(first):
        mailing.answer_stopped(first)
    elif limits.take(key, ON_REQUEST):
        mailing.send(first, letters.manage_links(first, others), [])


@task(queue_name="mail")
def send_sensitive_link(subscription_id: int) -> None:
    """Mail the one-hour link to the address itself, whoever holds the preferences link."""
    subscription = mailing.load(subscription_id)
    if subscription is None or not mailing.may_be_mailed(subscription):
        return
    key = limits.key_for("mailed", f"sensitive|{subscription.subscriber_id}")
    if limits.take(key, ON_REQUEST):
        mailing.send(subscription, letters.sensitive(subscription), [])


@task(queue_name="mail")
def send_address_change(subscription_id: int) -> None:
    """Ask the new address to confirm, and tell the old one."""
    subscription = mailing.load(subscription_id)
    if subscription is None or not subscription.subscriber.new_address:
        return
    subscriber = subscription.subscriber
    key = limits.key_for("mailed", f"change|{subscriber.pk}|{subscriber.new_address_at}")
    if not limits.take(key, PER_DAY):
        return  # This job has run before.
    mailing.send(subscription, letters.address_notice(subscription), [])
    if suppression.suppressed(subscriber.new_address, None) is not None:
        return
    # A confirmation like any other for the address that gets it: the same slots.
    slots = mailing.slots_of_address(subscriber.new_address)
    if slots:
        mailing.send(
            subscription, letters.new_address(subscription), slots, to=subscriber.new_address
        )
