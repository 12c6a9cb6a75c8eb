"""A request to subscribe: what is stored, in the same steps whoever the address belongs to.

A new, waiting, reading, departed or suppressed address gets the same answer after the same
work: one transaction with one commit, and one job. What the job mails, and whether it mails, is
decided where nobody can watch.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from . import conf, limits, subscriptions, suppression, tasks
from .addresses import key_of, keys_of
from .limits import Rate
from .models import ASKED_LIFE, Asked, Category, Publication, ServiceMail, Subscription, Wording
from .subscriptions import Wish

# Requests for one address in one publication that are looked at; the rest change nothing.
PER_ADDRESS = Rate(interval=3600, burst=3)


def offered(publication: Publication) -> list[Category]:
    """The categories a visitor may choose from, in order."""
    return list(
        publication.categories.filter(
            visibility=Category.Visibility.OPEN, retired_at__isnull=True, bit__isnull=False
        )
    )


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
        subscription_id = subscriptions.request(
            publication, address, wish, form=form, network=network, wording=wording
        ).pk
        if standing is None or standing.reason in suppression.PROVABLE:
            transaction.savepoint_commit(before)
        else:
            transaction.savepoint_rollback(before)
        # One who is stopped for good may have been a reader; 0 is nobody, and no work for the job.
        known = Subscription.objects.filter(
            pk=subscription_id, subscriber__key__in=keys_of(address)
        )
        subscription_id = known.values_list("pk", flat=True).first() or 0
        tasks.ask(ServiceMail.Kind.ANSWER, subscription_id, publication=publication.pk)


def keep_asked(publication: Publication, address: str, wish: Wish) -> uuid.UUID:
    """Keep what was asked for the page that follows; the key opens it for `ASKED_LIFE`."""
    return Asked.objects.create(
        publication=publication,
        address=address,
        choice=wish.choice.bits,
        rhythm=wish.rhythm,
        language=wish.language,
    ).key


def asked(publication: Publication, key: str) -> Asked | None:
    """What was asked under this key, in hexadecimal digits; None when it is over or was never."""
    try:
        number = uuid.UUID(hex=key)
    except ValueError:
        return None
    return Asked.objects.filter(
        key=number, publication=publication, at__gte=timezone.now() - ASKED_LIFE
    ).first()


def embed_code(publication: Publication) -> tuple[str, str]:
    """(a plain HTML form, an iframe) to put on another site.

    Neither needs a script; the one behind the frame makes it as high as what stands in it.
    """
    page = f"{conf.base_url()}/{publication.slug}/subscribe/"
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
        '<iframe src="{}embed/" title="{}" width="100%" height="640" '
        'referrerpolicy="no-referrer"></iframe>\n'
        '<script src="{}" async></script>',
        page,
        publication.name,
        # The plain name: it stays where it was copied to.
        conf.absolute(f"{settings.STATIC_URL}subscribers/embed.js"),
    )
    return str(form), str(frame)
