"""Which rhythms are offered: those in which something is sent.

Round-ups are not built yet, so nothing serves "weekly". Readers who chose it with 0.1.0 keep their
row: they are told so on their page, and the editors before each release.
"""

from __future__ import annotations

from django.utils.functional import Promise

from .models import Publication, Subscription

Rhythm = Subscription.Rhythm

SERVED = (Rhythm.EVERY,)


def choices(current: str = Rhythm.EVERY) -> list[tuple[str, str | Promise]]:
    """(value, label) of what a form offers, and of what a reader has already (`current`).

    A list of one is no choice: the form then shows none.
    """
    return [(r.value, r.label) for r in Rhythm if r in SERVED or r.value == current]


def unserved(publication: Publication) -> int:
    """How many active readers chose a rhythm in which nothing is sent."""
    active = publication.subscriptions.filter(state=Subscription.State.ACTIVE)
    return active.exclude(rhythm__in=SERVED).count()
