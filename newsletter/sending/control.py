"""What a person may ask for while an issue goes out (README.md, "Steer").

Every act is one conditional update on the old state, believed by its row count, with an audit
entry in the same transaction. "Somebody was first" is an answer, never an accident.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db import connection, transaction
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from newsletter.editions import family
from newsletter.models import Chunk, Issue, Outcome
from subscribers import languages, rehearsal
from subscribers.models import AuditEntry, Publication

from . import counts

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

    Actor: TypeAlias = AbstractBaseUser | str

# A server may answer, or a report of delivery come, long after a worker was lost.
RESEND_AFTER = dt.timedelta(minutes=15)
# First half of the key of PostgreSQL's advisory lock of an issue: "sudi" in ASCII.
ADVISORY = 0x73756469
# Being sent, or stopped for the moment by a correction that lets it go on by itself.
ON_ITS_WAY = Q(state=Issue.State.SENDING) | Q(state=Issue.State.PAUSED, resumes_when_mended=True)


class ActRefused(Exception):
    """The act was not done. `reasons` are sentences for the person who asked."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(languages.between_sentences().join(reasons))
        self.reasons = reasons


def name_of(by: Actor) -> str:
    """Who did it, as the record keeps it."""
    return by if isinstance(by, str) else by.get_username()


def user_id(by: Actor) -> int | None:
    """The key of a user; None of a program."""
    return None if isinstance(by, str) else by.pk


def audit(issue: Issue, by: Actor, action: str, **detail: Any) -> None:
    """Record who did what to an issue; call it in the act's transaction."""
    AuditEntry.objects.create(
        actor=name_of(by)[:150],
        publication_id=issue.publication_id,
        action=action,
        target=f"issue:{issue.pk}",
        detail=detail,
    )


