"""Slots taken: a ready draft is released for the next slot, by the sweep, under every engine.

A slot is taken once: the row of its day (`SlotUse`) leaves `open` by one conditional update, in the
transaction of the release. The release is a person's, who said that the draft is ready: the same
checks, the same undo time, canary and audit. `slot_notices` tells the editors, elsewhere, so that
no mail server holds up a sweep.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import pgettext

from newsletter.editions import load
from newsletter.issues import ready, slots, twins
from newsletter.issues.slot_times import Occasion, Step, step
from newsletter.issues.slots import Draft
from newsletter.models import Issue, SlotUse
from subscribers import rehearsal
from subscribers.models import Publication

from . import checking, control, releasing

log = logging.getLogger(__name__)

ACTOR = "slot"
# How long after it a slot that nobody saw is still written down as missed.
LOOK_BACK = dt.timedelta(days=2)
_SECOND = dt.timedelta(seconds=1)
State = SlotUse.State


def sweep() -> int:
    """Take what is due, and mark what is not; how many slots were taken. One query without slots.

    Any number of processes may do it at once.
    """
    now = timezone.now()
    taken = 0
    for publication in Publication.objects.filter(slots__isnull=False).distinct():
        try:
            taken += _of(publication, now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # A draft that cannot be looked at must not hold up what else a sweep does.
            log.exception("the slots of %s are not looked at", publication.slug)
    return taken


def _of(publication: Publication, now: dt.datetime) -> int:
    taken = 0
    undo = dt.timedelta(seconds=publication.undo_seconds)
    gone: set[int] = set()
    for occasion, row, asked in due(publication, now):
        if row is not None and row.state != State.OPEN:
            continue
        if asked is Step.TAKE:
            draft = _first(publication, occasion, gone)
            if draft is not None:
                gone.add(draft.issue.pk)
                taken += take(occasion, draft, max(occasion.at, now + undo))
        elif asked is Step.EMPTY:
            _open(occasion).update(state=State.EMPTY)
        elif asked is Step.MISSED:
            _open(occasion).update(state=State.MISSED)
    return taken


def due(publication: Publication, now: dt.datetime) -> list[tuple[Occasion, SlotUse | None, Step]]:
    """The occasions around now, what became of each so far, and what an open one asks for."""
    undo = dt.timedelta(seconds=publication.undo_seconds)
    notice = dt.timedelta(minutes=publication.slot_notice_minutes)
    late = dt.timedelta(minutes=publication.late_start_minutes)
    occasions = slots.between(publication, now - LOOK_BACK, now + max(undo, notice) + _SECOND)
    used = slots.uses(occasions)
    found: list[tuple[Occasion, SlotUse | None, Step]] = []
    for occasion in occasions:
        row = used.get((occasion.slot.pk, occasion.day))
        if row is not None and row.state != State.OPEN:
            found.append((occasion, row, Step.WAIT))
            continue
        asked = step(
            now,
            occasion.at,
            ready=_first(publication, occasion, set()) is not None,
            warned=row is not None and row.warned_at is not None,
            undo=undo,
            notice=notice,
            late=late,
        )
        found.append((occasion, row, asked))
    return found


def _first(publication: Publication, occasion: Occasion, gone: set[int]) -> Draft | None:
    """The ready draft that goes first for this occasion; `gone` are taken."""
    names = slots.named(publication)
    for draft in slots.drafts(publication):
        fits = draft.issue.pk not in gone and slots.fits(draft, occasion, names)
        if fits and not draft.lacks and not blockers(draft.issue):
            return draft
    return None


def blockers(issue: Issue) -> tuple[str, ...]:
    """What forbids releasing a draft: sentences."""
    if address := rehearsal.address_of(issue.publication):
        return (
            pgettext("slot", "All mail goes to the rehearsal address %(address)s now.")
            % {"address": address},
        )
    twin = twins.reasons(twins.unconfirmed(issue))
    return (*checking.problems(load(issue), issue.publication)[0], *twin)


def _open(occasion: Occasion) -> QuerySet[SlotUse]:
    """The row of an occasion, made if there is none, as long as it is open."""
    SlotUse.objects.get_or_create(slot=occasion.slot, day=occasion.day)
    return SlotUse.objects.filter(slot=occasion.slot, day=occasion.day, state=State.OPEN)


def take(occasion: Occasion, draft: Draft, send_at: dt.datetime) -> bool:
    """Release a ready draft for a slot; False if either is somebody else's by now."""
    try:
        with transaction.atomic():
            # Edits take this row's lock first, so what is checked here is what is released.
            held = (
                Issue.objects.select_for_update(of=("self",))
                .select_related("publication")
                .get(pk=draft.issue.pk)
            )
            word = ready.said(held)
            if held.state != Issue.State.DRAFT or word is None or ready.lacking(held):
                return False
            if not _open(occasion).update(state=State.TAKEN, issue=held):
                return False
            releasing.release(held, by=word.by, at=send_at)
            control.audit(held, ACTOR, "slot taken", slot=str(occasion.slot), day=f"{occasion.day}")
    except control.ActRefused as refused:
        # The transaction took the slot back with it: it stays open for a draft that can go.
        log.warning("issue %s is not released for its slot: %s", draft.issue.pk, refused)
        return False
    return True


def upcoming(
    publication: Publication, until: dt.datetime, now: dt.datetime
) -> tuple[Sequence[Occasion], dict[tuple[int, dt.date], Draft]]:
    """The open occasions from now on and what would take each, for the calendar.

    A draft that lacks something, or that is blocked, stands there with what it lacks.
    """
    occasions = slots.between(publication, now, until)
    used = slots.uses(occasions)
    open_ = [
        one
        for one in occasions
        if (row := used.get((one.slot.pk, one.day))) is None or row.state == State.OPEN
    ]
    seen = []
    for draft in slots.drafts(publication):
        lacks = (*draft.lacks, *blockers(draft.issue))
        seen.append(Draft(draft.issue, draft.edition, lacks, draft.said_at))
    seen.sort(key=lambda one: bool(one.lacks))
    return open_, slots.assign(open_, seen, slots.named(publication))
