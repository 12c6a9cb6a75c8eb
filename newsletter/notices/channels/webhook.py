"""By HTTP, to programs: Standard Webhooks, at least once, in no order that is promised.

An attempt is written before the request is made. A receiver has a thread of its own, so a slow one
holds up no other and not the caller either.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import threading
import time
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.http import parse_http_date_safe
from standardwebhooks import Webhook as Signature

from newsletter import conf, outgoing
from newsletter.models import OutboxEvent, Webhook, WebhookAttempt, WebhookDelivery
from subscribers.models import Subscription

from ..alerts import clear_alert, raise_alert
from ..types import TYPES, chosen_as

log = logging.getLogger(__name__)

NAME = "webhook"
CODES = frozenset(one.code for one in TYPES)

State = WebhookDelivery.State
# A receiver of one's own often stands at a port of its own; what it says is in the status.
LIMITS = outgoing.Limits(seconds=10.0, redirects=0, body=0, high_ports=True)
# Longer than a request may take.
LEASE = dt.timedelta(seconds=30)
# After each failure; the last one again and again. As the specification proposes.
WAITS = tuple(
    dt.timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
DISABLE_AFTER = dt.timedelta(days=5)
# Receivers at once, and how long one thread works for one of them.
_THREADS, _TURN = 16, 20.0
# Failures after which the rest of a receiver's queue waits for the next turn.
_ENOUGH = 3
# What says that a receiver has too much to do (RFC 6585 section 4, RFC 9110 section 15.6): it is
# asked nothing more in this turn, and not before it said (RFC 9110, section 10.2.3).
_OVERLOADED = (429, 502, 503, 504)

_busy: set[int] = set()
_guard = threading.Lock()


def spread(event: OutboxEvent) -> None:
    """A delivery for each webhook that wants the type, of the publication or the whole site."""
    hooks = Webhook.objects.exclude(state=Webhook.State.OFF).filter(
        Q(publication=event.publication_id) | Q(publication__isnull=True)
    )
    type_ = chosen_as(event.type)
    WebhookDelivery.objects.bulk_create(
        [WebhookDelivery(webhook=hook, event=event) for hook in hooks if type_ in hook.types],
        ignore_conflicts=True,
    )


def work(now: dt.datetime, *, wait: float = 3.0) -> None:
    """Begin a turn for each receiver with something due; returns after `wait` seconds at most."""
    # Asked webhook by webhook, as the index is: one that is switched off may have thousands.
    due = WebhookDelivery.objects.filter(
        webhook=OuterRef("pk"), state=State.WAITING, due_at__lte=now
    )
    on = Webhook.objects.filter(Exists(due), state=Webhook.State.ON)
    # Those that answer first: many that do not must not take every thread.
    on = on.order_by(F("failing_since").desc(nulls_first=True), "pk")
    threads = []
    for number in on.values_list("pk", flat=True):
        with _guard:
            if number in _busy or len(_busy) >= _THREADS:
                continue
            _busy.add(number)
        thread = threading.Thread(target=_turn, args=(number,), daemon=True)
        thread.start()
        threads.append(thread)
    end = time.monotonic() + wait
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))


def _turn(number: int) -> None:
    try:
        _work_off(number)
    except Exception:
        # A thread that ended without a word would leave what waits untold.
        log.exception("webhook %s: the turn failed; it is tried again", number)
    finally:
        with _guard:
            _busy.discard(number)
        connection.close()


def _work_off(number: int) -> None:
    """Deliver what is due for one receiver, oldest first, until time or patience is over."""
    end, failures = time.monotonic() + _TURN, 0
    while time.monotonic() < end and failures < _ENOUGH:
        claimed = _claim(number, timezone.now())
        if claimed is None:
            return
        failures += _attempt(*claimed)


def _claim(number: int, now: dt.datetime) -> tuple[WebhookDelivery, WebhookAttempt] | None:
    """The next due delivery, ours until the lease ends, and its attempt on record."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    due = WebhookDelivery.objects.filter(
        free, webhook=number, webhook__state=Webhook.State.ON, state=State.WAITING, due_at__lte=now
    )
    for pk in due.order_by("due_at", "pk").values_list("pk", flat=True)[:5]:
        with transaction.atomic():
            mine = WebhookDelivery.objects.filter(free, pk=pk, state=State.WAITING)
            if mine.update(leased_until=now + LEASE, tries=F("tries") + 1):
                attempt = WebhookAttempt.objects.create(delivery_id=pk, at=now)
                loaded = WebhookDelivery.objects.select_related("webhook", "event")
                return loaded.get(pk=pk), attempt
    return None


