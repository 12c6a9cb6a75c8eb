"""The table of service mails: what is stored, when it is due, when it is over."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

from django.utils import timezone

from ..emails.letters import FRESH_MINUTES, NEW_ADDRESS_MINUTES, Letter
from ..models import Publication, ServiceMail, Subscription

Kind, State = ServiceMail.Kind, ServiceMail.State

_DAY = dt.timedelta(days=1)
# How long a mail is worth sending. Where it holds a link that dies: as long as that would have
# lived, had it gone at once. An unconfirmed sign-up is forgotten after 30 days, and with it the
# confirmation; who asked for a link waits at their mailbox and has gone away after a week.
LIFE = {
    Kind.ANSWER: 30 * _DAY,
    Kind.REMINDER: 28 * _DAY,
    Kind.WELCOME: 30 * _DAY,
    Kind.LINKS: 7 * _DAY,
    Kind.SENSITIVE: dt.timedelta(minutes=FRESH_MINUTES),
    Kind.OLD_ADDRESS: dt.timedelta(minutes=NEW_ADDRESS_MINUTES),
    Kind.NEW_ADDRESS: dt.timedelta(minutes=NEW_ADDRESS_MINUTES),
    Kind.ROUNDUP_ENDED: 30 * _DAY,
    Kind.LETTER: 7 * _DAY,
}
# What became of a mail can be looked up for two weeks.
KEEP = 14 * _DAY
# Rows deleted by one statement, so that it holds its locks for milliseconds.
_BATCH = 2_000


def ask(
    kind: str,
    *,
    subscription: Subscription | int | None = None,
    subscriber: int | None = None,
    publication: Publication | int | None = None,
) -> int:
    """Store that a reader is to get a mail; call it in the transaction that causes it. Its id.

    One that waits already is due again instead: somebody who asks twice gets it once. With nobody
    to mail the row is written all the same, so that no form answers faster for a stranger.
    """
    now = timezone.now()
    expires = now + LIFE[Kind(kind)]
    tie = subscription if isinstance(subscription, int) else getattr(subscription, "pk", None)
    waiting = ServiceMail.objects.filter(kind=kind, state=State.WAITING)
    if kind == Kind.LINKS:
        waiting = waiting.filter(subscriber=subscriber or 0)
    else:
        waiting = waiting.filter(subscription=tie or 0)
    again = waiting.values_list("pk", flat=True).first()
    if again is not None:
        # Not one that has most likely arrived: it has a time of its own to be sent once more.
        waiting.filter(pk=again, unanswered=0).update(due_at=now, expires_at=expires)
        return again
    if isinstance(subscription, Subscription):
        publication = subscription.publication_id
    return ServiceMail.objects.create(
        kind=kind,
        publication_id=getattr(publication, "pk", publication),
        subscription_id=tie or None,
        subscriber_id=subscriber or None,
        created_at=now,
        due_at=now,
        expires_at=expires,
    ).pk


def write(
    letter: Letter,
    publication: Publication,
    address: str,
    language: str,
    *,
    by_alert_relay: bool = False,
    life: dt.timedelta = LIFE[Kind.LETTER],
) -> ServiceMail:
    """Store a finished letter to an editor, in the transaction of what it tells."""
    now = timezone.now()
    return ServiceMail.objects.create(
        kind=Kind.LETTER,
        publication=publication,
        address=address,
        language=language,
        letter=asdict(letter),
        by_alert_relay=by_alert_relay,
        created_at=now,
        due_at=now,
        expires_at=now + life,
    )


def forget(now: dt.datetime) -> int:
    """Delete what ended more than KEEP ago, a bounded batch; rows deleted."""
    old = ServiceMail.objects.filter(ended_at__lt=now - KEEP).order_by("ended_at")
    batch = list(old.values_list("pk", flat=True)[:_BATCH])
    return ServiceMail.objects.filter(pk__in=batch).delete()[0]
