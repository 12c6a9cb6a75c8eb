"""Whom a correction mail is for: those whose mail held what was wrong, as it was before.

What a reader had is read from the ledger and not from what they choose today: their delivery names
an edition, its `items` say what it held, and the outcome says of which revision. Copies count as
their originals do, so that whoever read the item in a round-up is told as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Min, Q

from newsletter.models import PLACES, Edition, Issue, Item, Revision

# What a mail is about reached them, or may have.
HANDED_OVER = ("sent", "in_doubt")


@dataclass(frozen=True, slots=True)
class Corrected:
    """The mails in which something was wrong: editions, and the issues they are of."""

    issues: tuple[int, ...]
    # None: every one.
    editions: tuple[int, ...] | None
    # (issue, revision) from which on its mails were right; of an issue without one no mail was.
    right_from: tuple[tuple[int, int], ...] = ()

    def readers(self, only: str = "") -> tuple[str, dict[str, Any]]:
        """The statement of who had one (subscription ids, some twice), and its parameters.

        One pass over each issue's deliveries beside their outcomes, in the order of both keys.
        `only` is a condition more, on the delivery `d`.
        """
        postgres = connection.vendor == "postgresql"
        params: dict[str, Any] = {}
        among = ""
        right_from = dict(self.right_from)
        if self.editions is not None:
            numbers = list(self.editions)
            params["corrected_editions"] = numbers if postgres else str(numbers)
            among = "AND d.edition_id " + (
                "= ANY(%(corrected_editions)s::int[])"
                if postgres
                else "IN (SELECT value FROM json_each(%(corrected_editions)s))"
            )
        states = ", ".join(f"'{state}'" for state in HANDED_OVER)
        parts = []
        for issue in self.issues or (0,):
            params[f"corrected_{issue}"] = issue * PLACES
            params[f"corrected_{issue}_end"] = issue * PLACES + PLACES - 1
            old = ""
            if issue in right_from:
                # Outcomes of 0.1.0 name no revision: what was mailed then was never corrected.
                old = f"AND (o.revision_id IS NULL OR o.revision_id < %(right_{issue})s)"
                params[f"right_{issue}"] = right_from[issue]
            parts.append(
                f"""SELECT d.subscription_id FROM newsletter_delivery d
                    JOIN newsletter_outcome o ON o.delivery_id = d.id AND o.state IN ({states})
                    WHERE d.id BETWEEN %(corrected_{issue})s AND %(corrected_{issue}_end)s
                      {among} {old} {only}"""
            )
        return " UNION ALL ".join(parts), params

    def had(self, subscription: int) -> bool:
        """Whether this reader had one."""
        issues = ", ".join(map(str, self.issues or (0,)))
        sql, params = self.readers(
            f"AND d.issue_id IN ({issues}) AND d.subscription_id = %(corrected_reader)s"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, {**params, "corrected_reader": subscription})
            return cursor.fetchone() is not None

    def count(self) -> int:
        """How many readers had one. Grows with the issues' readers."""
        sql, params = self.readers()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(DISTINCT q.subscription_id) FROM ({sql}) q", params)
            return int(cursor.fetchone()[0])


def corrected(issue: Issue, item: Item | None, revision: Revision | None = None) -> Corrected:
    """The mails that held `item`, or a copy of it; without one every mail of the issue.

    `revision` is the correction, from which on the item was right. A copy keeps its own words, so
    a round-up that went out later still held the old ones, unless somebody had looked at the mend
    there; of a copy that was corrected itself the mails before that did. What was folded away is
    not found.
    """
    right_from = {} if revision is None else {issue.pk: revision.pk}
    if item is None:
        return Corrected((issue.pk,), None, tuple(right_from.items()))
    held, _issues = copies_of(item.pk)
    if revision is not None:
        mended = Q(copied_at__gte=revision.at) & ~Q(pk=item.pk)
        held -= set(Item.objects.filter(mended, pk__in=held).values_list("pk", flat=True))
        own = Revision.objects.filter(
            kind=Revision.Kind.CORRECTION, item__in=held - {item.pk}, pk__gt=revision.pk
        )
        right_from |= dict(own.values_list("issue").annotate(Min("pk")))
    issues = set(Item.objects.filter(pk__in=held).values_list("issue_id", flat=True))
    found = Edition.objects.filter(issue__in=issues, none_because="").values_list("pk", "items")
    editions = [pk for pk, items in found.iterator() if held & set(items)]
    return Corrected(tuple(sorted(issues)), tuple(sorted(editions)), tuple(right_from.items()))


def copies_of(item: int) -> tuple[set[int], set[int]]:
    """(ids of the item and of what was copied from it, their issues); what tells of it is none."""
    held = {item}
    issues = set(Item.objects.filter(pk=item).values_list("issue_id", flat=True))
    newest = held
    while newest:
        copies = list(
            Item.objects.filter(copied_from__in=newest)
            .exclude(issue__kind=Issue.Kind.CORRECTION)
            .values_list("pk", "issue_id")
        )
        newest = {pk for pk, _issue in copies} - held
        held |= newest
        issues |= {issue for _pk, issue in copies}
    return held, issues


def told_by(issue: Issue) -> Corrected:
    """The mails a correction mail tells of."""
    revision = Revision.objects.select_related("issue", "item").filter(mail_id=issue.pk).first()
    if revision is not None:
        return corrected(revision.issue, revision.item, revision)
    # Made by hand, without a correction in the text: whoever had the issue at all.
    return Corrected((), ()) if issue.corrects is None else corrected(issue.corrects, None)
