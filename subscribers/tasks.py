"""Jobs: mail that somebody waits for goes at once, not at the next sweep.

A job carries ids only, may run twice or never, and is only a wake-up: the row of the service mail
is the truth (`mailing`), and housekeeping sends what no job came for.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from django_tasks import task

from . import mailing
from .models import ServiceMail, Subscriber, Subscription

log = logging.getLogger(__name__)

Kind = ServiceMail.Kind


def enqueue(job: Any, *args: int) -> None:
    """Wake a job; if the queue cannot be reached, housekeeping or the reader's next try will do."""
    try:
        job.enqueue(*args)
    except Exception:  # A broker that is down must not turn a stored request into an error page.
        log.exception("a job could not be enqueued")


def ask(
    kind: str,
    subscription: Subscription | int | None = None,
    *,
    subscriber: int | None = None,
    publication: int | None = None,
) -> None:
    """Store a service mail in this transaction, and have it sent as soon as that is committed."""
    row = mailing.ask(
        kind, subscription=subscription, subscriber=subscriber, publication=publication
    )
    transaction.on_commit(lambda: enqueue(deliver, row))


@task(queue_name="mail")
def deliver(service_mail_id: int) -> None:
    """Send one service mail, unless somebody else did or is at it."""
    mailing.deliver(service_mail_id)


# ---- jobs that earlier versions left in a queue: each is now a row, sent at once


def _now(kind: str, **about: Any) -> None:
    with transaction.atomic():
        row = mailing.ask(kind, **about)
    mailing.deliver(row)


def _known(subscription_id: int) -> Subscription | None:
    """The subscription, if it is still there."""
    return Subscription.objects.filter(pk=subscription_id).first()


@task(queue_name="mail")
def answer_request(subscription_id: int) -> None:
    """Somebody asked: the confirmation, or that the address gets it already or is stopped."""
    if known := _known(subscription_id):
        _now(Kind.ANSWER, subscription=known)


@task(queue_name="mail")
def send_welcome(subscription_id: int) -> None:
    """Greet a reader who has just confirmed."""
    if known := _known(subscription_id):
        _now(Kind.WELCOME, subscription=known)


@task(queue_name="mail")
def send_manage_links(subscriber_id: int, publication_id: int) -> None:
    """Mail an address the links to its subscriptions; nothing if there is no such reader."""
    if Subscriber.objects.filter(pk=subscriber_id).exists():
        _now(Kind.LINKS, subscriber=subscriber_id, publication=publication_id)


@task(queue_name="mail")
def send_sensitive_link(subscription_id: int) -> None:
    """Mail the one-hour link to the address itself."""
    if known := _known(subscription_id):
        _now(Kind.SENSITIVE, subscription=known)


@task(queue_name="mail")
def send_address_change(subscription_id: int) -> None:
    """Tell the old address, and ask the new one to confirm."""
    if known := _known(subscription_id):
        _now(Kind.OLD_ADDRESS, subscription=known)
        _now(Kind.NEW_ADDRESS, subscription=known)
