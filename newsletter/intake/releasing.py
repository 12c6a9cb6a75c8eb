"""Approving and releasing by a program: what was seen is what goes, and as a person's release does.

A person on the send page is shown the plan, ticks each warning, and the form carries what they saw.
A program reads the plan, which says `seen`, and hands that back: it stands for the text and for
every warning of that plan. Then the publication's undo time, canary, hours, approval and ledger
hold as they do for anybody: it is the same function.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import pgettext

from newsletter import editions, sending
from newsletter.issues import import_findings, ready
from newsletter.issues.channels import meant_for
from newsletter.models import Issue
from subscribers import rehearsal

from .problems import Refusal

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# A release planned further ahead is a typing error in the year.
_FURTHEST = dt.timedelta(days=366)
_OPEN = (Issue.State.DRAFT, Issue.State.PUBLISHED)


@dataclass(frozen=True, slots=True)
class Look:
    """What would go out, to whom, and `seen`: what a release of exactly this hands back."""

    view: editions.IssueView
    plan: sending.Plan
    seen: str


def look(issue: Issue, channels: str = Issue.Channels.ALL) -> Look:
    """The issue as it would go out to these channels now."""
    meant = meant_for(issue, channels) if issue.state in _OPEN else issue
    # The text before the plan: an edit in between is then found, not missed.
    view = editions.load(meant)
    plan = sending.plan(meant)
    parts = "\0".join([ready.fingerprint(view), *sorted(plan.warnings)])
    return Look(view, plan, hashlib.sha256(parts.encode()).hexdigest()[:32])


def check_open(issue: Issue) -> None:
    """Raises Refusal if the issue is on its way already, or past it."""
    if issue.state not in _OPEN:
        raise Refusal(
            "not-released",
            pgettext("problem", "It was released already: nothing was done again."),
            reasons=[],
            state=issue.state,
        )


def check_seen(now: Look, seen: str) -> None:
    """What is there now is what was seen; without `seen` there must be nothing to look at."""
    said = ""
    if seen and seen != now.seen:
        said = pgettext("problem", "The text or its warnings differ from what `seen` stands for.")
    elif not seen and now.plan.warnings:
        said = pgettext("problem", "There are warnings. Look at them, and send `seen` to say so.")
    if said:
        raise Refusal("changed", said, warnings=list(now.plan.warnings), seen=now.seen)


def _held(issue: Issue, now: Look, channels: str) -> Issue:
    """The issue with its row locked, if it still is what was looked at. Edits take this lock
    first, so what is compared here is what is released."""
    rows = Issue.objects.select_for_update(of=("self",)).select_related("publication")
    held = rows.get(pk=issue.pk)
    check_open(held)
    if editions.load(meant_for(held, channels)) != now.view:
        raise Refusal("changed", pgettext("problem", "The issue was changed meanwhile."), seen="")
    return held


def release(issue: Issue, *, by: User, seen: str, channels: str, at: dt.datetime | None) -> Issue:
    """Release as `by`; the issue that is on its way, which may be a rehearsal. Raises Refusal."""
    check_open(issue)
    moment = timezone.now()
    if at is not None and not moment < at <= moment + _FURTHEST:
        raise Refusal(
            "invalid", pgettext("problem", "`at` lies in the past, or more than a year ahead.")
        )
    now = look(issue, channels)
    check_seen(now, seen)
    try:
        with transaction.atomic():
            held = _held(issue, now, channels)
            rehearsed = channels != Issue.Channels.SITE and rehearsal.address_of(held.publication)
            if rehearsed and at is None:
                return sending.rehearse(held, by=by, channels=channels)
            sending.release(held, by=by, at=at, channels=channels)
            import_findings.accept(held, by.get_username())  # All were seen.
    except sending.ActRefused as refused:
        raise _not_released(refused) from None
    return held


def approve(issue: Issue, *, by: User, seen: str, channels: str) -> None:
    """The second person's yes, of what they saw and by which channels. Raises Refusal."""
    check_open(issue)
    now = look(issue, channels)
    check_seen(now, seen)
    try:
        with transaction.atomic():
            sending.approve(_held(issue, now, channels), by=by, channels=channels)
    except sending.ActRefused as refused:
        raise _not_released(refused) from None


def _not_released(refused: sending.ActRefused) -> Refusal:
    return Refusal("not-released", " ".join(refused.reasons), reasons=list(refused.reasons))
