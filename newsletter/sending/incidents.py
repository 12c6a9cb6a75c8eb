"""What makes a worker stop an issue and ask a person: refusals in a row, a copy of the database.

Whether the database is a copy is found out by `guard`.
"""

from __future__ import annotations

import logging

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from newsletter.models import Chunk, Issue, Worker

from . import control

log = logging.getLogger(__name__)

ACTOR = "worker"
_SCHEDULED = Q(state=Issue.State.SCHEDULED)


def _found(kind: str) -> Q:
    """Which issues a kind of trouble finds: those being sent, unless said otherwise."""
    if kind in ("rendering", "late", "approval"):
        return _SCHEDULED
    if kind == "passed":
        return _SCHEDULED & Q(send_at__lte=timezone.now())
    if kind == "rehearsal":
        return _SCHEDULED | control.ON_ITS_WAY
    if kind == "restored":
        return control.ON_ITS_WAY | Q(state=Issue.State.SENT, pk__in=_welcoming())
    return control.ON_ITS_WAY


def pause_for(issue_id: int | None, kind: str, text: str) -> None:
    """Pause an issue (None: all that are sending) and tell the editor why.

    `kind` is policy, login, doubt, refusals, restored, passed, rendering, late, approval or
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


def go_on(issues: list[int]) -> None:
    """Resume those of these issues that are still paused as copies: the database is none."""
    for issue in Issue.objects.select_related("publication").filter(pk__in=issues):
        with translation.override(issue.publication.language.lower()):
            reason = _reason("restored", "")
        with transaction.atomic():
            paused = Issue.objects.filter(
                pk=issue.pk,
                state=Issue.State.PAUSED,
                state_reason=reason[:200],
                frozen_at__isnull=False,
            )
            if paused.update(state=Issue.State.SENDING, state_reason=""):
                control.audit(issue, ACTOR, "resume")


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
            "The database is a copy: some readers may have got this issue already."
            " Settle it from the mail server's log before you resume."
        ),
        "passed": _(
            "The database is a copy, and the time to send has passed: readers may have got this"
            " issue already. Look into the mail server's log before you resume."
        ),
        "rendering": _("The mail cannot be made: %(text)s"),
        "rehearsal": _("All mail goes to the rehearsal address %(text)s now."),
        "approval": _("%(text)s Take it back, and let it be approved again."),
        "late": _("The time to send has long passed (%(text)s). Resume to send it now."),
    }
    return (reasons[kind] % {"text": text}).strip()


def seen(worker: int) -> None:
    """Tell the database that the worker is alive."""
    Worker.objects.filter(pk=worker).update(seen=timezone.now())


def holds_anything(worker: int) -> bool:
    """Whether the database still has chunks of this worker."""
    return Chunk.objects.filter(owner_id=worker).exists()
