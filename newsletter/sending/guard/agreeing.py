"""What would go out if a machine were let in, in numbers; and the person who lets it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import ngettext, pgettext

from newsletter.models import Issue, Machine
from subscribers.models import AuditEntry, Subscription

from .. import counts, welcome
from . import passed

State, Why = Machine.State, Machine.Why
# Issues named one by one; there are never many on their way.
_NAMED = 50


@dataclass(frozen=True, slots=True)
class Asking:
    """A machine that waits for a person, and why, in a sentence."""

    machine: Machine
    said: str


def asking() -> list[Asking]:
    """The machines that wait for a person, oldest first."""
    rows = Machine.objects.filter(state=State.ASKING).order_by("since", "pk")
    return [Asking(row, _sentence(row)) for row in rows]


def _sentence(row: Machine) -> str:
    said = {
        Why.UNKNOWN: pgettext(
            "machine",
            "This database does not know the machine “%(name)s”, and no machine that it knows is"
            " running. If this is a copy of a site that runs elsewhere, do not let it send.",
        ),
        Why.OLDER: pgettext(
            "machine",
            "The machine “%(name)s” remembers more than this database knows: it was restored from"
            " an older copy. What went out since the copy was made is not in it.",
        ),
        Why.ELSEWHERE: pgettext(
            "machine",
            "The database is on another server, or was read in anew, since the machine “%(name)s”"
            " was let in. What went out since the copy was made is not in it.",
        ),
    }
    return said[Why(row.why)] % {"name": row.name}


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of mail that would go out: how many, and a sentence."""

    kind: str
    count: int
    said: str


def would_go_out() -> list[Line]:
    """What the site mails by itself once a machine may act. A paused issue stays paused."""
    lines = []
    states = [Issue.State.SENDING, Issue.State.PAUSED]
    under_way = Issue.objects.select_related("publication").filter(state__in=states)
    for issue in under_way.order_by("pk")[:_NAMED]:
        ledger = counts.ledger(issue)
        count = ledger["waiting"] + ledger["deferred"] + ledger["in_flight"]
        text = (
            ngettext(
                "%(publication)s, %(issue)s: %(count)s mail. It is paused until you resume it.",
                "%(publication)s, %(issue)s: %(count)s mails. It is paused until you resume it.",
                count,
            )
            if issue.state == Issue.State.PAUSED
            else ngettext(
                "%(publication)s, %(issue)s: %(count)s mail, at once.",
                "%(publication)s, %(issue)s: %(count)s mails, at once.",
                count,
            )
        )
        about = {"publication": issue.publication.name, "issue": issue.slug, "count": f"{count:,}"}
        lines.append(Line("issue", count, text % about))
    passed_ones = passed.issues()
    if late := passed_ones.count():
        text = ngettext(
            "%(count)s issue was to go out meanwhile. It stays paused until you resume it.",
            "%(count)s issues were to go out meanwhile. They stay paused until you resume them.",
            late,
        )
        lines.append(Line("passed", late, text % {"count": f"{late:,}"}))
    if drafts := passed.drafts().count():
        text = ngettext(
            "%(count)s draft would go by itself. It waits then until you say so again.",
            "%(count)s drafts would go by themselves. They wait then until you say so again.",
            drafts,
        )
        lines.append(Line("drafts", drafts, text % {"count": f"{drafts:,}"}))
    scheduled = Issue.objects.filter(state=Issue.State.SCHEDULED).difference(passed_ones).count()
    if scheduled:
        text = ngettext(
            "%(count)s issue is scheduled and starts at its time.",
            "%(count)s issues are scheduled and start at their time.",
            scheduled,
        )
        lines.append(Line("scheduled", scheduled, text % {"count": f"{scheduled:,}"}))
    unasked = Subscription.objects.filter(
        state=Subscription.State.PENDING, asked_at__isnull=True, reminded_at__isnull=True
    ).count()
    if unasked:
        text = ngettext(
            "%(count)s sign-up has not been asked to confirm yet.",
            "%(count)s sign-ups have not been asked to confirm yet.",
            unasked,
        )
        lines.append(Line("confirmations", unasked, text % {"count": f"{unasked:,}"}))
    return lines


def agree(*, by: str) -> list[str]:
    """Let in every machine that asks; their names. On record.

    What became due meanwhile waits for a person still (`passed`).

    After a restore the other machines are strangers until they see one of these live: what they
    remember is of the database as it was.
    """
    with transaction.atomic():
        rows = list(Machine.objects.select_for_update().filter(state=State.ASKING).order_by("pk"))
        if any(row.why != Why.UNKNOWN for row in rows):
            Machine.objects.filter(state=State.ENROLLED).delete()
        if rows:
            # The database that this is a copy of has greeted them.
            welcome.forget_confirmed(before=max(row.since for row in rows))
            passed.hold()
        for row in rows:
            AuditEntry.objects.create(
                actor=by[:150], action="let_machine_act", target=f"machine:{row.pk}",
                detail={"name": row.name, "why": row.why},
            )  # fmt: skip
            row.state, row.why, row.by = State.ENROLLED, "", by[:150]
            row.save(update_fields=["state", "why", "by"])
    return [row.name for row in rows]
