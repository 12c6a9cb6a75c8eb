"""A publication's slots and the drafts for them: which draft takes which."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from newsletter.models import DayOff, Issue, Slot, SlotUse
from subscribers import times
from subscribers.models import Publication

from . import ready, slot_times
from .slot_times import Occasion

# Drafts of one publication that are looked at: older ones were given up.
_DRAFTS = 20


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as the slots see it. `lacks` says what it lacks of being ready; nothing: it is."""

    issue: Issue
    edition: str
    lacks: tuple[str, ...] = ()
    said_at: dt.datetime | None = None


def edition_of(issue: Issue) -> str:
    """The edition name of an issue: what its address name has after the date, or ""."""
    date = f"{issue.date:%Y-%m-%d}"
    return issue.slug.removeprefix(f"{date}-") if issue.slug.startswith(f"{date}-") else ""


def between(publication: Publication, since: dt.datetime, until: dt.datetime) -> list[Occasion]:
    """The occasions of a publication's slots in a span of time, in order; three queries."""
    slots = list(Slot.objects.filter(publication=publication).order_by("at", "edition"))
    if not slots:
        return []
    zone = times.zone_of(publication)
    off = DayOff.objects.filter(
        publication=publication,
        day__gte=since.astimezone(zone).date(),
        day__lte=until.astimezone(zone).date(),
    )
    return slot_times.occasions(slots, set(off.values_list("day", flat=True)), zone, since, until)


def uses(occasions: Sequence[Occasion]) -> dict[tuple[int, dt.date], SlotUse]:
    """What became of these so far, by slot and day; one query."""
    if not occasions:
        return {}
    rows = SlotUse.objects.select_related("issue").filter(
        slot__in={one.slot.pk for one in occasions},
        day__gte=min(one.day for one in occasions),
        day__lte=max(one.day for one in occasions),
    )
    return {(row.slot_id, row.day): row for row in rows}


def drafts(publication: Publication) -> list[Draft]:
    """The publication's drafts, the ready ones first: by date, then by when somebody said so."""
    rows = Issue.objects.select_related("publication", "ready__by").filter(
        publication=publication, state=Issue.State.DRAFT, kind=Issue.Kind.REGULAR
    )
    found = []
    for issue in rows.order_by("-date", "-pk")[:_DRAFTS]:
        word = ready.said(issue)
        lacks = tuple(ready.lacking(issue))
        found.append(Draft(issue, edition_of(issue), lacks, word.at if word else None))
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(
        found,
        key=lambda one: (bool(one.lacks), one.issue.date, one.said_at or far, one.issue.pk),
    )


def fits(draft: Draft, occasion: Occasion, named: Iterable[str]) -> bool:
    """Whether a draft is for this slot on this day; `named` are the editions that slots name.

    One that is dated later waits for its day: nobody wants Monday's issue on Friday.
    """
    if draft.issue.date > occasion.day:
        return False
    if occasion.slot.edition:
        return draft.edition == occasion.slot.edition
    return draft.edition not in named


def assign(
    occasions: Sequence[Occasion], waiting: Sequence[Draft], named: Iterable[str]
) -> dict[tuple[int, dt.date], Draft]:
    """Which draft would take which occasion, or could if it were ready; by slot and day.

    In order of time each takes the first that fits and is not taken: a ready one, if there is
    one. Drafts that lack something are shown once, at the first occasion they could take.
    """
    left, names = list(waiting), set(named) - {""}
    found: dict[tuple[int, dt.date], Draft] = {}
    for occasion in occasions:
        for draft in left:
            if fits(draft, occasion, names):
                found[occasion.slot.pk, occasion.day] = draft
                left.remove(draft)
                break
    return found


def named(publication: Publication) -> set[str]:
    """The editions that the publication's slots name."""
    names = Slot.objects.filter(publication=publication).exclude(edition="")
    return set(names.values_list("edition", flat=True))
