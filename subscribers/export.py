"""Everything stored about one person, as a JSON-able value."""

from __future__ import annotations

import datetime as dt
from typing import Any

from . import additions
from .addresses import keys_of
from .choice import Choice
from .models import Category, Subscriber, Suppression


def export(subscriber: Subscriber) -> dict[str, Any]:
    """The person's rows in words: slugs instead of bits, ISO 8601 times, the sentences shown."""
    keys = keys_of(subscriber.address) if subscriber.address else []
    standing = Suppression.objects.filter(key__in=keys, lifted_at__isnull=True)
    return {
        "address": subscriber.address,
        "name": subscriber.name,
        "new_address": subscriber.new_address,
        "known_since": _time(subscriber.created_at),
        "suppressed": [
            {
                "reason": one.reason,
                "since": _time(one.at),
                "publication": one.publication.slug if one.publication else None,
            }
            for one in standing.select_related("publication").order_by("id")
        ],
        "subscriptions": [
            {
                "publication": tie.publication.slug,
                "publication_name": tie.publication.name,
                "state": tie.state,
                "since": _time(tie.since),
                "created": _time(tie.created_at),
                "confirmed": _time(tie.confirmed_at),
                "confirmation_mailed": _time(tie.asked_at),
                "reminder_mailed": _time(tie.reminded_at),
                "categories": [
                    category.slug
                    for category in Choice(tie.choice).categories(
                        list(Category.objects.filter(publication=tie.publication))
                    )
                ],
                "new_categories_too": Choice(tie.choice).new,
                "tail_links": Choice(tie.choice).tail,
                "rhythm": tie.rhythm,
                "language": tie.language,
                "paused_until": _time(tie.paused_until),
            }
            for tie in subscriber.subscriptions.select_related("publication").order_by("id")
        ],
        "consent": [
            {
                "at": _time(event.at),
                "what": event.kind,
                "publication": event.publication.slug if event.publication else None,
                "form": event.form,
                "network": event.network,
                "words": event.wording.text if event.wording else None,
                "words_language": event.wording.language if event.wording else None,
                "detail": event.detail,
            }
            for event in subscriber.consent_events.select_related(
                "publication", "wording"
            ).order_by("id")
        ],
        **{name: section(subscriber) for name, section in additions.export_sections.items()},
    }


def _time(value: dt.datetime | None) -> str | None:
    return value.isoformat() if value else None
