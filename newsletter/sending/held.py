"""What a person decides about an issue's refusals: carry out, drop, or lift what was suppressed.

Each act is one conditional update of the incident, believed by its row count, with its audit entry
and all that follows in the same transaction.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from newsletter.models import Bounce, Issue
from subscribers import suppression
from subscribers.models import AuditEntry, Incident, Publication

from . import suppressing

State = Incident.State


def carry_out(incident: Incident, *, by: str) -> int | None:
    """Suppress the addresses an incident holds; how many refusals, or None: somebody was first."""
    with transaction.atomic():
        if not _decide(incident, State.OPEN, State.CARRIED_OUT, by):
            return None
        done = last = 0
        held = Bounce.objects.filter(incident=incident, decision=Bounce.Decision.WAITING)
        while page := list(held.filter(pk__gt=last).order_by("pk")[: suppressing.BATCH]):
            last = page[-1].pk
            rows = suppressing.rows(page)
            outdated = suppressing.outdated(rows)
            suppressing.mark(sorted(outdated), "", incident)
            rows = [row for row in rows if row.pk not in outdated]
            suppressing.suppress(incident, rows)
            done += len({row.reader for row in rows})
        _record(incident, by, "refusals carried out", addresses=done)
    return done


def drop(incident: Incident, *, by: str) -> int | None:
    """Believe none of the refusals an incident holds; how many, or None: somebody was first."""
    with transaction.atomic():
        if not _decide(incident, State.OPEN, State.DROPPED, by):
            return None
        held = Bounce.objects.filter(incident=incident, decision=Bounce.Decision.WAITING)
        done = held.update(decision=Bounce.Decision.DROPPED)
        _record(incident, by, "refusals dropped", refusals=done)
    return done


def lift(incident: Incident, *, by: str) -> int | None:
    """End whatever the incident suppressed, in one act; how many, or None: somebody was first."""
    with transaction.atomic():
        if not _decide(incident, State.CARRIED_OUT, State.LIFTED, by):
            return None
        done = suppression.lift_all(incident, by)
        Bounce.objects.filter(incident=incident, decision=Bounce.Decision.CARRIED_OUT).update(
            decision=Bounce.Decision.DROPPED
        )
        _record(incident, by, "incident lifted", addresses=done)
    return done


def _decide(incident: Incident, old: str, new: str, by: str) -> bool:
    # The settlement takes this lock too: no refusal joins an incident while it is decided.
    Publication.objects.select_for_update(no_key=True).get(pk=incident.publication_id)
    changed = Incident.objects.filter(pk=incident.pk, state=old).update(
        state=new, decided_by=by[:150], decided_at=timezone.now()
    )
    incident.refresh_from_db()
    return changed == 1


def _record(incident: Incident, by: str, action: str, **detail: int) -> None:
    AuditEntry.objects.create(
        actor=by[:150],
        publication_id=incident.publication_id,
        action=action,
        target=incident.about,
        detail={"incident": incident.pk, **detail},
    )


def issue_of(incident: Incident) -> Issue | None:
    """The issue whose refusals these are."""
    pk = incident.about.removeprefix("issue:")
    return Issue.objects.filter(pk=int(pk)).first() if pk.isdecimal() else None


def sentence(incident: Incident) -> str:
    """What an open incident says to its editor, in the active language."""
    refused = ngettext(
        "%(refused)s of %(of)s addresses was refused for good",
        "%(refused)s of %(of)s addresses were refused for good",
        incident.refusals,
    ) % {"refused": f"{incident.refusals:,}", "of": f"{incident.attempts:,}"}
    usual = round(incident.habit * incident.attempts)
    return _("%(refused)s; usually %(usual)s of %(of)s. Nobody was suppressed.") % {
        "refused": refused,
        "usual": f"{usual:,}",
        "of": f"{incident.attempts:,}",
    }
