"""The consent ledger: who agreed to what, when, in which words, through which form. Append-only.

Words are interned: a reader's event points at one Wording row however many millions saw it.
Changes of a subscription write their entries through `subscribers.subscriptions`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from django.utils import timezone

from .addresses import keys_of
from .choice import Choice
from .models import Category, ConsentEvent, Publication, Subscriber, Subscription, Wording

Kind = ConsentEvent.Kind


def record(
    tie: Subscription | Subscriber,
    kind: str,
    *,
    form: str,
    wording: Wording | None = None,
    network: str = "",
    detail: dict[str, Any] | None = None,
    at: dt.datetime | None = None,
) -> ConsentEvent:
    """Append one event for a subscription, or for the person as a whole (export, new address).

    `form` is hosted, embed, api, account, csv:JOB, admin, one-click, mail, complaint, expiry or
    quickstart. `network` is already cut to /24 or /48 (`subscribers.network`). `detail` never
    holds an address.
    """
    if isinstance(tie, Subscription):
        subscriber_id, publication_id = tie.subscriber_id, tie.publication_id
        if wording is not None and tie.publication.privacy.strip():
            detail = {**(detail or {}), "privacy": privacy_version(tie.publication)}
    else:
        subscriber_id, publication_id = tie.pk, None
    return ConsentEvent.objects.create(
        subscriber_id=subscriber_id,
        publication_id=publication_id,
        wording=wording,
        at=at or timezone.now(),
        kind=kind,
        form=form,
        network=network,
        detail=detail or {},
    )


def wording(publication: Publication, language: str, place: str, text: str) -> Wording:
    """The row for these exact words, made the first time they are shown and agreed to."""
    digest = hashlib.sha256(f"{publication.pk}\0{language}\0{place}\0{text}".encode()).hexdigest()
    row, _ = Wording.objects.get_or_create(
        digest=digest,
        defaults={"publication": publication, "language": language, "place": place, "text": text},
    )
    return row


def privacy_version(publication: Publication) -> str:
    """The version of the privacy text as it stands now, its words kept: 12 hex digits.

    The page shows it in the publication's language, whatever language the form was in.
    """
    row = wording(publication, publication.language, "privacy", publication.privacy)
    return row.digest[:12]


def described(choice: int, live: list[Category]) -> dict[str, Any]:
    """A choice as the ledger and the export show it: slugs, never bits (bits are reused)."""
    value = Choice(choice)
    return {
        "categories": [category.slug for category in value.categories(live)],
        "new": value.new,
        "tail_links": value.tail,
    }


def find(address: str) -> Subscriber | None:
    """The reader with this normalised address, whichever key version the row still has."""
    return Subscriber.objects.filter(key__in=keys_of(address)).first()
