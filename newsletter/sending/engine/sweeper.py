"""Finds due and orphaned work: no queue is needed for anything to happen, only for it to be soon.

Each worker sweeps every five seconds; two at once change nothing, since all they do is
conditional. A lease is judged by the watcher's own clock: a chunk whose turn counter stood still
for so long while we looked. No two clocks are ever compared.
"""

from __future__ import annotations

import datetime as dt
import logging
import math
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone

from newsletter.editions import family
from newsletter.issues import approvals, channels
from newsletter.models import Chunk, Delivery, Issue, Outcome, Worker
from newsletter.rendering import RenderingError
from subscribers import rehearsal, times

from .. import (
    counts,
    figures,
    freezing,
    guard,
    health,
    incidents,
    mending,
    rehearsals,
    retention,
    settling,
    slots,
    welcome,
)
from . import journal, leasing, rate_limit, timing

log = logging.getLogger(__name__)


class Watch:
    """What one process has seen of others' leases."""

    def __init__(self) -> None:
        self._still: dict[tuple[int, int, int], float] = {}

    def expired(self, held: list[leasing.Held]) -> list[leasing.Held]:
        """Those whose turn counter we have seen unchanged for the length of a lease."""
        now = time.monotonic()
        self._still = {
            (one.chunk, one.epoch, one.turn): self._still.get((one.chunk, one.epoch, one.turn), now)
            for one in held
        }
        return [
            one for one in held
            if now - self._still[one.chunk, one.epoch, one.turn] >= timing.LEASE
        ]  # fmt: skip


_watch = Watch()


def sweep(watch: Watch | None = None) -> None:
    """Freeze what is due, take back what was lost, stamp what is finished, fold what is old.

    Before it slots are taken; between the two a correction that somebody began is carried on with.
    """
    slots.sweep()
    start_due()
    welcome.greet_confirmed()
    take_back_lost(watch or _watch)
    mending.carry_on_all()
    for issue in Issue.objects.filter(state=Issue.State.SENDING).values_list("pk", flat=True):
        leasing.finish(issue)
    settling.settle_waiting()
    rate_limit.recover()
    fold_old()


def sweep_until(
    stop: threading.Event,
    watch: Watch,
    worker: Callable[[], int | None],
    each_second: Callable[[], object] = lambda: None,
) -> None:
    """Sweep until `stop` is set. Give it a thread: a freeze must not hold up a turn.

    `worker` gives the id of this process's worker, whose life is reported with each sweep, or
    None while it has none. `each_second` is called besides. Whatever fails is tried again.
    """
    swept = -math.inf
    while not stop.wait(1.0):
        if not guard.may_act():
            if why := guard.must_stop():
                log.error("%s", why)
                stop.set()
            continue
        try:
            # Looking for due issues, and for who has just confirmed, is one look into an index
            # each, so it is done every second.
            start_due()
            welcome.greet_confirmed()
            if time.monotonic() - swept >= timing.SWEEP:
                living = worker()
                if living is not None:
                    incidents.seen(living)
                sweep(watch)
                swept = time.monotonic()
            each_second()
        except (DatabaseError, InterfaceError) as error:
            log.warning("sweeping waits for the database: %s", str(error).strip()[:200])
            connection.close()
        except Exception:
            # A sweeper that ended would leave due and orphaned work lying, and nobody would know.
            log.exception("sweeping failed; it is tried again")
    connection.close()


def start_due() -> int:
    """Freeze or publish scheduled issues whose time has come; how many. Late ones ask a person."""
    rehearsals.hold()
    now = timezone.now()
    started = 0
    due = Issue.objects.select_related("publication").filter(
        state=Issue.State.SCHEDULED, send_at__lte=now
    )
    seen: set[int] = set()
    for issue in due.order_by("send_at"):
        assert issue.send_at is not None
        if issue.pk in seen:
            continue  # It went, or stays, with one before it.
        members = [one for one in family.together(issue) if one.state == Issue.State.SCHEDULED]
        seen |= {one.pk for one in members}
        late = dt.timedelta(minutes=min(one.publication.late_start_minutes for one in members))
        addresses = [rehearsal.address_of(one.publication) for one in members]
        mailed = issue.channels != Issue.Channels.SITE
        if issue.send_at < now - late:
            _ask(members, "late", times.say(issue.send_at, issue.publication))
            continue
        try:
            if not mailed:
                started += _publish(members)
            elif any(addresses):
                _ask(members, "rehearsal", next(filter(None, addresses)))
            else:
                started += freezing.freeze(issue.pk)
        except freezing.NotApproved as error:
            _ask(members, "approval", str(error))
        except (RenderingError, ValueError, freezing.CannotFreeze) as error:
            log.exception("issue %s cannot be frozen", issue.pk)
            _ask(members, "rendering", str(error))
    return started


