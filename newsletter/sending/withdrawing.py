"""Taking an issue or an item back from readers: off the site, and out of every mail to come.

What is public is found by `Issue.published_at`, `Item.published_at` and `Item.hidden`, so taking
those away takes it out of pages, feeds, lists, search and cards at once, and the database notes
the change for every stored page. A mail that was frozen holds the words: an issue with such mails
is closed (cancelled), which the engine, waves, resends and first issues all refuse. So is every
round-up that repeats the item. Mail that has gone out cannot be called back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import pgettext

from newsletter.models import Issue, Item, Withdrawal
from subscribers.models import Publication

from . import counts, releasing
from .control import ActRefused, audit, lock_turns

if TYPE_CHECKING:
    from .control import Actor

State = Issue.State
# Frozen mails of it may still go out.
_MAILED = (State.SENDING, State.PAUSED, State.SENT)


@dataclass(frozen=True, slots=True)
class Reach:
    """What a withdrawal comes to, said before it is done."""

    had: int  # Readers who have the mail, or may have it.
    stopped: int  # Readers who wait for it and get none.
    # Other issues that hold a copy, or tell of a correction of it.
    others: tuple[Issue, ...]
    # Public issues that say the same in another language; they stay.
    translations: tuple[Issue, ...]


def reach(issue: Issue, item: Item | None = None) -> Reach:
    """What withdrawing the issue, or one item of it, would come to now."""
    found = counts.ledger(issue)
    others = _others(issue, item)
    stopped = found["waiting"] + found["in_flight"] + found["deferred"]
    for one in others:
        if one.state in _MAILED:
            theirs = counts.ledger(one)
            stopped += theirs["waiting"] + theirs["in_flight"] + theirs["deferred"]
    root = issue.original_id or issue.pk
    translations = (
        Issue.objects.filter(Q(pk=root) | Q(original=root), published_at__isnull=False)
        .exclude(pk=issue.pk)
        .select_related("publication")
    )
    return Reach(found["sent"] + found["in_doubt"], stopped, others, tuple(translations))


def withdraw(issue: Issue, item: Item | None, note: str, *, by: Actor) -> Withdrawal:
    """Take it back, for good. Raises ActRefused for what no reader has seen, and the second time.

    `note` is public and says why, in the publication's language.
    """
    try:
        with transaction.atomic():
            made = _withdraw(issue, item, note, by)
    except IntegrityError:
        raise ActRefused([pgettext("withdrawal", "Somebody withdrew it in this moment.")]) from None
    issue.refresh_from_db()
    return made


def refusal(issue: Issue, item: Item | None) -> str:
    """Why it cannot be withdrawn; empty if it can."""
    if Withdrawal.objects.filter(issue=issue, item=None).exists() or (
        item is not None and Withdrawal.objects.filter(item=item).exists()
    ):
        return pgettext("withdrawal", "It is withdrawn already.")
    if issue.rehearses_id is not None or (
        issue.published_at is None and issue.frozen_at is None and issue.state != State.CANCELLED
    ):
        return pgettext(
            "withdrawal", "No reader has seen it: take it back to a draft and change it."
        )
    return ""


def _withdraw(issue: Issue, item: Item | None, note: str, by: Actor) -> Withdrawal:
    others = _others(issue, item)
    for one in sorted([issue, *others], key=lambda one: one.pk):
        lock_turns(one.pk)
    held = Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
    refused = refusal(held, item)
    if refused:
        raise ActRefused([refused])
    reached = reach(held, item)
    made = Withdrawal.objects.create(
        issue=held,
        item=item,
        by=str(by if isinstance(by, str) else by.get_username())[:150],
        note=note,
        was_public=held.published_at is not None,
    )
    _stop(held, by, whole=item is None)
    for one in others:
        _stop(one, by, whole=False)
    _hide(held, item)
    touched = {held.publication_id, *(one.publication_id for one in others)}
    # What a hub, a feed reader and a cache ask whether anything is new.
    Publication.objects.filter(pk__in=touched).update(changed_at=timezone.now())
    audit(
        held,
        by,
        "withdraw",
        **({"item": item.title} if item is not None else {}),
        note=note,
        stopped=reached.stopped,
        issues=[one.slug for one in others],
    )
    return made


def _others(issue: Issue, item: Item | None) -> tuple[Issue, ...]:
    """Issues that repeat it: round-ups with a copy, mails that tell of a correction."""
    copied = Q(items__copied_from__issue=issue)
    told = Q(corrects=issue)
    if item is not None:
        copied, told = Q(items__copied_from=item), Q(corrects=issue, tells_of__item=item)
    found = Issue.objects.filter(copied | told).exclude(pk=issue.pk)
    return tuple(found.select_related("publication").distinct().order_by("pk"))


def _stop(issue: Issue, by: Actor, *, whole: bool) -> None:
    """Nothing more of it is mailed. What is not frozen yet goes back to what it was before."""
    issue.refresh_from_db()
    if issue.frozen_at is None and issue.state in (State.SCHEDULED, State.PAUSED):
        releasing.unschedule(issue, by=by)
    closed: list[str] = list(_MAILED)
    if whole:
        closed += [State.PUBLISHED, State.ARCHIVED]
    changed = Issue.objects.filter(pk=issue.pk, state__in=closed).update(
        state=State.CANCELLED,
        state_reason="",
        finished_at=Coalesce("finished_at", timezone.now()),
    )
    if changed and issue.frozen_at is not None:
        counts.store(issue.pk)


def _hide(issue: Issue, item: Item | None) -> None:
    """Out of everything public, copies in round-ups included; out of drafts, too."""
    if item is None:
        Issue.objects.filter(pk=issue.pk).update(published_at=None)
        items = Item.objects.filter(issue=issue)
        items.update(published_at=None)
        copies = Item.objects.filter(copied_from__issue=issue)
    else:
        Item.objects.filter(pk=item.pk).update(hidden=True, published_at=None)
        copies = Item.objects.filter(copied_from=item)
    copies.update(hidden=True, published_at=None)
