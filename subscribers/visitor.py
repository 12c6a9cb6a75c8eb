"""Who is asking, where a project that hosts the apps knows its visitors by accounts of its own.

`SUDI["VISITOR"]` names a function that takes a request and returns the mail address of whoever is
signed in, or nothing. The host vouches that the address is theirs: a subscription is then active
without a mail to confirm it, and their page opens without the link from a mail.
"""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest
from django.utils.module_loading import import_string

from . import conf, consent, domains, languages, subscriptions, suppression, tasks, wordings
from .addresses import BadAddress, normalise
from .choice import Choice
from .models import Publication, ServiceMail, Subscription
from .subscriptions import Wish

# What the consent ledger calls the way.
FORM = "account"


def address(request: HttpRequest) -> str:
    """The visitor's address, normalised; empty for nobody, and on a site without accounts."""
    path = conf.visitor()
    said = import_string(path)(request) if path else None
    try:
        return normalise(str(said)) if said else ""
    except BadAddress:
        return ""


def subscription(address: str, publication: Publication) -> Subscription | None:
    """The subscription of a normalised address, in whatever state."""
    reader = consent.find(address)
    if reader is None:
        return None
    return (
        Subscription.objects.select_related("subscriber", "publication")
        .filter(subscriber=reader, publication=publication)
        .first()
    )


def subscribe(
    publication: Publication, address: str, *, network: str, language: str
) -> Subscription | None:
    """Everything, from now on; None if the publication is closed to them or a suppression stands.

    `language` is that of the page, whose words go into the consent ledger.
    """
    if not publication.open or not domains.may_sign_up(address, publication):
        return None
    words = wordings.subscribe(publication, language)
    wish = Wish(Choice.all(), Subscription.Rhythm.EVERY, languages.stored(language))
    with transaction.atomic():
        standing = suppression.suppressed(address, publication)
        if standing is not None and standing.reason != suppression.Reason.ERASED:
            return None
        tie = subscriptions.request(
            publication,
            address,
            wish,
            form=FORM,
            network=network,
            wording=wordings.stored(publication, language, "subscribe", words),
        )
        if subscriptions.confirm(tie, network=network, language=language, form=FORM):
            tasks.ask(ServiceMail.Kind.WELCOME, tie)
    return tie
