"""Webhooks of mail providers: what django-anymail makes of them, counted like a mailed report.

Only imported when WEBHOOK_PROVIDERS names some. The provider's signature or the shared secret
stands in for our token, so the address alone finds the reader; the delivery is not known.
"""

from __future__ import annotations

import hashlib
import logging
from typing import Any

from anymail.signals import EventType, RejectReason, tracking
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.urls import URLPattern
from django.utils import timezone

from newsletter.models import Bounce
from newsletter.refusals import Phase, Reason, Refusal, judge
from subscribers import addresses, consent
from subscribers.models import Publication, Subscriber, Subscription

from . import effects

log = logging.getLogger(__name__)


def urlpatterns() -> list[URLPattern]:
    """The tracking webhooks of the configured providers: `<provider>/tracking/`."""
    from anymail.urls import urlpatterns as known

    wanted = {f"{provider}_tracking_webhook": provider for provider in settings.WEBHOOK_PROVIDERS}
    found = [pattern for pattern in known if pattern.name in wanted]
    missing = sorted(set(wanted) - {str(pattern.name) for pattern in found})
    if missing:
        names = ", ".join(wanted[name] for name in missing)
        raise ImproperlyConfigured(f"WEBHOOK_PROVIDERS: django-anymail does not know {names}")
    tracking.connect(on_event, dispatch_uid="newsletter.bounces")
    return found


def on_event(sender: object, event: Any, esp_name: str, **_extra: object) -> None:
    """One normalised event of a provider whose signature was checked."""
    if event.event_type not in (EventType.BOUNCED, EventType.COMPLAINED):
        return
    try:
        address = addresses.normalise(event.recipient or "")
    except addresses.BadAddress:
        return
    reader = consent.find(address)
    if reader is None:
        log.info("%s reports an address that is nobody's.", esp_name)
        return
    now = timezone.now()
    name = event.event_id or f"{event.message_id} {event.event_type} {event.timestamp}"
    seen = hashlib.sha256(f"hook\0{esp_name}\0{name}\0{reader.pk}".encode()).hexdigest()
    words = event.mta_response or event.description or ""
    # A provider reports what the reader's server answered to RCPT, unless the words say otherwise.
    refusal = judge(words, phase=Phase.RCPT, recipient=address, ours=_ours(reader))
    with transaction.atomic():
        complained = event.event_type == EventType.COMPLAINED
        kind = Bounce.Kind.COMPLAINT if complained else _kind(event.reject_reason, refusal, words)
        stored = effects.store(
            reader, None, kind, "hook", refusal.status, words or str(kind), seen, now
        )
        if not stored:
            return
        if complained:
            ties = list(Subscription.objects.filter(subscriber=reader))
            effects.complained(reader, ties, {"via": "hook", "provider": esp_name}, now)
        else:
            effects.bounced(reader, kind, {"via": "hook", "provider": esp_name}, now)


def _kind(reject_reason: str | None, refusal: Refusal, words: str) -> Bounce.Kind:
    """The server's words if the provider passes them on, else the provider's own judgement.

    "bounced" is what a provider says of a refused address; its other reasons are about us.
    """
    if words and refusal.reason is not Reason.UNKNOWN:
        return Bounce.Kind.HARD if refusal.ends_address else Bounce.Kind.SOFT
    gone = (RejectReason.INVALID, RejectReason.BOUNCED)
    return Bounce.Kind.HARD if reject_reason in gone else Bounce.Kind.SOFT


def _ours(reader: Subscriber) -> frozenset[str]:
    """The sender addresses this reader has mail from, and their domains."""
    found = Publication.objects.filter(subscriptions__subscriber=reader).distinct()
    addresses_ = {address.lower() for address in found.values_list("from_address", flat=True)}
    return frozenset(addresses_ | {address.rpartition("@")[2] for address in addresses_})
