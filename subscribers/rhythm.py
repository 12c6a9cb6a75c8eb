"""How often readers are mailed: single issues, or the round-up where the publication keeps one.

A rhythm is offered only where something is sent in it. Readers may have one that nothing serves:
those who chose a round-up with 0.1.0, which never made one, and those of a round-up that has just
been switched off. Their page says so, and the editors are told before each release.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise

from . import subscriptions
from .models import Publication, Subscription

Rhythm = Subscription.Rhythm

# A publication keeps one round-up at most; whoever has one of these rhythms gets it.
ROUNDUPS = (Rhythm.WEEKLY.value, Rhythm.MONTHLY.value)


def served(publication: Publication) -> tuple[str, ...]:
    """The rhythms in which this publication sends something."""
    if publication.roundup == Publication.Roundup.OFF:
        return (Rhythm.EVERY.value,)
    return (Rhythm.EVERY.value, publication.roundup)


def choices(
    publication: Publication, current: str = Rhythm.EVERY
) -> list[tuple[str, str | Promise]]:
    """(value, label) of what a form offers, and of what a reader has already (`current`).

    A list of one is no choice: the form then shows none.
    """
    offered = served(publication)
    return [(r.value, r.label) for r in Rhythm if r.value in offered or r.value == current]


def refusal(publication: Publication) -> str:
    """Why another rhythm cannot be had, for programs: in English, with what can."""
    listed = ", ".join(served(publication))
    return f"the publication does not send in this rhythm; it has: {listed}"


def unserved(publication: Publication) -> int:
    """How many active readers chose a rhythm in which nothing is sent."""
    if publication.roundup != Publication.Roundup.OFF:
        return 0  # Whatever they call it, the round-up is what they get.
    return dependants(publication)


def dependants(publication: Publication) -> int:
    """How many active readers get round-ups instead of single issues."""
    return sum(rows.count() for rows in _of_roundups(publication))


def waiting_for_single_issues(
    publication: Publication, now: dt.datetime, most: int
) -> list[Subscription]:
    """Readers of a round-up that was switched off, to be told; who is paused wants no mail now."""
    found: list[Subscription] = []
    for rows in _of_roundups(publication):
        due = rows.exclude(paused_until__gt=now).select_related("subscriber", "publication")
        found += due.order_by("pk")[: most - len(found)]
    return found


def _of_roundups(publication: Publication) -> list[QuerySet[Subscription]]:
    """Active readers of each rhythm: SQLite uses a partial index only for equality."""
    active = Subscription.objects.filter(publication=publication, state=Subscription.State.ACTIVE)
    return [active.filter(rhythm=rhythm) for rhythm in ROUNDUPS]


# ---- switching


def switch(publication: Publication) -> int:
    """Follow a change of `Publication.roundup`, in its transaction; how many readers it moved.

    Between weekly and monthly readers stay with the round-up, which now comes as often as the
    publication says. When it is switched off they stay as they are until they were told
    (`housekeeping`). The publication is saved by the caller.
    """
    publication.roundup_changed_at = timezone.now()
    if publication.roundup == Publication.Roundup.OFF or publication.pk is None:
        return 0
    return subscriptions.move_rhythm(publication, publication.roundup)
