"""An issue's readers in doubt, settled from the relay's log, chunk by chunk; on record.

Also readers the database knows nothing of, after a restore: what went out since the copy was made.
While it goes on the issue is at rest: paused, or over, and no chunk of it is leased.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from newsletter.message import message_id
from newsletter.models import PLACES, Chunk, Delivery, Issue, Outcome

from .. import control, counts
from .reading import Found, Log
from .verdict import Reach, Verdict, begun, decide, shift_of

State = Outcome.State
_AT_REST = (Issue.State.PAUSED, Issue.State.SENT, Issue.State.CANCELLED)
NEVER_REACHED = "never reached the relay"
# Mails compared to find out how the log's clock differs from ours.
_SAMPLES = 5000
# Near its ends a log may lack what it was about to write.
_EDGE = dt.timedelta(seconds=5)
# Readers that stay in doubt named one by one.
_NAMED = 1000


class NotNow(Exception):
    """The issue is not at rest; the text says what to do first."""


@dataclass(slots=True)
class Report:
    """What was settled, or with a dry run would be."""

    # In doubt -> sent; in doubt -> never reached the relay; waiting or deferred -> sent.
    sent: int = 0
    never: int = 0
    after_copy: int = 0
    # Why others stay in doubt (a `Verdict`), and which deliveries, the first of them.
    left: Counter[str] = field(default_factory=Counter)
    named: list[tuple[int, str]] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    covered: list[tuple[dt.datetime, dt.datetime]] = field(default_factory=list)
    # Mails that the log tells of and the issue does not know, and the other way round.
    others: int = 0
    missing: int = 0


def settle(
    issue: Issue, logs: Sequence[Path], *, by: str, zone: ZoneInfo | None = None, dry: bool = False
) -> Report:
    """Settle what these files tell of. Run twice, the second time does nothing.

    `zone` is that of logs whose dates say none. Raises LogRefused, NotNow.
    """
    _refuse_unless_at_rest(issue)
    assert issue.frozen_at is not None
    with Log(issue.pk, issue.frozen_at, zone) as log:
        for path in logs:
            log.add(path)
        shift, reach = _reach(issue, log)
        report = Report(
            formats=sorted(log.formats), covered=list(reach.covered), others=log.others,
            missing=reach.missing,
        )  # fmt: skip
        run = _Run(issue, log, reach, shift, by, dry, report)
        for pk in _chunks(issue):
            run.chunk(pk)
    if not dry:
        _store(issue, report, by)
    return report


def _refuse_unless_at_rest(issue: Issue) -> None:
    issue.refresh_from_db()
    if issue.folded_at is not None:
        raise NotNow(_("The single records of this issue were folded away."))
    if issue.state not in _AT_REST or issue.frozen_at is None:
        raise NotNow(_("Pause the issue first: what is being sent is not settled."))
    if Chunk.objects.filter(issue=issue, state=Chunk.State.LEASED).exists():
        raise NotNow(_("Some mails are still on the wire. Try again in a minute."))


def _chunks(issue: Issue) -> Iterator[int]:
    return (
        Chunk.objects.filter(issue=issue).order_by("first").values_list("pk", flat=True).iterator()
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """One delivery of a chunk that gets mail, its latest outcome, and what the log says."""

    delivery: int
    latest: Outcome | None
    before: dt.datetime | None
    found: Found | None


def _readers(chunk: Chunk, log: Log) -> Iterator[_Reader]:
    between = {"delivery_id__gte": chunk.first, "delivery_id__lte": chunk.last}
    latest: dict[int, Outcome] = {}
    before: dict[int, dt.datetime] = {}
    for outcome in Outcome.objects.filter(**between).order_by("delivery_id", "round"):
        if (earlier := latest.get(outcome.delivery_id)) is not None:
            before[outcome.delivery_id] = earlier.at
        latest[outcome.delivery_id] = outcome
    ties = Delivery.objects.filter(pk__gte=chunk.first, pk__lte=chunk.last).order_by("pk")
    for delivery, tie in ties.values_list("pk", "subscription_id"):
        ours = message_id(delivery // PLACES, tie).decode()
        yield _Reader(delivery, latest.get(delivery), before.get(delivery), log.of(delivery, ours))


def _reach(issue: Issue, log: Log) -> tuple[dt.timedelta, Reach]:
    """How the log's clock differs from ours, and what the log covers in our time."""
    samples: list[float] = []
    sent: list[dt.datetime] = []
    for pk in _chunks(issue):
        chunk = Chunk.objects.get(pk=pk)
        for reader in _readers(chunk, log):
            if reader.latest is None or reader.latest.state != State.SENT:
                continue
            if reader.found is None:
                sent.append(reader.latest.at)
            elif reader.found.at is not None and len(samples) < _SAMPLES:
                samples.append((reader.found.at - reader.latest.at).total_seconds())
    found = shift_of(samples, log.zoned)
    shift, unsure = (dt.timedelta(seconds=one) for one in found or (0.0, 0.0))
    covered = [(first - shift + unsure, last - shift - unsure) for first, last in log.covered]
    missing = sum(1 for at in sent if any(a + _EDGE <= at <= b - _EDGE for a, b in covered))
    return shift, Reach(covered, found is not None, missing)


