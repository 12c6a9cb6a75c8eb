"""Who had an issue already because a round-up brought it: copies of its items, or of a translation.

It matters where an issue is mailed after it appeared: first published without mail, mailed to those
who joined since, or a translation that follows later. A reader of the round-up who took to single
issues in between would be handed the same again.

A round-up counts as handed over as everywhere: sent, in doubt or on the wire at this moment. Where
it failed or was skipped, or held nothing of the issue for them, they get the issue. Reckoned by
subscriber, since the round-up may have been a sister publication's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q

from newsletter.models import Edition, Issue, Item
from subscribers.models import Subscription

from . import reached
from .corrected import Corrected


@dataclass(frozen=True, slots=True)
class Copies:
    """The editions of round-ups that held something of an issue, and what is on the wire of them.

    `on_the_wire` are deliveries in the windows of workers.
    """

    mails: Corrected
    on_the_wire: tuple[int, ...] = ()

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
        only = ", ".join(str(pk) for pk in theirs.values_list("pk", flat=True))
        issues = ", ".join(map(str, self.mails.issues))
        sql, params = self._had(
            f"AND d.issue_id IN ({issues}) AND d.subscription_id IN ({only or '0'})"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchone() is not None

    def _had(self, only: str = "") -> tuple[str, dict[str, Any]]:
        """The statement of who had them: subscription ids, some twice."""
        sql, params = self.mails.readers(only)
        if self.on_the_wire:
            keys = ", ".join(map(str, self.on_the_wire))
            editions = ", ".join(map(str, self.mails.editions or ()))
            sql += f""" UNION ALL SELECT d.subscription_id FROM newsletter_delivery d
                WHERE d.id IN ({keys}) AND d.edition_id IN ({editions}) {only}"""
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
            issue__folded_at__isnull=True,
        ).values_list("pk", "issue_id")
    )
    if not copies:
        return None
    held = {pk for pk, _roundup in copies}
    roundups = sorted({roundup for _pk, roundup in copies})
    rows = Edition.objects.filter(issue__in=roundups, none_because="").values_list("pk", "items")
    editions = tuple(sorted(pk for pk, items in rows.iterator() if held & set(items)))
    if not editions:
        return None
    wire = reached.on_the_wire(Q(issue__in=roundups))
    return Copies(Corrected(tuple(roundups), editions), wire)
