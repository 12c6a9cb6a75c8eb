"""What a report does: a Bounce row, perhaps a way out, an in-doubt delivery settled.

A refusal suppresses nobody here: the sweep settles all of an issue together. A complaint does, at
once, since it is the reader's own word.

One transaction for each report, and the caller deletes the report only after it. A report read
twice finds its Bounce row there and does nothing. A report without a valid token is only logged:
anybody can write one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from newsletter import sending
from newsletter.models import PLACES, Bounce, Delivery
from newsletter.refusals import Refusal, without_addresses
from newsletter.sending import figures
from newsletter.sending.guard import keys
from newsletter.sending.weighing import MAY_END
from subscribers import subscriptions, suppression
from subscribers.models import DailyCount, Subscriber, Subscription

from . import homecoming, mime, policy, tokens
from .reading import MAX_BYTES, read_mail
from .tokens import Way
from .value import Kind, Report

log = logging.getLogger(__name__)

_TRACE = re.compile(r"^(?:received|return-path|delivered-to|x-[a-z-]+):", re.I)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a mail: the report, and in one word what it did.

    `done` is hard or soft (a refusal was stored), complaint, unsubscribed, resolved, seen (was
    counted before), test (a bounce of the doctor's own), or nothing.
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

    Raises what the database raises, and WrongKeys when readers are known by newer keys by now, so
    that a token would pass for a forgery; then nothing was stored and the mail must be kept.
    """
    _right_keys()
    found, now = _understand(data, envelope), now or timezone.now()
    with transaction.atomic():
        group = _look_up([found])
        received = _store(found, via, now, group)
        _count(group, now)
    return received


def receive_all(reports: Iterable[tuple[bytes, list[str]]]) -> None:
    """Several mails, each with its envelope recipients, in one commit: all, or it raises and none.

    Waiting for the disk once for each is what a storm of reports would mostly cost. They are read
    before, so that no hostile one holds the write lock for as long as it takes to be read.
    """
    _right_keys()
    found, now = [_understand(data, envelope) for data, envelope in reports], timezone.now()
    with transaction.atomic():
        group = _look_up(found)
        for one in found:
            _store(one, "dsn", now, group)
        _count(group, now)


@dataclass(frozen=True, slots=True)
class _Understood:
    """A mail as it was read. `seen` tells it from every other; empty without a valid `way`."""

    report: Report
    way: Way | None
    seen: str


@dataclass(slots=True)
class _Group:
    """What the tables said as the transaction began, in one query for all of its reports, and what
    is to be counted at its end.

    `ties` by delivery, `readers` by id, locked; `seen` are the reports that were counted before.
    """

    ties: dict[int, Subscription]
    readers: dict[int, Subscriber]
    seen: set[str]
    kinds: Counter[str] = field(default_factory=Counter)
    issues: set[int] = field(default_factory=set)


def _look_up(found: Iterable[_Understood]) -> _Group:
    """Whom these reports are about. In the order of their ids, so that two groups that lock the
    same readers wait for each other and never in a circle."""
    ours = [(one.way.delivery, one.seen) for one in found if one.way is not None]
    rows = Delivery.objects.filter(pk__in={delivery for delivery, _seen in ours})
    ties = {row.pk: row.subscription for row in rows.select_related("subscription")}
    people = {tie.subscriber_id for tie in ties.values()}
    locked = Subscriber.objects.select_for_update().filter(pk__in=people).order_by("pk")
    readers = {reader.pk: reader for reader in locked}
    known = Bounce.objects.filter(seen__in=[seen for _delivery, seen in ours])
    return _Group(ties, readers, set(known.values_list("seen", flat=True)))


def _count(group: _Group, now: dt.datetime) -> None:
    for kind, number in group.kinds.items():
        DailyCount.objects.add(DailyCount.BOUNCES[kind], number)
    for issue in group.issues:
        figures.ask(issue, now)


def _right_keys() -> None:
    if why := keys.no_longer_right():
        raise keys.WrongKeys(why)


def _understand(data: bytes, envelope: Iterable[str]) -> _Understood:
    mail = mime.read(data[:MAX_BYTES])
    report = read_mail(mail, data)
    way = tokens.find(mail, envelope)
    return _Understood(report, way, _seen(mail, data, way, report) if way else "")