@dataclass(frozen=True, slots=True)
class _Run:
    """One run over the chunks of an issue."""

    issue: Issue
    log: Log
    reach: Reach
    shift: dt.timedelta
    by: str
    dry: bool
    report: Report

    def chunk(self, pk: int) -> None:
        """One chunk in one transaction, under its lock."""
        with transaction.atomic():
            chunk = Chunk.objects.select_for_update().get(pk=pk)
            if chunk.state == Chunk.State.LEASED:
                raise NotNow(_("Some mails are still on the wire. Try again in a minute."))
            moved: Counter[tuple[str, str]] = Counter()
            for reader in _readers(chunk, self.log):
                if (step := self._one(chunk, reader)) is not None:
                    moved[step] += 1
            if moved and not self.dry:
                changes: Counter[str] = Counter()
                for (old, new), count in moved.items():
                    changes[new] += count
                    changes[old] -= count
                Chunk.objects.filter(pk=pk).update(
                    **{name: F(name) + n for name, n in changes.items() if name and n}
                )

    def _one(self, chunk: Chunk, reader: _Reader) -> tuple[str, str] | None:
        """The count a reader moves from ("" is waiting) and to; None: nothing changes."""
        latest = reader.latest
        if latest is not None and latest.state == State.IN_DOUBT and latest.resolved_at is None:
            return self._doubt(chunk, reader, latest)
        waits = chunk.state == Chunk.State.WAITING
        if reader.found is None or not waits:
            return None
        if latest is None and chunk.takes == "waiting":
            self._insert(chunk, reader, reader.found)
            self.report.after_copy += 1
            return ("", "sent")
        if latest is not None and latest.state == chunk.takes == State.DEFERRED:
            self._insert(chunk, reader, reader.found)
            self.report.after_copy += 1
            return ("deferred", "sent")
        return None

    def _doubt(self, chunk: Chunk, reader: _Reader, latest: Outcome) -> tuple[str, str] | None:
        assert self.issue.frozen_at is not None
        first = begun(latest.detail, latest.at, reader.before, self.issue.frozen_at)
        verdict = decide(reader.found is not None, first, latest.at, self.reach)
        again = chunk.state != Chunk.State.DONE and chunk.takes == State.IN_DOUBT
        if verdict is Verdict.SENT and reader.found is not None:
            self.report.sent += 1
            if again:
                # A person has asked for another round: the reader is taken out of it.
                self._insert(chunk, reader, reader.found)
            elif not self.dry:
                _at(latest).update(
                    resolved_at=timezone.now(), resolved_by=self.by[:150],
                    evidence=reader.found.what[:300],
                )  # fmt: skip
            return ("in_doubt", "sent")
        if verdict is Verdict.NEVER and not again:
            self.report.never += 1
            if not self.dry:
                _at(latest).update(
                    state=State.FAILED, detail=NEVER_REACHED, resolved_by=self.by[:150],
                    evidence=latest.detail[:300],
                )  # fmt: skip
            return ("in_doubt", "failed")
        if verdict is not Verdict.NEVER:
            self.report.left[str(verdict)] += 1
            if len(self.report.named) < _NAMED:
                self.report.named.append((reader.delivery, str(verdict)))
        return None

    def _insert(self, chunk: Chunk, reader: _Reader, found: Found) -> None:
        """An outcome that the copy does not have: sent, when the log says."""
        if self.dry:
            return
        text = chunk.revision_id or self.issue.mailed_id or self.issue.frozen_id
        at = timezone.now() if found.at is None else found.at - self.shift
        Outcome.objects.create(
            delivery_id=reader.delivery, round=chunk.round, at=at, state=State.SENT,
            revision_id=text, resolved_by=self.by[:150], evidence=found.what[:300],
        )  # fmt: skip


def _at(outcome: Outcome) -> QuerySet[Outcome]:
    return Outcome.objects.filter(
        delivery_id=outcome.delivery_id, round=outcome.round, state=State.IN_DOUBT,
        resolved_at__isnull=True,
    )  # fmt: skip


def _store(issue: Issue, report: Report, by: str) -> None:
    if not (report.sent or report.never or report.after_copy):
        return
    with transaction.atomic():
        counts.store(issue.pk)
        control.audit(
            issue, by, "settle_doubt",
            sent=report.sent, never_reached=report.never, after_copy=report.after_copy,
            log=report.formats,
        )  # fmt: skip
