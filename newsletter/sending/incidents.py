"""What makes a worker stop and ask a person: refusals in a row, a copy of the database.

A restored or forked copy is the one thing the protocol cannot see: its windows and outcomes are
those of the past. So each machine remembers, beside its journals, when it last told the database
that it is alive; a database that knows less than that is not the one we left.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
from pathlib import Path

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from newsletter.models import PLACES, Chunk, Issue, Worker
from subscribers.models import AuditEntry

from . import control, welcome
from .engine import journal, timing

log = logging.getLogger(__name__)

ACTOR = "worker"
_SCHEDULED = Q(state=Issue.State.SCHEDULED)


def _found(kind: str) -> Q:
    """Which issues a kind of trouble finds: those being sent, unless said otherwise."""
    if kind in ("rendering", "late", "approval"):
        return _SCHEDULED
    if kind == "rehearsal":
        return _SCHEDULED | control.ON_ITS_WAY
    if kind in ("restored", "forgotten"):
        return control.ON_ITS_WAY | Q(state=Issue.State.SENT, pk__in=_welcoming())
    return control.ON_ITS_WAY


def pause_for(issue_id: int | None, kind: str, text: str) -> None:
    """Pause an issue (None: all that are sending) and tell the editor why.

    `kind` is policy, login, doubt, refusals, restored, forgotten, rendering, late, approval or
    rehearsal.
    """
    issues = Issue.objects.select_related("publication").filter(_found(kind))
    if issue_id is not None:
        issues = issues.filter(pk=issue_id)
    for issue in issues:
        with translation.override(issue.publication.language.lower()):
            reason = _reason(kind, text)
        with transaction.atomic():
            control.lock_turns(issue.pk)
            if not issues.filter(pk=issue.pk).update(
                state=Issue.State.PAUSED, state_reason=reason[:200], resumes_when_mended=False
            ):
                continue
            control.audit(issue, ACTOR, "pause", reason=reason)
        log.warning("issue %s is paused: %s", issue.pk, reason)


def _welcoming() -> QuerySet[Chunk, int]:
    """Issues that are still to be brought to somebody who joined after they were sent."""
    undone = Chunk.objects.filter(kind=Chunk.Kind.WELCOME).exclude(state=Chunk.State.DONE)
    return undone.values_list("issue_id", flat=True)


def _reason(kind: str, text: str) -> str:
    reasons = {
        "policy": _("The mail server refuses one mail after another: %(text)s"),
        "doubt": _("The mail server takes mails without answering, one after another. %(text)s"),
        "login": _("The mail server does not accept our login. %(text)s"),
        "refusals": "%(text)s",
        "restored": _(
            "The database is an older copy: some readers may have got this issue already."
            " Compare before you resume."
        ),
        "forgotten": _(
            "No worker has been running for a while. If the database was restored from a copy,"
            " compare before you resume."
        ),
        "rendering": _("The mail cannot be made: %(text)s"),
        "rehearsal": _("All mail goes to the rehearsal address %(text)s now."),
        "approval": _("%(text)s Take it back, and let it be approved again."),
        "late": _("The time to send has long passed (%(text)s). Resume to send it now."),
    }
    return (reasons[kind] % {"text": text}).strip()


# ---- copies of the database


def _memory() -> Path:
    return journal.folder() / "seen"


def seen(worker: int) -> None:
    """Tell the database, and then this machine's memory, that the worker is alive."""
    now = timezone.now()
    Worker.objects.filter(pk=worker).update(seen=now)
    path = _memory()
    temporary = path.with_name(f".seen-{os.getpid()}")
    with contextlib.suppress(OSError):  # A full disk: then the memory is a little older.
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(now.isoformat())
        temporary.replace(path)


def guard_restored() -> None:
    """Before a worker does anything: pause what was sending if this database is a copy."""
    # In this order: `seen` tells the database first, and another worker may be telling it now.
    remembered = _remembered()
    last = Worker.objects.aggregate(last=Max("seen"))["last"]
    older = remembered is not None and (last is None or last < remembered)
    if older or _journals_know_more():
        pause_for(None, "restored", "")
        welcome.forget_confirmed()
    elif last is not None and last < timezone.now() - dt.timedelta(
        minutes=timing.FORGOTTEN_MINUTES
    ):
        # What was frozen since, or what a person decided since, is not of a copy.
        decided = set(
            AuditEntry.objects.filter(at__gt=last, target__startswith="issue:")
            .exclude(actor=ACTOR)
            .values_list("target", flat=True)
        )
        under_way = control.ON_ITS_WAY | Q(state=Issue.State.SENT, pk__in=_welcoming())
        for pk in Issue.objects.filter(under_way, frozen_at__lte=last).values_list("pk", flat=True):
            if f"issue:{pk}" not in decided:
                pause_for(pk, "forgotten", "")
        # A worker greets each second and says every few that it lives.
        welcome.forget_confirmed(before=last + dt.timedelta(seconds=2 * timing.SWEEP))


def _remembered() -> dt.datetime | None:
    """When this machine last told its database that it is alive."""
    try:
        return dt.datetime.fromisoformat(_memory().read_text().strip())
    except (OSError, ValueError):
        return None


def _journals_know_more() -> bool:
    """Whether a journal of this machine is of a lease the database has not heard of."""
    for name in journal.names():
        begun = journal.read(name).begun
        chunks = {chunk for chunk, _, _ in begun}
        known = dict(Chunk.objects.filter(pk__in=chunks).values_list("pk", "epoch"))
        # A worker that lives for months has slots it did not need again: of issues folded since.
        issues = {delivery // PLACES for _, _, delivery in begun}
        folded = set(
            Issue.objects.filter(pk__in=issues, folded_at__isnull=False).values_list(
                "pk", flat=True
            )
        )
        for chunk, epoch, delivery in begun:
            forgotten = chunk not in known and delivery // PLACES in folded
            if chunk and epoch > known.get(chunk, 0) and not forgotten:
                return True
    return False


def holds_anything(worker: int) -> bool:
    """Whether the database still has chunks of this worker."""
    return Chunk.objects.filter(owner_id=worker).exists()
