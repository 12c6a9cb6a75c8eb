"""What time does: sign-ups are asked late, reminded, forgotten; old rows and files are tidied."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from . import (
    events,
    limits,
    mailing,
    readership,
    rekeying,
    rhythm,
    secure_delete,
    subscriptions,
    suppression,
)
from .emails.letters import NEW_ADDRESS_MINUTES
from .limits import Rate
from .mailing import PER_DAY
from .models import ASKED_LIFE, Asked, Publication, ServiceMail, Subscriber, Subscription

TIDY = Rate(interval=6 * 3600)
REMIND_AFTER = dt.timedelta(hours=48)
FORGET_AFTER = dt.timedelta(days=30)
# A job has this long before its work is done here.
PATIENCE = dt.timedelta(seconds=30)
BATCH = 200

State, Kind = Subscription.State, ServiceMail.Kind


def sweep() -> None:
    """Every step once. Each is cheap when nothing is due; the site runs them one by one."""
    for step in (
        ask, remind, end_roundups, mailing.sweep, forget, give_up_address_changes, forget_old,
        rekey, cut_log, readership.sweep,
    ):  # fmt: skip
        step()


def ask() -> None:
    """Confirmations nobody asked for yet: of an import, and of an address that had had its mail."""
    now = timezone.now()
    asked_lately = Subscription.objects.filter(
        subscriber=OuterRef("subscriber"),
        asked_at__gt=now - dt.timedelta(seconds=PER_DAY.interval),
    )
    waiting = ServiceMail.objects.filter(
        subscription=OuterRef("pk"), kind=Kind.ANSWER, state=ServiceMail.State.WAITING
    )
    due = (
        Subscription.objects.filter(
            state=State.PENDING, since__lte=now - PATIENCE, since__gt=now - FORGET_AFTER
        )
        # Reminded though never asked: imported, and only to be asked when somebody says so.
        .filter(asked_at__isnull=True, reminded_at__isnull=True)
        .exclude(Exists(asked_lately))
        .exclude(Exists(waiting))
        .order_by("since")
    )
    for subscription in _loaded(due):
        if mailing.may_be_mailed(subscription):
            mailing.ask(Kind.ANSWER, subscription=subscription)


def remind() -> None:
    """Who has not confirmed is reminded once."""
    now = timezone.now()
    due = Subscription.objects.filter(
        state=State.PENDING,
        since__lte=now - REMIND_AFTER,
        since__gt=now - FORGET_AFTER,
        asked_at__lte=now - REMIND_AFTER,
        reminded_at__isnull=True,
    ).order_by("since")
    for subscription in _loaded(due):
        if not mailing.may_be_mailed(subscription):
            continue
        with transaction.atomic():
            claimed = Subscription.objects.filter(
                pk=subscription.pk, state=State.PENDING, reminded_at__isnull=True
            ).update(reminded_at=now)
            if claimed:
                mailing.ask(Kind.REMINDER, subscription=subscription)


def forget() -> None:
    """After 30 days without a yes: a new address is deleted, a departed reader departed again."""
    now = timezone.now()
    old = Subscription.objects.filter(state=State.PENDING, since__lte=now - FORGET_AFTER)
    for pk in list(old.order_by("since").values_list("pk", flat=True)[:BATCH]):
        subscriptions.expire(pk, before=now - FORGET_AFTER, now=now)


def give_up_address_changes() -> None:
    """A new address nobody confirmed is not ours to keep.

    Its link has run out by itself; this only tidies up, and reads every reader: not every time.
    """
    now = timezone.now()
    if not limits.take("sweep:new-addresses", TIDY, now=now):
        return
    over = now - dt.timedelta(minutes=NEW_ADDRESS_MINUTES)
    Subscriber.objects.filter(new_address_at__lt=over).update(new_address="", new_address_at=None)


def end_roundups() -> None:
    """Tell readers of a round-up that was switched off, and give them single issues.

    Both in one transaction, so that nobody gets them unawares. Who left or is suppressed gets
    nothing anyway.
    """
    now = timezone.now()
    off = Publication.objects.filter(
        roundup=Publication.Roundup.OFF, roundup_changed_at__isnull=False
    )
    for publication in off:
        for tie in rhythm.waiting_for_single_issues(publication, now, BATCH):
            with transaction.atomic():
                if suppression.suppressed(tie.subscriber.address, publication) is None:
                    mailing.ask(Kind.ROUNDUP_ENDED, subscription=tie)
                every = Subscription.Rhythm.EVERY
                subscriptions.change(tie, clear=0, chosen=0, rhythm=every, form="roundup-ended")


def _loaded(rows: QuerySet[Subscription]) -> list[Subscription]:
    return list(rows.select_related("subscriber", "publication")[:BATCH])


def forget_old() -> None:
    """Service mail that ended, events, limits and questions that nobody needs any more."""
    now = timezone.now()
    mailing.forget(now)
    Asked.objects.filter(at__lt=now - ASKED_LIFE).delete()
    events.sweep(now)
    limits.sweep(now=now)


def rekey() -> None:
    """One batch of readers gets the newest key."""
    rekeying.sweep()


def cut_log() -> None:
    """What was deleted leaves SQLite's log too."""
    secure_delete.sweep()
