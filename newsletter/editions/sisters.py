"""What sister publications mailed of a round-up's issues: the same, in another language.

Whoever has a subscription to both had it, by subscriber: a translation by itself, or its items in a
round-up of the sister's. Of that the reader's edition counts, not the whole: who chose other
categories there was brought none of it. What was folded away cannot be looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

from newsletter.models import Delivery, Edition, Issue, Item
from subscribers.models import Subscription

from .beside import ToCome
from .values import IssueView


@dataclass(frozen=True, slots=True)
class SisterRoundup:
    """A round-up that held some of the same: its editions -> the start of who was handed them."""

    issue: int
    # "What you missed" of one reader.
    personal: bool
    starts: Mapping[int, int]


def by_root(view: IssueView, start_at: Mapping[int, int]) -> dict[int, int]:
    """The originals of a round-up's origins -> the start of who was handed one of them, or of its
    translations. `start_at` is that of each origin."""
    roots = dict(Issue.objects.filter(pk__in=start_at).values_list("pk", "original"))
    found: dict[int, int] = {}
    for origin in view.origins:
        root = roots.get(origin.issue) or origin.issue
        found[root] = max(start_at[origin.issue], found.get(root, 0))
    return found


def single(publication: int, roots: Mapping[int, int]) -> dict[int, int]:
    """Issues that others mailed of the same -> the start of who was handed one."""
    rows = Issue.objects.filter(
        Q(pk__in=roots) | Q(original__in=roots), frozen_at__isnull=False, folded_at__isnull=True
    ).exclude(publication_id=publication)
    return {pk: roots[root or pk] for pk, root in rows.values_list("pk", "original")}


def roundups(publication: int, roots: Mapping[int, int]) -> tuple[SisterRoundup, ...]:
    """Round-ups that others mailed of the same; one query where there is none, else two."""
    copies = Item.objects.filter(
        Q(copied_from__issue__in=roots) | Q(copied_from__issue__original__in=roots),
        issue__kind=Issue.Kind.ROUNDUP,
        issue__frozen_at__isnull=False,
        issue__folded_at__isnull=True,
    ).exclude(issue__publication_id=publication)
    held: dict[int, int] = {}
    personal: dict[int, bool] = {}
    columns = ("pk", "issue_id", "issue__roundup__subscription_id", "copied_from__issue_id")
    for pk, issue, reader, origin, root in copies.values_list(
        *columns, "copied_from__issue__original_id"
    ):
        held[pk] = roots[root or origin]
        personal[issue] = reader is not None
    if not held:
        return ()
    found: dict[int, dict[int, int]] = {}
    rows = Edition.objects.filter(issue__in=personal, none_because="").order_by("pk")
    for edition, issue, items in rows.values_list("pk", "issue_id", "items").iterator():
        if start := max((held[item] for item in items if item in held), default=0):
            found.setdefault(issue, {})[edition] = start
    return tuple(SisterRoundup(pk, personal[pk], found[pk]) for pk in sorted(found))


def handed(
    mailed: tuple[SisterRoundup, ...],
    readers: str,
    reached: str,
    personal: str,
    to_come: Mapping[int, ToCome],
) -> list[str]:
    """Statements of which subscriptions `c` were handed one of those round-ups: id, start.

    `readers` is the condition on `c`; `reached` whether delivery `d` was handed over, `personal`
    whether it is, or `d` of "what you missed" `i` is still to come.
    """
    parts = []
    whens = []
    for one in mailed:
        if one.personal:
            continue
        had = reached
        if waiting := to_come.get(one.issue):
            had = f"({had} OR {waiting.sql('k')})"
        by_start: dict[int, list[int]] = {}
        for edition, start in one.starts.items():
            by_start.setdefault(start, []).append(edition)
        whens += [
            (
                start,
                f"""WHEN EXISTS (SELECT 1 FROM newsletter_delivery d WHERE d.issue_id = {one.issue}
                AND d.subscription_id = k.id AND d.edition_id IN ({", ".join(map(str, editions))})
                AND {had}) THEN {start}""",
            )
            for start, editions in by_start.items()
        ]
    if whens:
        # A CASE stops at the first that holds.
        newest = " ".join(sql for _start, sql in sorted(whens, key=lambda one: -one[0]))
        parts.append(
            f"""SELECT c.id, CASE {newest} ELSE 0 END AS start FROM subscribers_subscription c
                JOIN subscribers_subscription k
                     ON k.subscriber_id = c.subscriber_id AND k.id <> c.id
                WHERE {readers}"""
        )
    alone = [one for one in mailed if one.personal]
    if alone:
        values = ", ".join(
            f"({key}, {start})" for one in alone for key, start in one.starts.items()
        )
        issues = ", ".join(str(one.issue) for one in alone)
        parts.append(
            f"""SELECT c.id, m.column2 AS start
                FROM newsletter_roundup r JOIN newsletter_issue i ON i.id = r.issue_id
                JOIN newsletter_delivery d
                     ON d.issue_id = r.issue_id AND d.subscription_id = r.subscription_id
                JOIN (VALUES {values}) m ON m.column1 = d.edition_id
                JOIN subscribers_subscription k ON k.id = r.subscription_id
                JOIN subscribers_subscription c ON c.subscriber_id = k.subscriber_id
                WHERE r.issue_id IN ({issues}) AND {readers} AND {personal}"""
        )
    return parts


def had(tie: Subscription, mailed: tuple[SisterRoundup, ...]) -> dict[int, int]:
    """One reader's deliveries of those round-ups that held some of it -> the start after it."""
    starts = {edition: start for one in mailed for edition, start in one.starts.items()}
    ties = Subscription.objects.filter(subscriber=tie.subscriber_id).values_list("pk", flat=True)
    rows = Delivery.objects.filter(
        issue_id__in=[one.issue for one in mailed], subscription_id__in=list(ties)
    )
    found = rows.values_list("pk", "edition_id")
    return {pk: starts[edition] for pk, edition in found if edition in starts}
