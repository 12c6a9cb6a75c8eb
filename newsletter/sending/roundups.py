"""Round-ups whose time has come: the draft when a period ends, and its release by itself.

A housekeeping chore of every worker, the same under every engine. It may run twice at once or be
killed anywhere: the draft of a period is one by the database, and whether it is still to go by
itself is a mark that the release clears in its own transaction.
"""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils import timezone

from newsletter.issues import roundups
from newsletter.models import Issue, Roundup
from subscribers.models import Publication

from . import control, releasing, rest

log = logging.getLogger(__name__)

# Who did it, in the audit log.
ACTOR = "round-up"


def sweep() -> None:
    """Make the drafts that are due and what readers are owed, and release those that go by
    themselves. Cheap otherwise."""
    keep = Publication.objects.exclude(roundup=Publication.Roundup.OFF)
    for publication in keep.order_by("pk"):
        make_due(publication)
    rest.make()
    for pk in Roundup.objects.filter(goes=True).order_by("pk").values_list("pk", flat=True):
        release(pk)


def make_due(publication: Publication) -> Issue | None:
    """The draft of the period that has ended; None when none has, or nothing had appeared."""
    period = roundups.due_period(publication, timezone.now())
    if period is None:
        return None
    made = roundups.make(publication, period, goes=goes_by_itself(publication), empty_is_kept=True)
    if made.created:
        log.info("round-up %s: made", made.issue)
    return made.issue


def goes_by_itself(publication: Publication) -> bool:
    """Nothing goes by itself where a second person must approve."""
    return publication.roundup_by_itself and not publication.needs_approval


def release(pk: int) -> bool:
    """Release one that goes by itself, through undo time and first readers; False if it did not.

    What blocks it is kept for the editors. One that is no draft any more, since somebody was
    first, and one whose publication has changed its mind, are left alone.
    """
    with transaction.atomic():
        row = (
            Roundup.objects.select_for_update(of=("self",))
            .select_related("issue__publication")
            .filter(pk=pk, goes=True)
            .first()
        )
        if row is None or row.issue is None:
            return False
        issue, problem = row.issue, ""
        wanted = goes_by_itself(issue.publication) or row.subscription_id is not None
        released = False
        if issue.state == Issue.State.DRAFT and wanted:
            try:
                with transaction.atomic():
                    releasing.release(issue, by=ACTOR, now=row.subscription_id is not None)
                released = True
            except control.ActRefused as error:
                problem = str(error)
                log.warning("round-up %s does not go by itself: %s", issue, problem)
        Roundup.objects.filter(pk=pk).update(goes=False, problem=problem)
    return released
