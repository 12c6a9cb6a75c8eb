"""Who had an issue already because a round-up brought it: copies of its items, or of a translation.

It matters where an issue is mailed after it appeared: first published without mail, mailed to those
who joined since, or a translation that follows later. A reader of the round-up who took to single
issues in between would be handed the same again.

A round-up counts as handed over as everywhere: sent, in doubt, on the wire at this moment, or still
to come to them as they are (`beside`). Where it failed or was skipped, or held nothing of the issue
for them, they get the issue. Reckoned by subscriber, since the round-up may have been a sister
publication's.

Of a round-up that was folded away nobody can say any more who had it. It counts for whoever may
have: a reader of then who gets round-ups, or did since.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q

from newsletter.models import Edition, Issue, Item
from subscribers.models import Subscription
from subscribers.rhythm import ROUNDUPS

from . import beside
from .beside import ToCome
from .corrected import Corrected


class Folded(NamedTuple):
    """A round-up of which only the sums are kept."""

    issue: int
    publication: int
    frozen_at: dt.datetime
    # Of "what you missed".
    subscription: int | None


@dataclass(frozen=True, slots=True)
class Copies:
    """The editions of round-ups that held something of an issue, and what is on its way of them.

    `on_the_wire` are deliveries in the windows of workers.
    """

    mails: Corrected
    on_the_wire: tuple[int, ...] = ()
    to_come: Mapping[int, ToCome] = field(default_factory=dict)
    folded: tuple[Folded, ...] = ()

    def where(self) -> tuple[str, dict[str, Any]]:
        """That subscription `s` is of nobody who had them, as a condition that begins with AND."""
        had, params = self._had()
        return (
            f""" AND s.subscriber_id NOT IN (SELECT k.subscriber_id
            FROM subscribers_subscription k WHERE k.id IN ({had}))""",
            params,
        )

    def had(self, subscription: Subscription) -> bool:
        """Whether this reader had them, in whichever of their subscriptions."""
        theirs = Subscription.objects.filter(subscriber=subscription.subscriber_id)
        sql, params = self._had(list(theirs.values_list("pk", flat=True)))
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchone() is not None

    def _had(self, ties: Sequence[int] | None = None) -> tuple[str, dict[str, Any]]:
        """The statement of who of all, or of some subscriptions, had them: ids, some twice."""
        among = mine = ""
        if ties is not None:
            keys = ", ".join(map(str, ties)) or "0"
            issues = ", ".join(map(str, self.mails.issues or (0,)))
            among = f"AND d.issue_id IN ({issues}) AND d.subscription_id IN ({keys})"
            mine = f"AND c.id IN ({keys})"
        sql, params = self.mails.readers(among)
        editions = ", ".join(map(str, self.mails.editions or (0,)))
        if self.on_the_wire:
            wire = ", ".join(map(str, self.on_the_wire))
            sql += f""" UNION ALL SELECT d.subscription_id FROM newsletter_delivery d
                WHERE d.id IN ({wire}) AND d.edition_id IN ({editions}) {among}"""
        for issue, waiting in self.to_come.items():
            sql += f""" UNION ALL SELECT c.id FROM newsletter_delivery d
                JOIN subscribers_subscription c ON c.id = d.subscription_id
                WHERE d.issue_id = {issue} AND d.edition_id IN ({editions})
                  AND {waiting.sql("c")} {mine}"""
        for one in self.folded:
            when = f"folded_{one.issue}"
            params[when] = connection.ops.adapt_datetimefield_value(one.frozen_at)
            who = f"c.id = {one.subscription}"
            if one.subscription is None:
                rhythms = ", ".join(f"'{rhythm}'" for rhythm in ROUNDUPS)
                who = f"(c.rhythm IN ({rhythms}) OR c.rhythm_since > %({when})s)"
            sql += f""" UNION ALL SELECT c.id FROM subscribers_subscription c
                WHERE c.publication_id = {one.publication} AND c.created_at <= %({when})s
                  AND {who} {mine}"""
        return sql, params


def of(issue: Issue, *, paired: bool) -> Copies | None:
    """What round-ups brought of an issue, or of a translation where it is `paired`; None: nothing.

    No query for an issue that appears with its mail and has no translation.
    """
    if issue.kind != Issue.Kind.REGULAR or (issue.published_at is None and not paired):
        return None
    root = issue.original_id or issue.pk
    same = Q(copied_from__issue=root) | Q(copied_from__issue__original=root)
    copies = set(
        Item.objects.filter(
            same if paired else Q(copied_from__issue=issue),
            issue__kind=Issue.Kind.ROUNDUP,
            issue__frozen_at__isnull=False,
        ).values_list("pk", "issue_id")
    )
    if not copies:
        return None
    held = {pk for pk, _roundup in copies}
    brought = {roundup for _pk, roundup in copies}
    rows = Edition.objects.filter(issue__in=brought, none_because="").values_list(
        "pk", "items", "issue_id"
    )
    found = [(pk, roundup) for pk, items, roundup in rows.iterator() if held & set(items)]
    folded = _folded({roundup for _pk, roundup in found})
    away = {one.issue for one in folded}
    kept = sorted({roundup for _pk, roundup in found} - away)
    editions = tuple(sorted(pk for pk, roundup in found if roundup not in away))
    if not found:
        return None
    return Copies(
        Corrected(tuple(kept), editions),
        beside.windows(Q(issue__in=kept)),
        beside.to_come(kept),
        folded,
    )


def _folded(roundups: set[int]) -> tuple[Folded, ...]:
    rows = Issue.objects.filter(pk__in=roundups, folded_at__isnull=False).order_by("pk")
    return tuple(
        Folded(pk, publication, frozen_at, subscription)
        for pk, publication, frozen_at, subscription in rows.values_list(
            "pk", "publication_id", "frozen_at", "roundup__subscription_id"
        )
        if frozen_at is not None
    )
