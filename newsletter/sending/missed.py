""" "What you missed": what appeared during a reader's pause, and one mail of it.

The mail is a round-up like any other, with one reader: frozen, sent and in the ledger by the same
code, so that a later round-up knows what has reached them. Once for a pause, by the database.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from newsletter import editions
from newsletter.editions import IssueView, ItemView, Origin, reached
from newsletter.issues import roundups
from newsletter.issues.roundup_periods import Period
from newsletter.models import Issue, Item, Roundup
from subscribers.models import Subscription
from subscribers.pauses import Pause

from . import control, releasing

# Who did it, in the audit log.
ACTOR = "reader"


def period_of(tie: Subscription, pause: Pause) -> Period:
    """The pause as a period."""
    return Period.of(pause.began_at, pause.ended_at, ZoneInfo(tie.publication.time_zone))


def items(tie: Subscription, period: Period) -> list[Item]:
    """The items of this reader's choice that appeared in the period and did not reach them."""
    found = roundups.held(tie.publication, period)
    view = _view(tie, found)
    made = Issue(pk=0, publication=tie.publication, kind=Issue.Kind.ROUNDUP)
    starts = reached.starts_of(made, view, personal=True)
    if starts is None:
        return []
    start = reached.start_of(tie, starts)
    chosen = {item.id for item in view.select(tie.choice, start)}
    return [item for item in found if item.pk in chosen]


def was_mailed(tie: Subscription, period: Period) -> bool:
    """Whether the one mail of this pause was asked for."""
    return Roundup.objects.filter(subscription=tie, begins_at=period.begins_at).exists()


def may_be_mailed(tie: Subscription) -> bool:
    """Where a second person must approve, nothing goes by itself; the page is there anyway."""
    return not tie.publication.needs_approval


def mail(tie: Subscription, period: Period) -> bool:
    """Send it, once; False if it was sent, holds nothing, or cannot go out now."""
    found = items(tie, period)
    if not found or not may_be_mailed(tie):
        return False
    try:
        with transaction.atomic():
            issue = roundups.make_missed(tie, period, found)
            if issue is None:
                return False
            releasing.release(issue, by=ACTOR, now=True)
    except control.ActRefused:
        return False
    return True


def _view(tie: Subscription, originals: list[Item]) -> IssueView:
    """What decides of the round-up as it would be made: the originals in their copies' places."""
    zone = ZoneInfo(tie.publication.time_zone)
    appeared = {
        (item.issue.published_at, item.issue_id)
        for item in originals
        if item.issue.published_at is not None
    }
    origins = [Origin(pk, at, at.astimezone(zone).date()) for at, pk in sorted(appeared)]
    places = {one.issue: place for place, one in enumerate(origins, start=1)}
    return IssueView(
        id=0,
        publication=tie.publication.slug,
        slug="",
        entry_id="",
        title="",
        date=timezone.now().date(),
        language=tie.publication.language,
        subject="",
        preheader="",
        intro="",
        items=tuple(
            ItemView(
                item.pk,
                item.number,
                item.anchor,
                item.entry_id,
                item.title,
                None if item.category is None else editions.category_view(item.category),
                place=places[item.issue_id],
            )
            for item in originals
        ),
        origins=tuple(origins),
    )
