"""What a report does: a Bounce row, perhaps a suppression, a way out, an in-doubt delivery settled.

One transaction for each report, and the caller deletes the report only after it. A report read
twice finds its Bounce row there and does nothing. A report without a valid token is only logged:
anybody can write one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from newsletter import sending
from newsletter.models import Bounce, Delivery, Issue
from subscribers import subscriptions, suppression
from subscribers.models import ConsentEvent, Subscriber, Subscription

from . import mime, policy, tokens
from .reading import MAX_BYTES, read_mail
from .tokens import Way
from .value import Kind, Report

log = logging.getLogger(__name__)

_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;]+")
_TRACE = re.compile(r"^(?:received|return-path|delivered-to|x-[a-z-]+):", re.I)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a mail: the report, and in one word what it did.

    `done` is hard, soft, complaint, unsubscribed, suppressed (a soft one too many), resolved,
    seen (was counted before), or nothing.
    """

    report: Report
    done: str


def receive(
    data: bytes,
    *,
    envelope: Iterable[str] = (),
    via: str = "dsn",
    now: dt.datetime | None = None,
) -> Received:
    """Read a mail and do what it asks for. `envelope` are the recipients it was delivered to.

    Raises only what the database raises; then nothing was stored and the mail must be kept.
    """
    mail = mime.read(data[:MAX_BYTES])
    report = read_mail(mail, data)
    way = tokens.find(mail, envelope)
    if way is None:
        if report.kind in (Kind.BOUNCE, Kind.COMPLAINT):
            log.info("A %s without a valid token was not counted.", report.kind)
        return Received(report, "nothing")
    if report.kind is Kind.COMPLAINT and via == "dsn":
        via = "arf"
    now = now or timezone.now()
    with transaction.atomic():
        done = _apply(report, way, via, _seen(mail, data, way, report), now)
    log.info("A %s for delivery %d: %s.", report.kind, way.delivery, done)
    return Received(report, done)


def _apply(report: Report, way: Way, via: str, seen: str, now: dt.datetime) -> str:
    tie = _subscription(way.delivery)
    if tie is None:
        # Folded away or never ours; the token is genuine, but there is nobody to act for.
        return "nothing"
    if way.unsubscribe and report.kind is not Kind.BOUNCE and report.kind is not Kind.AUTO_REPLY:
        return "unsubscribed" if subscriptions.leave([tie], form="mail", at=now) else "seen"
    if report.kind is Kind.OTHER:
        return "nothing"
    # Whoever answers a mail has had it: the relay accepted what we could not know about.
    evidence = f"{report.kind} {report.recipients[0].status if report.recipients else ''}".strip()
    resolved = sending.resolve(way.delivery, None, evidence, "report")
    if policy.is_leave(report):
        said = {"feedback": report.feedback}
        left = subscriptions.leave([tie], form="mail", detail=said, at=now)
        return "unsubscribed" if left else "seen"
    reader = Subscriber.objects.select_for_update().get(pk=tie.subscriber_id)
    if policy.is_unwanted(report):
        if not store(
            reader, way.delivery, Bounce.Kind.COMPLAINT, via, "", report.feedback, seen, now
        ):
            return "seen"
        complained(reader, [tie], {"via": via, "feedback": report.feedback}, now)
        return "complaint"
    failed = policy.verdict_for(report, reader.address)
    if failed is None:
        return "resolved" if resolved else "nothing"
    kind = Bounce.Kind.HARD if failed.hard else Bounce.Kind.SOFT
    words = f"{failed.reason}: {failed.text}" if failed.text else failed.reason
    if not store(reader, way.delivery, kind, via, failed.status, words, seen, now):
        return "seen"
    if _address_changed_since(reader, way.delivery):
        # The report is about the address they had; the new one has done nothing.
        return str(kind)
    return bounced(
        reader, kind, {"via": via, "status": failed.status, "delivery": way.delivery}, now
    )


def bounced(reader: Subscriber, kind: str, evidence: dict[str, Any], now: dt.datetime) -> str:
    """The policy for a bounce that was just stored: what it came to, as in `Received.done`."""
    if reader.key is None:
        return str(kind)
    if kind == Bounce.Kind.HARD:
        suppression.suppress(reader.key, "hard", evidence)
        return "hard"
    since = now - dt.timedelta(days=policy.SOFT_DAYS)
    softs = Bounce.objects.filter(subscriber=reader, kind=Bounce.Kind.SOFT, at__gte=since)
    if policy.soft_is_enough(softs.values_list("at", "delivery_id"), now):
        suppression.suppress(reader.key, "soft", {**evidence, "count": policy.SOFT_COUNT})
        return "suppressed"
    return "soft"


def complained(
    reader: Subscriber, ties: list[Subscription], evidence: dict[str, Any], now: dt.datetime
) -> None:
    """A reader reported our mail as spam: no more mail at all, and the way out on record."""
    if reader.key is not None:
        suppression.suppress(reader.key, "complaint", evidence)
    subscriptions.leave(ties, form="complaint", detail=evidence, at=now)


def _subscription(delivery: int) -> Subscription | None:
    row = Delivery.objects.filter(pk=delivery).values_list("subscription_id", flat=True).first()
    return Subscription.objects.filter(pk=row).first() if row is not None else None


def _address_changed_since(reader: Subscriber, delivery: int) -> bool:
    frozen_at = (
        Issue.objects.filter(pk=delivery // 2**32).values_list("frozen_at", flat=True).first()
    )
    changes = ConsentEvent.objects.filter(subscriber=reader, kind=ConsentEvent.Kind.ADDRESS_CHANGED)
    return frozen_at is not None and changes.filter(at__gte=frozen_at).exists()


def store(
    reader: Subscriber,
    delivery: int | None,
    kind: str,
    via: str,
    status: str,
    words: str,
    seen: str,
    now: dt.datetime,
) -> bool:
    """Insert the Bounce row; False if this report was counted before."""
    _row, made = Bounce.objects.get_or_create(
        seen=seen,
        defaults={
            "at": now,
            "subscriber": reader,
            "delivery_id": delivery,
            "kind": kind,
            "via": via,
            "status": status[:11],
            "reason": without_addresses(words),
        },
    )
    return made


def without_addresses(words: str) -> str:
    """A server's words as they may be kept: no address, no control characters, 300 at most."""
    words = _ADDRESS.sub("…", words)
    return "".join(c if c.isprintable() else " " for c in words).strip()[:300]


def _seen(mail: mime.Mail, data: bytes, way: Way, report: Report) -> str:
    """What tells this report from every other: its Message-ID, else all but its trace fields.

    Trace fields differ when the same report comes by two ways, or twice out of one mailbox.
    """
    name = mail.get("message-id")
    if not name:
        kept = [f"{k}: {v}" for k, v in mail.headers if not _TRACE.match(f"{k}:")]
        name = "\n".join([*kept, mail.text, mail.returned])
    return hashlib.sha256(f"{way.delivery}\0{report.kind}\0{name}".encode()).hexdigest()
