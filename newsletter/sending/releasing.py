"""A release: a draft, or what is published and not mailed, is scheduled, approved or taken back.

Where it goes is the release's choice (`Issue.Channels`). While a rehearsal address is set nothing
that is mailed is released: `release` rehearses instead, and the issue stays what it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Case, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from newsletter.editions import family, load
from newsletter.issues import approvals, asking, ready, twins
from newsletter.issues import channels as sites
from newsletter.models import Issue
from subscribers import accounts, rehearsal
from subscribers.models import Publication
from subscribers.roles import Act, may

from . import checking, rehearsals
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

    Its translations that are as far as it is go with it, or none of them goes.
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
    members = family.together(issue)
    reasons = _reasons(issue, by, channels)
    for other in members[1:]:
        reasons += _of_other(other, by, channels)
    if at is not None and at < timezone.now() - dt.timedelta(minutes=1):
        reasons.insert(0, _("The time to send has passed."))
    if reasons:
        raise ActRefused(reasons)
    send_at = at or timezone.now()
    if at is None and not now:
        longest = max(one.publication.undo_seconds for one in members)
        send_at += dt.timedelta(seconds=longest)
    with transaction.atomic():
        _refuse_twins(issue, members)
        for one in sorted(members, key=lambda one: one.pk):
            _schedule(one, by, send_at, channels)
        if channels == Channels.SITE and send_at <= timezone.now():
            for one in members:
                sites.publish(one.pk)  # Nothing to wait for, and no worker that would be needed.
    issue.refresh_from_db()
    return send_at


def _refuse_twins(issue: Issue, members: Sequence[Issue]) -> None:
    """Raises ActRefused if one of `members`, which go out with `issue`, has a twin that is out.

    Their publications are held: of two twins that are released at once the second sees the first.
    """
    publications = {one.publication_id for one in members}
    rows = Publication.objects.select_for_update(no_key=True).filter(pk__in=publications)
    list(rows.order_by("pk"))
    reasons = []
    for one in members:
        found = twins.reasons(twins.unconfirmed(one))
        reasons += found if one.pk == issue.pk else _named(one, found)
    if reasons:
        raise ActRefused(reasons)


def confirm_twin(issue: Issue, slug: str, *, by: Actor) -> bool:
    """`by` says that the issue may go out although `slug` holds mostly the same stories.

    False if the publication has no other issue of that name. On record.
    """
    with transaction.atomic():
        if not twins.confirm(issue, slug, name_of(by)):
            return False
        audit(issue, by, "twin confirmed", twin=slug)
    return True


def _schedule(issue: Issue, by: Actor, send_at: dt.datetime, channels: str) -> None:
    changed = Issue.objects.filter(pk=issue.pk, state=issue.state, original=issue.original_id)
    if issue.publication.needs_approval:
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


def _of_other(issue: Issue, by: Actor, channels: str) -> list[str]:
    """Why a translation cannot go with the issue that is released, each with its title."""
    reasons = _reasons(issue, by, channels)
    if not isinstance(by, str) and not may(by, Act.SEND, issue.publication):
        reasons.insert(0, _("You may not send it."))
    if channels != Channels.SITE and rehearsal.address_of(issue.publication):
        reasons.insert(0, _("All its mail goes to a rehearsal address."))
    return _named(issue, reasons)


def _named(issue: Issue, reasons: Iterable[str]) -> list[str]:
    name = f"{issue.title} ({issue.language})"
    return [_("“%(title)s”: %(reason)s") % {"title": name, "reason": one} for one in reasons]


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
        reasons += approvals.lacking(issue, channels)
        if accounts.same_person(issue.approved_by, by):
            reasons.append(_("Somebody else than the one who approved it must send it."))
    if issue.state == State.PUBLISHED and channels != Channels.ALL:
        reasons.append(_("It is on the site already: it can only be mailed as well."))
    return reasons + list(checking.problems(load(sites.meant_for(issue, channels)), publication)[0])


def approve(issue: Issue, *, by: AbstractBaseUser, channels: str = Channels.ALL) -> None:
    """The second person's yes to what readers would get now, by these channels; any change of
    that asks again.

    Raises ActRefused where theirs would be no second person's, or it is no draft any more.
    """
    if not asking.may_say_yes(issue, by):
        raise ActRefused([_("You alone wrote it: another person must approve it.")])
    with transaction.atomic():
        for one in family.together(issue):
            if one.pk != issue.pk and not may(by, Act.APPROVE, one.publication):
                continue  # Somebody who may must say so of that one.
            changed = Issue.objects.filter(pk=one.pk, state__in=[State.DRAFT, State.PUBLISHED])
            if not changed.update(approved_by=by.pk):
                raise too_late(one)
            approvals.give(one, by, channels)
            audit(one, by, "approve", channels=str(channels))
    issue.refresh_from_db()


def reschedule(issue: Issue, *, by: Actor, at: dt.datetime | None = None) -> dt.datetime:
    """Scheduled -> scheduled at another time; without `at` after the undo time from now.

    One act, without taking the release back: its translations that wait with it go along, and it
    stays scheduled throughout. Raises ActRefused where it could not be released now, or when it
    is no longer waiting.
    """
    if issue.state != State.SCHEDULED:
        raise too_late(issue)
    if at is not None and timezone.is_naive(at):
        raise ValueError("a naive time")
    members = [one for one in family.together(issue) if one.state == State.SCHEDULED]
    reasons = _reasons(issue, by, issue.channels)
    for other in members:
        if other.pk != issue.pk:
            reasons += _of_other(other, by, other.channels)
    if at is not None and at < timezone.now():
        reasons.insert(0, _("The time to send has passed."))
    if reasons:
        raise ActRefused(reasons)
    longest = max(one.publication.undo_seconds for one in members)
    send_at = at or timezone.now() + dt.timedelta(seconds=longest)
    with transaction.atomic():
        for one in sorted(members, key=lambda one: one.pk):
            # The freeze claims the row by its state: either it was first, or it sees the new time.
            waiting = Issue.objects.filter(pk=one.pk, state=State.SCHEDULED, frozen_at=None)
            if not waiting.update(send_at=send_at):
                raise too_late(one)
            before = one.send_at.isoformat() if one.send_at else ""
            audit(one, by, "reschedule", send_at=send_at.isoformat(), before=before)
    issue.refresh_from_db()
    return send_at


def unschedule(issue: Issue, *, by: Actor) -> None:
    """Scheduled -> what it was: the undo. Nothing was frozen, so there is nothing to take back.

    Its translations that were released with it are taken back as well.
    """
    with transaction.atomic():
        members = family.together(issue)
        for one in sorted(members, key=lambda one: one.pk):
            _take_back(one, by)
    issue.refresh_from_db()


def _take_back(issue: Issue, by: Actor) -> None:
    public = When(published_at__isnull=False, then=Value(State.PUBLISHED))
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
