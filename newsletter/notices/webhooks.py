"""What a person does to a webhook: make, test, rotate, switch, send again."""

from __future__ import annotations

import base64
import datetime as dt
import re
import secrets
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from newsletter.models import OutboxEvent, Webhook, WebhookDelivery
from newsletter.outgoing.addresses import is_public
from newsletter.outgoing.targets import parse

from .alerts import clear_alert
from .channels.webhook import LIMITS
from .types import TEST

State = WebhookDelivery.State
# How long the old secret signs beside the new one.
BOTH_FOR = dt.timedelta(hours=24)


def new_secret() -> str:
    """32 random octets, as Standard Webhooks writes a secret."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def is_asked(url: str) -> bool:
    """False for an address that no attempt would go to; a name is looked up only then.

    Raises BadUrl for what is no address.
    """
    target = parse(url)
    number = re.fullmatch(r"[0-9.]+|.*:.*", target.host) is not None
    return LIMITS.allow_port(target.port) and (not number or is_public(target.host))


def rotate(hook: Webhook) -> None:
    """A new secret; the old one is valid for a day more. The one before is not any more."""
    Webhook.objects.filter(pk=hook.pk).update(
        secret=new_secret(),
        old_secret=hook.secret,
        old_secret_until=timezone.now() + BOTH_FOR,
    )
    hook.refresh_from_db()


def send_test(hook: Webhook) -> WebhookDelivery:
    """An event of the type `webhook.test`, for this webhook alone."""
    now = timezone.now()
    with transaction.atomic():
        event = OutboxEvent.objects.create(
            type=TEST,
            publication_id=hook.publication_id,
            at=now,
            source=f"test:{uuid.uuid4().hex}",
            spread_at=now,
            data={"webhook": hook.name},
        )
        return WebhookDelivery.objects.create(webhook=hook, event=event, due_at=now)


def send_again(delivery: WebhookDelivery) -> bool:
    """Deliver once more, under the same id; now, if it waits anyway."""
    return bool(
        WebhookDelivery.objects.filter(pk=delivery.pk).update(
            state=State.WAITING, ended_at=None, due_at=timezone.now(), leased_until=None
        )
    )


def change(hook: Webhook, values: dict[str, Any]) -> None:
    """Store its settings. At another address it begins anew: what waits goes there now."""
    moved = values["url"] != hook.url
    Webhook.objects.filter(pk=hook.pk).update(**values)
    if moved and hook.state == Webhook.State.ON:
        switch(hook, on=True)


def remove(hook: Webhook) -> None:
    """Delete it with its log. Off first, so that no attempt begins while rows are collected."""
    switch(hook, on=False)
    rows = Webhook.objects.filter(pk=hook.pk)
    try:
        rows.delete()
    except IntegrityError:  # One had begun; it is among the rows by now.
        rows.delete()


def switch(hook: Webhook, *, on: bool) -> None:
    """Off: what happens is not kept for it. On again: what waits goes now."""
    now = timezone.now()
    state = Webhook.State.ON if on else Webhook.State.OFF
    with transaction.atomic():
        Webhook.objects.filter(pk=hook.pk).update(state=state, failing_since=None)
        waiting = hook.deliveries.filter(state=State.WAITING)
        if on:
            waiting.update(due_at=now, leased_until=None)
        else:
            waiting.update(state=State.GIVEN_UP, ended_at=now, leased_until=None)
    clear_alert("webhook", f"webhook:{hook.pk}")
    hook.refresh_from_db()
