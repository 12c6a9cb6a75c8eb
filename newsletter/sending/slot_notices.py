"""What the editors are told about a slot, by mail, once: nothing is ready, nothing went, missed.

A notice is claimed by a conditional update, in the transaction that writes its service mails: no
mail server holds this up, and one editor's refused mail is no other's.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

from django.contrib.auth import get_user_model
from django.db import InterfaceError, OperationalError, transaction
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.formats import time_format
from django.utils.translation import pgettext

from newsletter.issues import slots
from newsletter.issues.slot_times import Occasion, Step
from newsletter.issues.slots import Draft
from newsletter.models import SlotUse
from subscribers import accounts, conf, mailing, times
from subscribers.emails.letters import Button, Letter
from subscribers.models import Publication, Role

from . import slots as taking

log = logging.getLogger(__name__)

# Who can do something about it; approvers too, where a second person must approve.
_TOLD = (Role.Kind.EDITOR, Role.Kind.SENDER, Role.Kind.OWNER)
# Drafts named in a mail.
_NAMED = 3
State = SlotUse.State


def tell() -> int:
    """Mail what there is to tell of every publication's slots now; how many notices went."""
    now = timezone.now()
    told = 0
    for publication in Publication.objects.filter(slots__isnull=False).distinct():
        try:
            told += _tell_of(publication, now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # One publication in trouble must not keep the others' editors untold.
            log.exception("the editors of %s are not told of its slots", publication.slug)
    return told


def _tell_of(publication: Publication, now: dt.datetime) -> int:
    told = 0
    for occasion, row, asked in taking.due(publication, now):
        if asked is Step.WARN:
            made, _new = SlotUse.objects.get_or_create(slot=occasion.slot, day=occasion.day)
            told += _claim(made, "warned_at", publication, now)
        elif row is not None and row.state in (State.EMPTY, State.MISSED):
            told += row.told_at is None and _claim(row, "told_at", publication, now)
    return told


def _claim(row: SlotUse, column: str, publication: Publication, now: dt.datetime) -> bool:
    """Write one notice if it is ours to write; False if it was told or there is nobody."""
    with transaction.atomic():
        mine = SlotUse.objects.filter(pk=row.pk, state=row.state, **{f"{column}__isnull": True})
        if not mine.update(**{column: now}):
            return False
        people = editors(publication)
        with translation.override(publication.language.lower()):
            letter = _letter(row, publication)
        for address in people:
            mailing.write(letter, publication, address, publication.language)
    if not people:
        log.warning("nobody of %s has an address to be told of its slots", publication.slug)
    return bool(people)


def editors(publication: Publication) -> list[str]:
    """The addresses of those who prepare and send this publication's issues."""
    kinds = [*_TOLD, *([Role.Kind.APPROVER] if publication.needs_approval else [])]
    users = get_user_model().objects.filter(
        is_active=True, sudi_roles__publication=publication, sudi_roles__kind__in=kinds
    )
    return accounts.addresses(users)


def _letter(row: SlotUse, publication: Publication) -> Letter:
    """What is told of a slot in its present state, in the active language."""
    when = {
        "name": publication.name,
        # Editors read it in another zone than the one it was written for.
        "time": f"{time_format(row.slot.at, 'H:i')} ({times.city_of(publication)})",
        "day": times.say_day(row.day),
    }
    if row.state == State.OPEN:
        subject = pgettext("slot", "Nothing is ready for %(time)s: %(name)s")
        first = pgettext("slot", "On %(day)s at %(time)s an issue of %(name)s is to go out.")
        second = pgettext("slot", "If nothing is ready by then, nothing is sent.")
    elif row.state == State.MISSED:
        subject = pgettext("slot", "The slot of %(time)s was missed: %(name)s")
        first = pgettext("slot", "On %(day)s at %(time)s no worker was running.")
        second = pgettext("slot", "It is too late to make up for it unasked. You may still send.")
    else:
        subject = pgettext("slot", "Nothing was sent at %(time)s: %(name)s")
        first = pgettext("slot", "On %(day)s at %(time)s nothing was ready, so nothing was sent.")
        second = pgettext("slot", "The next slot stands.")
    lacking = _lacking(publication, row)
    return Letter(
        subject=subject % when,
        heading=subject % when,
        paragraphs=[first % when, second, *lacking],
        button=_calendar(publication),
    )


def _lacking(publication: Publication, row: SlotUse) -> Sequence[str]:
    """What the newest drafts for this slot lack, a sentence each."""
    day = Occasion(timezone.now(), row.slot, row.day)
    names = slots.named(publication)
    fitting = [one for one in slots.drafts(publication) if slots.fits(one, day, names)]
    if not fitting:
        return [pgettext("slot", "There is no draft for it.")]
    fitting.sort(key=lambda one: one.issue.date, reverse=True)
    return [_said_of(one) for one in fitting[:_NAMED]]


def _said_of(draft: Draft) -> str:
    lacks = [*draft.lacks, *taking.blockers(draft.issue)]
    if not lacks:
        return pgettext("slot", "“%(title)s” is ready.") % {"title": draft.issue.title}
    return pgettext("slot", "“%(title)s”: %(lacks)s") % {
        "title": draft.issue.title,
        "lacks": " ".join(lacks),
    }


def _calendar(publication: Publication) -> Button | None:
    try:
        page = reverse("admin:newsletter_slot_changelist")
    except NoReverseMatch:  # A host that does not show our admin.
        return None
    url = f"{conf.absolute(page)}?publication={publication.slug}"
    return Button(pgettext("slot", "The slots and their drafts"), url)
