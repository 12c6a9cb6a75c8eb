"""A release: a draft, or what is published and not mailed, is scheduled, approved or taken back.

Where it goes is the release's choice (`Issue.Channels`). While a rehearsal address is set nothing
that is mailed is released: `release` rehearses instead, and the issue stays what it is.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Case, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from newsletter.editions import load
from newsletter.issues import channels as sites
from newsletter.issues import ready, twins
from newsletter.models import Issue
from subscribers import rehearsal
from subscribers.models import AuditEntry, Publication

from . import planning, rehearsals
from .control import ActRefused, audit, name_of, too_late, user_id

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

    from .control import Actor

State, Channels = Issue.State, Issue.Channels


def release(
    issue: Issue,
    *,
    by: Actor,
    at: dt.datetime | None = None,
    now: bool = False,
    channels: str = Channels.ALL,
) -> dt.datetime:
    """Draft or published -> scheduled; the time at which it will be mailed, published or both.

    Without `at` that is after the publication's undo time; `now` leaves the undo time out, and
    what goes to the site alone is there when this returns. Under a rehearsal address the mail is
    rehearsed at once instead. Raises ActRefused with reasons when something blocks the issue, or
    when it has been released.
    """
    if issue.state not in (State.DRAFT, State.PUBLISHED):
        raise too_late(issue)
    if at is not None and timezone.is_naive(at):
        raise ValueError("a naive time")
    if channels != Channels.SITE and rehearsal.address_of(issue.publication):
        if at is not None:
            raise ActRefused([_("A rehearsal is mailed at once: it takes no time to wait for.")])
        return rehearsals.rehearse(issue, by=by, channels=channels).frozen_at or timezone.now()
    reasons = _reasons(issue, by, channels)
    if at is not None and at < timezone.now() - dt.timedelta(minutes=1):
        reasons.insert(0, _("The time to send has passed."))
    if reasons:
        raise ActRefused(reasons)
    publication = issue.publication
    send_at = at or timezone.now()
    if at is None and not now:
        send_at += dt.timedelta(seconds=publication.undo_seconds)
    with transaction.atomic():
        # Of two twins that are released at once the second sees the first.
        Publication.objects.select_for_update(no_key=True).get(pk=publication.pk)
        if reasons := twins.reasons(twins.unconfirmed(issue)):
            raise ActRefused(reasons)
        changed = Issue.objects.filter(pk=issue.pk, state=issue.state)
        if publication.needs_approval:
            changed = changed.filter(approved_by=issue.approved_by_id)
        if not changed.update(
            state=State.SCHEDULED,
            state_reason="",
            channels=channels,
            send_at=send_at,
            released_by=user_id(by),
        ):
            raise too_late(issue)
        # Whoever takes the release back has doubts: the draft takes no slot by itself any more.
        ready.withdraw(issue)
        audit(issue, by, "release", send_at=send_at.isoformat(), channels=str(channels))
        if channels == Channels.SITE and send_at <= timezone.now():
            sites.publish(issue.pk)  # Nothing to wait for, and no worker that would be needed.
    issue.refresh_from_db()
    return send_at


def confirm_twin(issue: Issue, slug: str, *, by: Actor) -> bool:
    """`by` says that the issue may go out although `slug` holds mostly the same stories.

    False if the publication has no other issue of that name. On record.
    """
    with transaction.atomic():
        if not twins.confirm(issue, slug, name_of(by)):
            return False
        audit(issue, by, "twin confirmed", twin=slug)
    return True


def _reasons(issue: Issue, by: Actor, channels: str) -> list[str]:
    """Why the issue cannot be released to these channels, as sentences."""
    reasons = []
    publication = issue.publication
    if issue.corrects_id and Issue.objects.filter(pk=issue.corrects_id, mending__isnull=False):
        # Until then nobody knows for whom it is: some mails of the old text are on the wire.
        reasons.append(
            _("The correction is still being put into the issue itself. Try again in a moment.")
        )
    if publication.needs_approval:
        if issue.approved_by_id is None:
            reasons.append(_("A second person must approve the issue first."))
        elif issue.approved_by_id == user_id(by):
            reasons.append(_("Somebody else than the one who approved it must send it."))
        elif issue.corrected_at is not None and not _approved_since(issue, issue.corrected_at):
            reasons.append(_("It was corrected since it was approved: approve it again."))
    if issue.state == State.PUBLISHED and channels != Channels.ALL:
        reasons.append(_("It is on the site already: it can only be mailed as well."))
    return reasons + list(planning.problems(load(sites.meant_for(issue, channels)), publication)[0])


def _approved_since(issue: Issue, moment: dt.datetime) -> bool:
    yes = AuditEntry.objects.filter(target=f"issue:{issue.pk}", action="approve")
    return yes.filter(at__gte=moment).exists()


def approve(issue: Issue, *, by: AbstractBaseUser) -> None:
    """The second person's yes to a release; any edit takes it back."""
    with transaction.atomic():
        changed = Issue.objects.filter(pk=issue.pk, state__in=[State.DRAFT, State.PUBLISHED])
        if not changed.update(approved_by=by.pk):
            raise too_late(issue)
        audit(issue, by, "approve")
    issue.refresh_from_db()


def unschedule(issue: Issue, *, by: Actor) -> None:
    """Scheduled -> what it was: the undo. Nothing was frozen, so there is nothing to take back."""
    public = When(published_at__isnull=False, then=Value(State.PUBLISHED))
    with transaction.atomic():
        changed = Issue.objects.filter(pk=issue.pk, frozen_at__isnull=True).filter(
            Q(state=State.SCHEDULED) | Q(state=State.PAUSED)
        )
        if not changed.update(
            state=Case(public, default=Value(State.DRAFT)),
            channels=Case(
                When(published_at__isnull=False, then=Value(Channels.SITE)),
                default=Value(Channels.ALL),
            ),
            state_reason="",
            send_at=None,
            released_by=None,
        ):
            raise too_late(issue)
        audit(issue, by, "unschedule")
    issue.refresh_from_db()