def _attempt(delivery: WebhookDelivery, attempt: WebhookAttempt) -> int:
    """One request; how many failures it counts for: none, one, or as many as end a turn."""
    hook, started = delivery.webhook, time.monotonic()
    status, trouble, later = None, "", ""
    try:
        body = payload(hook, delivery.event)
        answer = outgoing.request(
            "POST",
            hook.url,
            body=body,
            headers=headers(hook, delivery.event, body, timezone.now()),
            limits=LIMITS,
        )
        status, later = answer.status, answer.headers.get("retry-after", "")
    except outgoing.OutgoingError as error:
        trouble = str(error)
    taken = status is not None and 200 <= status < 300
    now = timezone.now()
    with transaction.atomic():
        WebhookAttempt.objects.filter(pk=attempt.pk).update(
            milliseconds=int((time.monotonic() - started) * 1000),
            status=status,
            trouble=trouble[:60],
        )
        mine = WebhookDelivery.objects.filter(pk=delivery.pk, state=State.WAITING)
        if taken:
            mine.update(state=State.TAKEN, ended_at=now, leased_until=None)
            _well(hook)
        else:
            mine.update(due_at=now + _wait(delivery.tries, status, later, now), leased_until=None)
            _failing(hook, status, now)
    if taken:
        return 0
    return _ENOUGH if status in _OVERLOADED else 1


def _wait(tries: int, status: int | None, later: str, now: dt.datetime) -> dt.timedelta:
    """How long until the next try; as long as an overloaded receiver asked for, if that is longer.

    `later` is its Retry-After: seconds, or a date. Pure.
    """
    wait = WAITS[min(tries, len(WAITS)) - 1]
    asked = dt.timedelta(0)
    if status in _OVERLOADED and later:
        if later.isascii() and later.isdecimal():
            asked = dt.timedelta(seconds=min(int(later[:9]), 86_400))
        elif (date := parse_http_date_safe(later)) is not None:
            asked = dt.timedelta(seconds=date - now.timestamp())
    return max(wait, min(asked, WAITS[-1]))


def payload(hook: Webhook, event: OutboxEvent) -> bytes:
    """The body: type, time, data; the address of a reader only where that is switched on."""
    data: dict[str, Any] = dict(event.data)
    if hook.with_addresses and event.type.startswith("subscriber."):
        # Looked up now, and nowhere kept: who was erased is nobody.
        person = Subscription.objects.filter(pk=data["subscription"])
        data["address"] = person.values_list("subscriber__address", flat=True).first() or ""
    value = {"type": event.type, "timestamp": event.at.isoformat(), "data": data}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def headers(hook: Webhook, event: OutboxEvent, body: bytes, now: dt.datetime) -> dict[str, str]:
    """Standard Webhooks 1.0: id, time and a signature for each secret that is in force."""
    secrets = [hook.secret]
    if hook.old_secret_until is not None and hook.old_secret_until > now:
        secrets.append(hook.old_secret)
    key = f"evt_{event.key.hex}"
    text = body.decode()
    return {
        "Content-Type": "application/json",
        "User-Agent": f"{outgoing.USER_AGENT} ({conf.base_url()})",
        "Webhook-Id": key,
        "Webhook-Timestamp": str(int(now.timestamp())),
        "Webhook-Signature": " ".join(Signature(one).sign(key, now, text) for one in secrets),
    }


def _well(hook: Webhook) -> None:
    if Webhook.objects.filter(pk=hook.pk, failing_since__isnull=False).update(failing_since=None):
        clear_alert("webhook", f"webhook:{hook.pk}")


def _failing(hook: Webhook, status: int | None, now: dt.datetime) -> None:
    """Switch it off after days in which it took nothing, or at once if it is gone (410)."""
    on = Webhook.objects.filter(pk=hook.pk, state=Webhook.State.ON)
    on.filter(failing_since__isnull=True).update(failing_since=now)
    if status != 410:
        on = on.filter(failing_since__lte=now - DISABLE_AFTER)
    if on.update(state=Webhook.State.FAILED):
        log.warning("webhook %s is switched off: nothing was taken", hook.pk)
        raise_alert(
            "webhook",
            f"webhook:{hook.pk}",
            {"text": hook.name, "webhook": hook.pk},
            publication=hook.publication_id,
        )
