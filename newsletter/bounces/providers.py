"""Webhooks of mail providers: what django-anymail makes of them, counted like a mailed report.

Only imported when WEBHOOK_PROVIDERS names some. The provider's signature or the shared secret
stands in for our token. No provider passes our token on, so the address alone finds the reader,
and the refusal counts for what was handed over to that reader last before the event, whichever
publication it was of: of two within a day it may be the other, which is the same address.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from typing import Any

from anymail.signals import EventType, RejectReason, tracking
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.urls import URLPattern
from django.utils import timezone

from newsletter import conf
from newsletter.models import Delivery, Issue, Outcome
from newsletter.refusals import Blame, Phase, Reason, Refusal, judge
from subscribers import addresses, consent
from subscribers.models import Publication, Subscriber, Subscription

from . import effects

log = logging.getLogger(__name__)

# Issues of a publication looked back at, and how far a provider's clock may be from ours.
_ISSUES = 30
_CLOCKS = dt.timedelta(minutes=5)


def urlpatterns() -> list[URLPattern]:
    """The tracking webhooks of the configured providers: `<provider>/tracking/`."""
    from anymail.urls import urlpatterns as known

    wanted = {f"{provider}_tracking_webhook": provider for provider in conf.webhook_providers()}
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
    complained = event.event_type == EventType.COMPLAINED
    if not complained and (not words or refusal.reason is Reason.UNKNOWN):
        refusal = _said_by_provider(event.reject_reason, refusal)
    with transaction.atomic():
        reader = Subscriber.objects.select_for_update().get(pk=reader.pk)
        delivery = _newest_delivery(reader, event.timestamp or now)
        stored = effects.store(
            reader, delivery, None if complained else refusal, "hook", words, seen, now
        )
        if stored and complained:
            ties = list(Subscription.objects.filter(subscriber=reader))
            effects.complained(reader, ties, {"via": "hook", "provider": esp_name}, now)


def _said_by_provider(reject_reason: str | None, refusal: Refusal) -> Refusal:
    """The provider's own judgement, where it passes no words on that could be judged.

    "bounced" is what a provider says of a refused address; its other reasons are about us.
    """
    if reject_reason in (RejectReason.INVALID, RejectReason.BOUNCED):
        return Refusal(Blame.READER, True, Reason.USER_UNKNOWN, refusal.status, refusal.code)
    return refusal


def _newest_delivery(reader: Subscriber, before: dt.datetime) -> int | None:
    """The delivery that was handed over last, of any publication; None: none that is kept."""
    found: list[tuple[dt.datetime, int]] = []
    for tie in Subscription.objects.filter(subscriber=reader):
        issues = Issue.objects.filter(
            publication=tie.publication_id,
            rehearses__isnull=True,
            frozen_at__lte=before + _CLOCKS,
            folded_at__isnull=True,
        ).order_by("-frozen_at")[:_ISSUES]
        deliveries = Delivery.objects.filter(
            issue__in=list(issues.values_list("pk", flat=True)), subscription=tie
        )
        found += Outcome.objects.filter(
            delivery__in=list(deliveries.values_list("pk", flat=True)),
            state__in=[Outcome.State.SENT, Outcome.State.IN_DOUBT],
            at__lte=before + _CLOCKS,
        ).values_list("at", "delivery_id")
    return max(found)[1] if found else None


def _ours(reader: Subscriber) -> frozenset[str]:
    """The sender addresses this reader has mail from, and their domains."""
    found = Publication.objects.filter(subscriptions__subscriber=reader).distinct()
    addresses_ = {address.lower() for address in found.values_list("from_address", flat=True)}
    return frozenset(addresses_ | {address.rpartition("@")[2] for address in addresses_})