def _publish(members: list[Issue]) -> int:
    """Put issues on the site together. Raises NotApproved where that is not what was approved."""
    with transaction.atomic():
        for one in members:
            if reasons := approvals.lacking(one, one.channels):
                raise freezing.NotApproved(" ".join(reasons))
        return sum(channels.publish(one.pk) for one in members)


def _ask(members: list[Issue], what: str, detail: str) -> None:
    """Pause an issue, and what is released with it, until a person decides."""
    for one in members:
        incidents.pause_for(one.pk, what, detail)


def take_back_lost(watch: Watch) -> int:
    """End the leases of workers proven dead, or silent for a lease's length; how many."""
    held = leasing.leased()
    expired = set(watch.expired(held))
    taken = 0
    found: dict[str, journal.Found] = {}
    for one in held:
        if one not in expired and journal.is_dead(one.name) is not True:
            continue
        if one.name not in found:
            found[one.name] = journal.read(one.name)
        in_doubt = leasing.take_back(one, found[one.name])
        if in_doubt is None:
            continue
        taken += 1
        log.warning("chunk %s is taken back from %s: %d in doubt", one.chunk, one.name, in_doubt)
    _forget_workers()
    return taken


def _forget_workers() -> None:
    """Remove journals with nothing left to tell, and rows of workers long gone."""
    owners = set(
        Chunk.objects.filter(state=Chunk.State.LEASED).values_list("owner__name", flat=True)
    )
    for name in journal.names():
        # Checked again after the lock: a chunk leased just now by a worker that died just now.
        if name in owners or journal.is_dead(name) is not True:
            continue
        if not Chunk.objects.filter(state=Chunk.State.LEASED, owner__name=name).exists():
            journal.remove(name)
    old = timezone.now() - dt.timedelta(days=7)
    newest = Worker.objects.order_by("-seen").first()
    if newest is not None:
        gone = Worker.objects.filter(seen__lt=old, chunks__isnull=True)
        gone.exclude(pk=newest.pk).delete()


def fold_old(days: int | None = None) -> int:
    """Delete deliveries, outcomes and chunks of issues finished long ago; the sums stay.

    An issue with readers in doubt is kept as long again: a person may still want to decide.
    """
    age = dt.timedelta(days=retention.outcome_days() if days is None else days)
    now = timezone.now()
    folded = 0
    old = Issue.objects.filter(
        state__in=[Issue.State.SENT, Issue.State.CANCELLED],
        folded_at__isnull=True,
        finished_at__lt=now - age,
    )
    for issue in old.order_by("finished_at")[:5]:
        if issue.in_doubt and issue.finished_at and issue.finished_at > now - 2 * age:
            continue
        with transaction.atomic():
            claimed = Issue.objects.select_for_update().filter(
                pk=issue.pk, state=issue.state, folded_at__isnull=True
            )
            if not claimed.exists() or issue.chunks.filter(state=Chunk.State.LEASED).exists():
                continue
            undone = issue.chunks.filter(kind=Chunk.Kind.WELCOME, state=Chunk.State.WAITING)
            if issue.state == Issue.State.SENT and undone.exists():
                continue
            counts.store(issue.pk)
            if issue.rehearses_id is None:
                figures.keep(issue, now, final=True)
                health.remember(issue)
            between = {"first": issue.first_delivery, "last": issue.last_delivery}
            with connection.cursor() as cursor:
                for model, column in ((Outcome, "delivery_id"), (Delivery, "id")):
                    cursor.execute(
                        f"DELETE FROM {model._meta.db_table}"
                        f" WHERE {column} BETWEEN %(first)s AND %(last)s",
                        between,
                    )
                cursor.execute("DELETE FROM newsletter_chunk WHERE issue_id = %s", [issue.pk])
            claimed.update(folded_at=now)
        folded += 1
    return folded
