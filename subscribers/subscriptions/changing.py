"""What changes while a subscription lasts: choice, rhythm, language, pause, address."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Max, QuerySet
from django.utils import timezone

from .. import consent
from ..addresses import domain_number, key_of
from ..choice import CLOSED_BITS, NEW, live
from ..models import (
    CHOICE_LIMIT,
    Category,
    ConsentEvent,
    Event,
    Publication,
    Subscriber,
    Subscription,
)
from .entries import tell, write

Kind = ConsentEvent.Kind
State = Subscription.State
# Readers rewritten by one statement; a million in one would lock them all for seconds.
_BATCH = 20_000
# PostgreSQL's advisory lock that whoever authorises mails holds shared ("sudi" in ASCII, and 0,
# which is no issue).
RHYTHM_LOCK = (0x73756469, 0)


def change(
    subscription: Subscription,
    *,
    clear: int,
    chosen: int,
    form: str,
    rhythm: str | None = None,
    language: str | None = None,
    network: str = "",
    by: str = "",
) -> bool:
    """Store another choice, rhythm or language; False if nothing was different.

    `clear` and `chosen` are what `choice.form_update` made of a form: bits of categories that
    were not on it are in neither, so whatever happened to them meanwhile stands. None leaves
    rhythm or language as it is. `by` is the user who did it at the reader's wish.
    """
    columns = ("choice", "rhythm", "language")
    with transaction.atomic():
        rows = Subscription.objects.filter(pk=subscription.pk)
        if connection.vendor == "postgresql" and rhythm is not None and _differs(rows, rhythm):
            _wait_for_turns()
        now = timezone.now()
        before = rows.select_for_update().values(*columns).get()
        wanted: dict[str, Any] = {"rhythm": rhythm, "language": language}
        if rhythm not in (None, before["rhythm"]):
            wanted["rhythm_since"] = now
        rows.update(
            choice=F("choice").bitand((CHOICE_LIMIT - 1) & ~clear).bitor(chosen),
            **{name: value for name, value in wanted.items() if value is not None},
        )
        after = rows.values(*columns).get()
        if after == before:
            return False
        owners = live(subscription.publication)
        write(
            subscription,
            Kind.CHANGED,
            Event.Kind.CHANGED,
            form=form,
            network=network,
            detail={
                "before": {**before, "choice": consent.described(before["choice"], owners)},
                "after": {**after, "choice": consent.described(after["choice"], owners)},
                **({"by": by} if by else {}),
            },
            at=now,
            more={"what": [name for name in columns if after[name] != before[name]]},
        )
    return True


def _differs(rows: QuerySet[Subscription], rhythm: str) -> bool:
    return rows.exclude(rhythm=rhythm).exists()


def _wait_for_turns() -> None:
    """No mail is authorised between here and the commit, and what was is committed.

    So who is asked about later is known by the new rhythm, with every mail sent by the old one.
    Held for a moment. SQLite has one writer at a time.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", RHYTHM_LOCK)


def pause(subscription: Subscription, until: dt.datetime, *, form: str, network: str) -> bool:
    """Send nothing until a moment (UTC). False for whoever has left: nothing is sent anyway."""
    now = timezone.now()
    with transaction.atomic():
        rows = Subscription.objects.filter(pk=subscription.pk).exclude(state=State.UNSUBSCRIBED)
        if not rows.update(paused_until=until):
            return False
        write(
            subscription,
            Kind.PAUSED,
            Event.Kind.PAUSED,
            form=form,
            network=network,
            detail={"until": until.isoformat()},
            at=now,
            more={"until": until.isoformat()},
        )
    return True


def resume(subscription: Subscription, *, form: str, network: str) -> bool:
    """End a pause at once; False if there was none."""
    with transaction.atomic():
        rows = Subscription.objects.filter(pk=subscription.pk, paused_until__isnull=False)
        if not rows.update(paused_until=None):
            return False
        write(
            subscription,
            Kind.RESUMED,
            Event.Kind.RESUMED,
            form=form,
            network=network,
            at=timezone.now(),
        )
    return True


def move(subscriber: Subscriber, address: str, *, network: str) -> bool:
    """Give a reader the new address they confirmed; False if it has a reader of its own.

    `address` is normalised and must be the one the reader asked for. Both readers stay as they
    are when it is taken: whose choice should hold is for the person to say, not for us.
    """
    other = consent.find(address)
    if other is not None and other.pk != subscriber.pk:
        return False
    now = timezone.now()
    try:
        with transaction.atomic():
            changed = Subscriber.objects.filter(pk=subscriber.pk, new_address=address).update(
                address=address, key=key_of(address), new_address="", new_address_at=None
            )
            if not changed:
                return False
            ties = Subscription.objects.filter(subscriber=subscriber)
            ties.update(domain=domain_number(address))
            # The address is the person's: one entry in the ledger, for no publication.
            consent.record(subscriber, Kind.ADDRESS_CHANGED, form="mail", network=network, at=now)
            for tie in ties.order_by("pk"):
                tell(tie, Event.Kind.MOVED, form="mail", at=now)
    except IntegrityError:  # Somebody signed up with it a moment ago.
        return False
    return True


def move_rhythm(publication: Publication, rhythm: str) -> int:
    """Give whoever gets round-ups the one the publication keeps; how many readers that were.

    They stay with the round-up, so `rhythm_since` stays too. The caller holds the transaction.
    """
    others = {*Subscription.Rhythm.values} - {Subscription.Rhythm.EVERY.value, rhythm}
    return sum(
        Subscription.objects.filter(publication=publication, rhythm=other).update(rhythm=rhythm)
        for other in sorted(others)
    )


# --- categories that an editor merges or gives up ----------------------------------------------
# No reader did anything, so the ledgers of a million readers say nothing; the audit log does.


def merge_bits(publication: Publication, source: Category, target: Category) -> int:
    """Whoever chose `source` now has `target` instead; how many readers that were.

    One UPDATE, so nobody is for a moment in neither. The caller holds the transaction.
    """
    if source.bit is None or target.bit is None:
        return 0
    mask = 1 << source.bit
    return (
        Subscription.objects.filter(publication=publication)
        .annotate(taken=F("choice").bitand(mask))
        .filter(taken__gt=0)
        .update(choice=F("choice").bitand(~mask).bitor(1 << target.bit))
    )


def give_back_bit(publication: Publication, bit: int) -> int:
    """Rewrite a bit as one that no category owns; how many readers were rewritten.

    Such a bit mirrors "also new ones"; those of hidden and private categories are cleared, so
    that nobody slides into the next one. In batches, outside any transaction.
    """
    mask = 1 << bit
    touched = 0
    ours = Subscription.objects.filter(publication=publication)
    last = ours.aggregate(last=Max("id"))["last"] or 0
    for first in range(1, last + 1, _BATCH):
        part = ours.filter(id__gte=first, id__lt=first + _BATCH).annotate(
            follows=F("choice").bitand(NEW), taken=F("choice").bitand(mask)
        )
        if bit in CLOSED_BITS:
            touched += part.filter(taken__gt=0).update(choice=F("choice").bitand(~mask))
        else:
            touched += part.filter(follows__gt=0, taken=0).update(choice=F("choice").bitor(mask))
            touched += part.filter(follows=0, taken__gt=0).update(choice=F("choice").bitand(~mask))
    return touched
