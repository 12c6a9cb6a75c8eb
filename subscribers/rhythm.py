"""How often readers are mailed: single issues, or the round-up where the publication keeps one.

A rhythm is offered only where something is sent in it. Readers may have one that nothing serves:
those who chose a round-up with 0.1.0, which never made one, and those of a round-up that has just
been switched off. Their page says so, and the editors are told before each release.
"""

from __future__ import annotations

from django.utils.functional import Promise

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
    active = publication.subscriptions.filter(state=Subscription.State.ACTIVE)
    return active.filter(rhythm__in=ROUNDUPS).count()
