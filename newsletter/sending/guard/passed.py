"""What became due on the database that this is a copy of: it may have gone out from there.

The copy cannot tell. So when a person lets a machine in, whatever would go by itself now, or at the
next slot, for a time that has passed is left to a person: scheduled issues are paused, drafts that
were said to be ready are asked about again, round-ups of periods that have ended stay drafts. What
readers were owed of an earlier round-up is forgotten.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import pgettext

from newsletter.issues import roundups
from newsletter.models import Issue, Ready, Roundup
from subscribers.models import Publication

from .. import incidents, rest


def issues() -> QuerySet[Issue]:
    """Scheduled issues whose time has come."""
    return Issue.objects.filter(state=Issue.State.SCHEDULED, send_at__lte=timezone.now())


def drafts() -> QuerySet[Issue]:
    """Drafts that would go by themselves: at a slot, or as a round-up."""
    ready_ones = Q(pk__in=Ready.objects.values("issue"))
    going = Q(pk__in=Roundup.objects.filter(goes=True).values("issue"))
    return Issue.objects.filter(ready_ones | going, state=Issue.State.DRAFT)


def hold() -> None:
    """Leave to a person what would go out for a time that has passed."""
    incidents.pause_for(None, "passed", "")
    Ready.objects.all().delete()
    Roundup.objects.filter(goes=True).update(
        goes=False,
        problem=pgettext(
            "machine",
            "The database is a copy: readers may have got this round-up already. Look into the mail"
            " server's log before you release it.",
        ),
    )
    # What a reader was owed of a round-up may have been mailed from there: not twice.
    rest.owed().delete()
    for publication in Publication.objects.exclude(roundup=Publication.Roundup.OFF):
        period = roundups.due_period(publication, timezone.now())
        if period is not None:
            roundups.make(publication, period, goes=False, empty_is_kept=True)
