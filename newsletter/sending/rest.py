"""The rest of a round-up for a reader whom its mail passed by because their rhythm had changed.

While a round-up waits (paused, or slow), a reader may take to single issues, be mailed one whose
items it holds, and take to round-ups again. Their mail of it would say that twice, so it is left
out in the turn, and with it all else that it holds; or their turn came while they were for single
issues. The next round-up begins where this one ended, so nothing would ever bring it.

Freeze and turn write down who that was (`owe`): a `Roundup` row of the reader's, without an issue,
in the transaction that leaves them out. When the round-up is out and the reader is for round-ups, a
mail of what did not reach them is made of it (`make`), as of "what you missed". Once, by the
database; it holds the round-up's items as its editors left them. Whoever stays with single issues
finds "what you missed" on their page, and is owed nothing after a month.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from newsletter import editions
from newsletter.editions import reached
from newsletter.issues import roundups
from newsletter.models import PLACES, Delivery, Issue, Item, Roundup
from subscribers.models import Publication, Subscription
from subscribers.pauses import OFFERED
from subscribers.rhythm import ROUNDUPS

# Mails made in one sweep.
_MOST = 200
State = Issue.State


def owe(deliveries: Sequence[int]) -> None:
    """Write down whom a round-up passed by; of other deliveries nothing. In the turn."""
    if not deliveries:
        return
    issues = {pk // PLACES for pk in deliveries}
    rows = Roundup.objects.filter(issue__in=issues, subscription__isnull=True)
    of = {row.issue_id or 0: row for row in rows}
    asked = Delivery.objects.filter(pk__in=[pk for pk in deliveries if pk // PLACES in of])
    found = asked.order_by("pk").values_list("issue_id", "subscription_id")
    _store((of[issue], tie) for issue, tie in found)


def owe_changed(issue: Issue) -> None:
    """Write down who took to single issues in the round-up's period, before its freeze. There."""
    row = Roundup.objects.filter(issue=issue, subscription__isnull=True).first()
    if row is None or issue.publication.roundup == Publication.Roundup.OFF:
        return
    ties = Subscription.objects.filter(
        publication=issue.publication_id,
        state=Subscription.State.ACTIVE,
        rhythm=Subscription.Rhythm.EVERY,
        rhythm_since__gt=row.begins_at,
    )
    # Not who joined, with this rhythm.
    changed = ties.filter(rhythm_since__gt=F("since")).order_by("pk")
    _store((row, tie) for tie in changed.values_list("pk", flat=True))


def _store(owed: Iterable[tuple[Roundup, int]]) -> None:
    Roundup.objects.bulk_create(
        [
            Roundup(
                publication_id=row.publication_id,
                subscription_id=tie,
                since=row.since,
                until=row.until,
                begins_at=row.begins_at,
                ends_at=row.ends_at,
            )
            for row, tie in owed
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )


def owed() -> QuerySet[Roundup]:
    """What is written down and not mailed."""
    return Roundup.objects.filter(issue__isnull=True, subscription__isnull=False)


def make() -> None:
    """Make the mails of those who are for round-ups now; the caller releases them."""
    now = timezone.now()
    owed().filter(made_at__lt=now - OFFERED).delete()
    ready = owed().filter(
        Q(subscription__paused_until__isnull=True) | Q(subscription__paused_until__lte=now),
        subscription__state=Subscription.State.ACTIVE,
        subscription__rhythm__in=ROUNDUPS,
    )
    # Of two that lap over the one that ended first: what it brings the other leaves out.
    for pk in ready.order_by("ends_at", "pk").values_list("pk", flat=True)[:_MOST]:
        _make(pk)


def _make(pk: int) -> None:
    with transaction.atomic():
        row = (
            Roundup.objects.select_for_update(of=("self",))
            .select_related("publication", "subscription__subscriber", "subscription__publication")
            .filter(pk=pk, issue__isnull=True)
            .first()
        )
        if row is None or row.subscription is None:
            return
        whole = _whole(row)
        if whole is not None and whole.state in (State.SENDING, State.PAUSED):
            return  # Perhaps it is cancelled, or corrected, before it is out.
        items = [] if whole is None else left(whole, row.subscription)
        if items:
            roundups.make_rest(row, items)
        else:
            row.delete()


def _whole(row: Roundup) -> Issue | None:
    """The round-up itself; None where it was cancelled, or only its sums are kept."""
    found = Issue.objects.select_related("publication").filter(
        roundup__publication=row.publication_id,
        roundup__subscription__isnull=True,
        roundup__since=row.since,
        roundup__until=row.until,
        folded_at__isnull=True,
    )
    return found.exclude(state__in=[State.CANCELLED, State.ARCHIVED]).first()


def left(whole: Issue, tie: Subscription) -> list[Item]:
    """The round-up's items of this reader's choice that appeared after what last reached them."""
    view = editions.load(whole)
    mine = Issue(pk=0, publication=whole.publication, kind=Issue.Kind.ROUNDUP)
    starts = reached.starts_of(mine, view, personal=True)
    if starts is None:
        return []
    chosen = [item.id for item in view.select(tie.choice, reached.start_of(tie, starts))]
    rows = Item.objects.select_related("category").in_bulk(chosen)
    return [rows[pk] for pk in chosen]