def _store(one: _Understood, via: str, now: dt.datetime, group: _Group) -> Received:
    """In the caller's transaction."""
    report, way = one.report, one.way
    if way is None:
        if report.kind in (Kind.BOUNCE, Kind.COMPLAINT):
            log.info("A %s without a valid token was not counted.", report.kind)
        return Received(report, "nothing")
    if homecoming.arrived(way.delivery, via):
        return Received(report, "test")
    if report.kind is Kind.COMPLAINT and via == "dsn":
        via = "arf"
    done = _apply(report, way, via, one.seen, now, group)
    log.info("A %s for delivery %d: %s.", report.kind, way.delivery, done)
    return Received(report, done)


def _apply(report: Report, way: Way, via: str, seen: str, now: dt.datetime, group: _Group) -> str:
    tie = group.ties.get(way.delivery)
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
    reader = group.readers[tie.subscriber_id]
    if policy.is_unwanted(report):
        if not store(reader, way.delivery, None, via, report.feedback, seen, now, group):
            return "seen"
        complained(reader, [tie], {"via": via, "feedback": report.feedback}, now)
        return "complaint"
    failed = policy.verdict_for(report, reader.address)
    if failed is None or failed.refusal is None:
        return "resolved" if resolved else "nothing"
    words = f"{failed.reason}: {failed.text}" if failed.text else failed.reason
    if not store(reader, way.delivery, failed.refusal, via, words, seen, now, group):
        return "seen"
    return "hard" if failed.refusal.ends_address else "soft"


def complained(
    reader: Subscriber, ties: list[Subscription], evidence: dict[str, Any], now: dt.datetime
) -> None:
    """A reader reported our mail as spam: no more mail at all, and the way out on record."""
    if reader.key is not None:
        suppression.suppress(reader.key, "complaint", evidence)
    subscriptions.leave(ties, form="complaint", detail=evidence, at=now)


def store(
    reader: Subscriber,
    delivery: int | None,
    refusal: Refusal | None,
    via: str,
    words: str,
    seen: str,
    now: dt.datetime,
    group: _Group | None = None,
) -> bool:
    """Insert the Bounce row (`refusal` None: a complaint); False if it was counted before.

    The caller holds the reader's row: of two that bring one report, the second finds the first's.
    With a group it counts there, and the caller ends that; alone it counts at once.

    A refusal that may come to the end of an address waits until its issue is settled. One whose
    delivery nobody knows belongs to no issue and decides nothing.
    """
    kind, waits = Bounce.Kind.COMPLAINT, False
    if refusal is not None:
        kind = Bounce.Kind.HARD if refusal.ends_address else Bounce.Kind.SOFT
        waits = delivery is not None and refusal.blame in MAY_END
    alone = group is None
    if group is None:
        known = Bounce.objects.filter(seen=seen).values_list("seen", flat=True)
        group = _Group({}, {}, set(known))
    if seen in group.seen:
        return False
    group.seen.add(seen)
    Bounce.objects.create(
        seen=seen,
        at=now,
        subscriber=reader,
        delivery_id=delivery,
        kind=kind,
        via=via,
        status=refusal.status[:11] if refusal else "",
        reason=without_addresses(words),
        blame=str(refusal.blame) if refusal else "",
        permanent=refusal.permanent if refusal else False,
        reason_code=str(refusal.reason) if refusal else "",
        decision=Bounce.Decision.WAITING if waits else "",
    )
    group.kinds[kind] += 1
    if delivery is not None:
        group.issues.add(delivery // PLACES)
    if alone:
        _count(group, now)
    return True


def _seen(mail: mime.Mail, data: bytes, way: Way, report: Report) -> str:
    """What tells this report from every other: its Message-ID, else all but its trace fields.

    Trace fields differ when the same report comes by two ways, or twice out of one mailbox.
    """
    name = mail.get("message-id")
    if not name:
        kept = [f"{k}: {v}" for k, v in mail.headers if not _TRACE.match(f"{k}:")]
        name = "\n".join([*kept, mail.text, mail.returned])
    return hashlib.sha256(f"{way.delivery}\0{report.kind}\0{name}".encode()).hexdigest()
