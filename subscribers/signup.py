"""A request to subscribe: what is stored, in the same steps whoever the address belongs to.

A new, waiting, reading, departed or suppressed address gets the same answer after the same
work: one transaction with one commit, and one job. What the job mails, and whether it mails, is
decided where nobody can watch.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from . import limits, suppression, tasks
from .addresses import domain_number, key_of
from .choice import Choice
from .consent import Kind, described, find, record
from .limits import Rate
from .models import Category, Publication, Subscriber, Subscription, Wording

# Requests for one address in one publication that are looked at; the rest change nothing.
PER_ADDRESS = Rate(interval=3600, burst=3)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a visitor asked for."""

    choice: Choice
    rhythm: str = Subscription.Rhythm.EVERY
    language: str = ""


def offered(publication: Publication) -> list[Category]:
    """The categories a visitor may choose from, in order."""
    return list(
        publication.categories.filter(
            visibility=Category.Visibility.OPEN, retired_at__isnull=True, bit__isnull=False
        )
    )


def live(publication: Publication) -> list[Category]:
    """Every category that owns a bit: what `choice` needs to know."""
    return list(publication.categories.filter(bit__isnull=False))


def ask(
    publication: Publication,
    address: str,
    wish: Wish,
    *,
    form: str,
    network: str,
    wording: Wording,
) -> None:
    """Store a request and leave the mail to a job. `address` is normalised.

    `form` is hosted, embed or api; `network` is already cut short.
    """
    key = key_of(address)
    with transaction.atomic():
        request_key = limits.key_for("request", f"{key}|{publication.pk}")
        if not limits.take(request_key, PER_ADDRESS):
            return
        standing = suppression.suppressed(address, publication)
        # Stored for everybody, and taken back for a suppressed address: work that is left out
        # could be measured from outside.
        before = transaction.savepoint()
        subscription_id = _store(publication, address, wish, form, network, wording)
        if standing is None or standing.reason == suppression.Reason.ERASED:
            transaction.savepoint_commit(before)
        else:
            transaction.savepoint_rollback(before)
            subscription_id = 0  # Nobody: the job then has nothing to do.
        transaction.on_commit(lambda: tasks.enqueue(tasks.answer_request, subscription_id))


def _store(
    publication: Publication,
    address: str,
    wish: Wish,
    form: str,
    network: str,
    wording: Wording,
) -> int:
    now = timezone.now()
    subscriber = find(address)
    if subscriber is None:
        subscriber, _made = Subscriber.objects.get_or_create(
            key=key_of(address), defaults={"address": address}
        )
    subscription, made = Subscription.objects.get_or_create(
        subscriber=subscriber,
        publication=publication,
        defaults={
            "choice": wish.choice.bits,
            "rhythm": wish.rhythm,
            "language": wish.language,
            "domain": domain_number(subscriber.address),
            "since": now,
        },
    )
    if not made:
        # Anybody can type an address: what a reader has confirmed is never changed from here.
        wanted = {
            "choice": wish.choice.bits,
            "rhythm": wish.rhythm,
            "language": wish.language,
        }
        rows = Subscription.objects.filter(pk=subscription.pk)
        changed = rows.filter(state=Subscription.State.PENDING).update(**wanted)
        if not changed:
            # confirmed_at stays: it tells a departed reader from a new one if this is not
            # confirmed, and then they are departed again instead of deleted.
            rows.filter(state=Subscription.State.UNSUBSCRIBED).update(
                **wanted,
                state=Subscription.State.PENDING,
                since=now,
                asked_at=None,
                reminded_at=None,
            )
    record(
        subscription,
        Kind.REQUESTED,
        form=form,
        wording=wording,
        network=network,
        detail={
            **described(wish.choice.bits, live(publication)),
            "rhythm": wish.rhythm,
            "language": wish.language,
        },
    )
    return subscription.pk


def embed_code(publication: Publication) -> tuple[str, str]:
    """(a plain HTML form, an iframe) to put on another site; neither needs a script."""
    page = f"{settings.BASE_URL}/{publication.slug}/subscribe/"
    form = format_html(
        '<form method="post" action="{}">\n'
        '  <label>{} <input name="address" inputmode="email" autocomplete="email" required>'
        "</label>\n"
        '  <input name="form" type="hidden" value="embed">\n'
        '  <button type="submit">{}</button>\n'
        "</form>",
        page,
        _("Email address"),
        _("Subscribe"),
    )
    frame = format_html(
        '<iframe src="{}embed/" title="{}" width="100%" height="420" '
        'referrerpolicy="no-referrer"></iframe>',
        page,
        publication.name,
    )
    return str(form), str(frame)