def lock_turns(issue_id: int) -> None:
    """Wait for the turns of this issue that are under way; call it in a transaction.

    A turn holds the same lock shared from reading the issue's state to its commit. So nothing
    is authorised after a pause is committed. SQLite has one writer at a time anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ADVISORY, issue_id])


def _said(issue: Issue) -> str:
    return str(Issue.State(issue.state).label)


def too_late(issue: Issue) -> ActRefused:
    """What somebody is told who came second; reads the issue anew."""
    issue.refresh_from_db()
    return ActRefused([_("The issue is now “%(state)s”.") % {"state": _said(issue)}])


def not_while_rehearsing(issue: Issue) -> None:
    """Refuse to send to anybody but the rehearsal address, while there is one; in a transaction.

    The lock keeps the address from being set between the look and the commit: whoever sets it
    finds the issue on its way, and pauses it. What goes to the site alone mails nobody.
    """
    if issue.channels == Issue.Channels.SITE:
        return
    publication = Publication.objects.select_for_update(no_key=True).get(pk=issue.publication_id)
    address = rehearsal.address_of(publication)
    if address not in ("", issue.rehearsed_to):
        raise ActRefused(
            [
                _("All mail goes to the rehearsal address %(address)s now. Take that away first.")
                % {"address": address}
            ]
        )


def pause(issue: Issue, *, by: Actor, reason: str = "") -> None:
    """Sending -> paused. Once this returns nothing more is authorised; what is in flight ends."""
    with transaction.atomic():
        lock_turns(issue.pk)
        if not Issue.objects.filter(ON_ITS_WAY, pk=issue.pk).update(
            state=Issue.State.PAUSED, state_reason=reason[:200], resumes_when_mended=False
        ):
            raise too_late(issue)
        audit(issue, by, "pause", reason=reason)
    issue.refresh_from_db()


def resume(issue: Issue, *, by: Actor) -> None:
    """Paused -> sending; one that was paused before its freeze is frozen now.

    While a correction is put into what waits, it goes on as soon as that is done. Translations
    that were released with it and not frozen either go on with it.
    """
    with transaction.atomic():
        _resume(issue, by)
        if issue.frozen_at is None:
            for other in family.together(issue)[1:]:
                if other.state == Issue.State.PAUSED:
                    _resume(other, by)
    issue.refresh_from_db()


def _resume(issue: Issue, by: Actor) -> None:
    not_while_rehearsing(issue)
    paused = Issue.objects.filter(pk=issue.pk, state=Issue.State.PAUSED)
    changed = (
        paused.filter(frozen_at__isnull=False, mending__isnull=True).update(
            state=Issue.State.SENDING, state_reason=""
        )
        or paused.filter(mending__isnull=False).update(resumes_when_mended=True)
        or paused.filter(frozen_at__isnull=True).update(
            state=Issue.State.SCHEDULED, state_reason="", send_at=timezone.now()
        )
    )
    if not changed:
        raise too_late(issue)
    audit(issue, by, "resume")


def cancel(issue: Issue, *, by: Actor) -> None:
    """Sending or paused -> cancelled, for good; who was waiting or deferred gets nothing."""
    with transaction.atomic():
        lock_turns(issue.pk)
        if not Issue.objects.filter(
            pk=issue.pk, state__in=[Issue.State.SENDING, Issue.State.PAUSED]
        ).update(state=Issue.State.CANCELLED, state_reason="", finished_at=timezone.now()):
            raise too_late(issue)
        counts.store(issue.pk)
        audit(issue, by, "cancel")
    issue.refresh_from_db()


def retry_failed(issue: Issue, *, by: Actor) -> int:
    """A new round for the failed readers of finished chunks; how many. On record."""
    return _another_round(issue, by, "failed")


def resend_in_doubt(issue: Issue, *, by: Actor) -> int:
    """A new round for the readers in doubt; how many. On record: some may get it twice.

    ActRefused until 15 minutes after the last one fell in doubt: an answer may still come.
    """
    newest = (
        Outcome.objects.filter(
            delivery__gte=issue.first_delivery,
            delivery__lte=issue.last_delivery,
            state=Outcome.State.IN_DOUBT,
        )
        .aggregate(newest=Max("at"))
        .get("newest")
    )
    if newest is not None and newest > timezone.now() - RESEND_AFTER:
        wait = newest + RESEND_AFTER - timezone.now()
        minutes = int(wait.total_seconds() // 60) + 1
        raise ActRefused(
            [
                ngettext(
                    "Some may still be delivered or reported. Resend in %(minutes)d minute"
                    " at the earliest.",
                    "Some may still be delivered or reported. Resend in %(minutes)d minutes"
                    " at the earliest.",
                    minutes,
                )
                % {"minutes": minutes}
            ]
        )
    return _another_round(issue, by, "in_doubt")


def _another_round(issue: Issue, by: Actor, takes: str) -> int:
    with transaction.atomic():
        not_while_rehearsing(issue)
        open_states = [Issue.State.SENT, Issue.State.SENDING, Issue.State.PAUSED]
        if (
            not Issue.objects.select_for_update()
            .filter(pk=issue.pk, state__in=open_states, folded_at__isnull=True)
            .exists()
        ):
            raise too_late(issue)
        if Issue.objects.filter(pk=issue.pk, mending__isnull=False).exists():
            raise ActRefused([_("A correction is being put into the text. Try again in a moment.")])
        chunks = Chunk.objects.filter(
            issue_id=issue.pk, state=Chunk.State.DONE, **{f"{takes}__gt": 0}
        )
        readers: int = sum(chunks.select_for_update().values_list(takes, flat=True))
        changed = chunks.update(
            state=Chunk.State.WAITING,
            round=F("round") + 1,
            takes=takes,
            tries=0,
            due_at=timezone.now(),
        )
        if not changed:
            raise ActRefused([_("There is nobody to send to again.")])
        Issue.objects.filter(pk=issue.pk, state=Issue.State.SENT).update(
            state=Issue.State.SENDING, state_reason="", finished_at=None
        )
        action = "retry_failed" if takes == "failed" else "resend_in_doubt"
        audit(issue, by, action, readers=readers)
    issue.refresh_from_db()
    return readers


def resolve(delivery_id: int, round: int | None, evidence: str, by: str) -> bool:
    """Settle an in-doubt outcome: a report shows that the server had accepted the message.

    The outcome keeps its state, with who resolved it and the evidence; it counts as sent from
    now on. `round` None means the latest. False: nothing to resolve, or it is being sent again.
    """
    issue_id = delivery_id // 2**32
    with transaction.atomic():
        chunk = (
            Chunk.objects.select_for_update()
            .filter(issue_id=issue_id, first__lte=delivery_id, last__gte=delivery_id)
            .order_by("-first")
            .first()
        )
        if chunk is None or (chunk.takes == "in_doubt" and chunk.state != Chunk.State.DONE):
            return False
        latest = (
            Outcome.objects.filter(delivery_id=delivery_id)
            .order_by("-round")
            .values_list("round", flat=True)
            .first()
        )
        if latest is None or (round is not None and round != latest):
            return False
        resolved = Outcome.objects.filter(
            delivery_id=delivery_id,
            round=latest,
            state=Outcome.State.IN_DOUBT,
            resolved_at__isnull=True,
        ).update(resolved_at=timezone.now(), resolved_by=by[:150], evidence=evidence[:300])
        if not resolved:
            return False
        Chunk.objects.filter(pk=chunk.pk).update(in_doubt=F("in_doubt") - 1, sent=F("sent") + 1)
        counts.store(issue_id)
    return True
