"""The health of an address: how many issues refused a reader since one reached them.

Counted from facts that stay (a Bounce row for each refusal) and from the deliveries since, so
that reports may come in any order and late, and daily and monthly issues are counted alike. What
folding deletes is remembered in `Health`, for the few readers it matters to.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Max, Q

from newsletter.models import PLACES, Bounce, Delivery, Health, Issue, Outcome
from subscribers.models import ConsentEvent, Subscription

from . import weighing


@dataclass(frozen=True, slots=True)
class Release:
    """An issue of the publication: its id, when it was frozen, whether its deliveries are here."""

    pk: int
    frozen_at: dt.datetime
    folded: bool


# Issues looked back at: more than a year of a daily one. Readers of one statement.
_LOOK_BACK = 400
_BATCH = 500


def releases(publication: int) -> list[Release]:
    """The last that were mailed, in the order of release."""
    rows = Issue.objects.filter(
        publication=publication, frozen_at__isnull=False, rehearses__isnull=True
    )
    newest = rows.order_by("-frozen_at", "-pk").values_list("pk", "frozen_at", "folded_at")
    return [
        Release(pk, frozen_at, folded is not None)
        for pk, frozen_at, folded in reversed(newest[:_LOOK_BACK])
        if frozen_at is not None
    ]


def tired(publication: int, readers: Collection[int], order: Sequence[Release]) -> set[int]:
    """Those of the readers (subscriber ids) whom IN_A_ROW issues refused since one reached them."""
    place = {release.pk: number for number, release in enumerate(order)}
    refused: dict[int, set[int]] = defaultdict(set)
    asked = sorted(readers)
    for start in range(0, len(asked), _BATCH):
        rows = Bounce.objects.filter(
            subscriber__in=asked[start : start + _BATCH],
            delivery__isnull=False,
            blame__in=weighing.MAY_END,
        ).exclude(decision=Bounce.Decision.DROPPED)
        for reader, delivery in rows.values_list("subscriber_id", "delivery_id"):
            if delivery // PLACES in place:
                refused[reader].add(place[delivery // PLACES])
    # Only of those who may have come so far anything more is asked.
    likely = {reader for reader, places in refused.items() if len(places) >= weighing.IN_A_ROW}
    since = _reached(publication, {reader: refused[reader] for reader in likely}, order)
    return {
        reader
        for reader in likely
        if weighing.refused_in_a_row(refused[reader], since.get(reader, -1)) >= weighing.IN_A_ROW
    }


def _reached(
    publication: int, refused: dict[int, set[int]], order: Sequence[Release]
) -> dict[int, int]:
    """The place of the last issue before each reader's newest refusal that was not refused.

    Or before which nothing counts. A hand-over without a report stands between refusals at once,
    not only when it is a success for sure: should its report come late, it is counted anew.
    """
    found: dict[int, int] = {}
    place = {release.pk: number for number, release in enumerate(order)}
    ties = dict(
        Subscription.objects.filter(publication=publication, subscriber__in=refused).values_list(
            "pk", "subscriber_id"
        )
    )
    for tie, issue in Health.objects.filter(pk__in=ties).values_list("pk", "succeeded_id"):
        if issue in place:
            found[ties[tie]] = place[issue]
    for reader, at in fresh_starts(refused).items():
        # Whatever was refused before was about another address, or was answered by a proof.
        before = sum(1 for release in order if release.frozen_at <= at) - 1
        found[reader] = max(found.get(reader, -1), before)
    newest = {reader: max(places) for reader, places in refused.items()}
    first = min((min(places) for places in refused.values()), default=0)
    for number, release in enumerate(order[first:], first):
        open_ = {tie: reader for tie, reader in ties.items() if number < newest[reader]}
        if open_ and not release.folded:
            for reader in took(release.pk, open_):
                found[reader] = max(found.get(reader, -1), number)
    return found


def took(issue: int, ties: dict[int, int], now: dt.datetime | None = None) -> set[int]:
    """Of these readers (subscription -> reader), those an issue was handed over for unreported.

    With `now` only those whom it reached for sure (`weighing.is_success`); another followed it.
    """
    deliveries = {
        delivery: ties[tie]
        for delivery, tie in Delivery.objects.filter(
            issue=issue, subscription__in=ties
        ).values_list("pk", "subscription_id")
    }
    latest: dict[int, tuple[str, dt.datetime]] = {}
    for delivery, state, at in (
        Outcome.objects.filter(delivery__in=deliveries)
        .order_by("delivery", "round")
        .values_list("delivery_id", "state", "at")
    ):
        latest[delivery] = (state, at)
    reported = set(
        Bounce.objects.filter(delivery__in=deliveries).values_list("delivery_id", flat=True)
    )
    return {
        deliveries[delivery]
        for delivery, (state, at) in latest.items()
        if state == Outcome.State.SENT
        and delivery not in reported
        and (now is None or weighing.is_success(sent_at=at, next_issue=True, now=now))
    }


def fresh_starts(readers: Collection[int]) -> dict[int, dt.datetime]:
    """From when on refusals count against each of these readers; most are left out.

    Since they last changed their address, or proved that it takes mail after all.
    """
    rows = ConsentEvent.objects.filter(subscriber__in=readers).filter(
        Q(kind=ConsentEvent.Kind.ADDRESS_CHANGED)
        | Q(kind=ConsentEvent.Kind.RETURNED, detail__has_key="lifted")
    )
    return dict(
        rows.values("subscriber_id").annotate(last=Max("at")).values_list("subscriber_id", "last")
    )


def remember(issue: Issue) -> None:
    """Before an issue is folded: which readers with a refusal it reached. In its transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO newsletter_health (subscription_id, succeeded_id)
               SELECT s.id, %(issue)s FROM (
                   SELECT DISTINCT b.subscriber_id FROM newsletter_bounce b
                   WHERE b.subscriber_id IS NOT NULL AND b.blame IN ('reader', 'unclear')) q
               JOIN subscribers_subscription s
                   ON s.subscriber_id = q.subscriber_id AND s.publication_id = %(publication)s
               JOIN newsletter_delivery d ON d.issue_id = %(issue)s AND d.subscription_id = s.id
               WHERE EXISTS (SELECT 1 FROM newsletter_outcome o
                             WHERE o.delivery_id = d.id AND o.state = 'sent')
                 AND NOT EXISTS (SELECT 1 FROM newsletter_bounce b WHERE b.delivery_id = d.id)
               ON CONFLICT (subscription_id) DO UPDATE SET succeeded_id = excluded.succeeded_id
               WHERE (SELECT i.frozen_at FROM newsletter_issue i
                      WHERE i.id = newsletter_health.succeeded_id) < %(frozen_at)s""",
            {
                "issue": issue.pk,
                "publication": issue.publication_id,
                "frozen_at": connection.ops.adapt_datetimefield_value(issue.frozen_at),
            },
        )
