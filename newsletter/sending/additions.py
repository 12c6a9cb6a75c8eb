"""What publishing adds to readers and categories: see `subscribers.additions`."""

from __future__ import annotations

import functools
from typing import Any

from django.db.models import Q, QuerySet

from newsletter import conf, sending
from newsletter.message.dkim import Signers
from newsletter.models import PLACES, Bounce, Delivery, Issue, Item
from newsletter.sending import rehearsals, service_refusals, service_ways, welcome
from subscribers import additions
from subscribers.additions import Panel
from subscribers.models import Category, Subscriber, Subscription

# Issues looked back at on a reader's page: that many probes of the unique index.
_ISSUES = 30
_BOUNCES = 50
# Not frozen yet: their items go with the readers when categories are merged.
_OPEN = (Issue.State.DRAFT, Issue.State.SCHEDULED)


def register() -> None:
    """Add our parts; called once, when the app is ready."""
    additions.export_sections["issues"] = issues
    additions.export_sections["returned_mail"] = returned_mail
    additions.reader_panels["issues"] = issues_panel
    additions.reader_panels["returned_mail"] = returned_mail_panel
    additions.filed_under["items"] = move_items
    additions.counted_under["items"] = _items_under
    additions.counted_under["unsent"] = _unsent_under
    additions.welcome_lines["latest_issue"] = welcome.told
    additions.held_back["issues"] = rehearsals.hold
    additions.signatures["dkim"] = sign
    additions.service_ways["relays"] = service_ways.order
    additions.last_words["judge"] = service_refusals.is_last_word


def sign(domain: str, content: bytes) -> bytes:
    """Sign a single mail as the worker signs issues; raises BadKey as it does."""
    signers = _signers(conf.dkim_keys())
    signer = signers.of(domain) if signers is not None else None
    if signer is None:
        return b""
    return signer.sign(content.replace(b"\r\n.", b"\r\n.."))  # `sign` takes the stuffing off.


@functools.lru_cache(maxsize=1)
def _signers(keys: str) -> Signers | None:
    return Signers.from_setting(keys)


def issues(subscriber: Subscriber) -> list[dict[str, Any]]:
    """Every issue that was meant for this reader, and what became of it, newest first."""
    found: list[dict[str, Any]] = []
    for tie in subscriber.subscriptions.select_related("publication"):
        # By issue and subscription: the one index that finds a reader's deliveries.
        numbers = _mailed(tie)
        meant = Delivery.objects.filter(issue__in=numbers, subscription=tie).values("issue_id")
        for issue in numbers.filter(pk__in=meant).order_by("-date", "-pk"):
            found.append(
                {
                    "publication": tie.publication.slug,
                    "issue": issue.slug,
                    "title": issue.title,
                    "what_became_of_it": sending.why(issue, tie),
                }
            )
    return found


def _mailed(tie: Subscription) -> QuerySet[Issue]:
    """The issues that were mailed to readers of this publication.

    A rehearsal was for none; others' "what you missed" is nothing of theirs, and there may be
    thousands.
    """
    found = Issue.objects.filter(
        publication=tie.publication, frozen_at__isnull=False, rehearses__isnull=True
    )
    return found.filter(Q(roundup__subscription__isnull=True) | Q(roundup__subscription=tie))


def returned_mail(subscriber: Subscriber) -> list[dict[str, Any]]:
    """Refusals and spam reports that were counted against this address."""
    return [
        {
            "at": bounce.at.isoformat(),
            "kind": bounce.kind,
            "status": bounce.status,
            "reason": bounce.reason,
        }
        for bounce in Bounce.objects.filter(subscriber=subscriber).order_by("at")
    ]


def issues_panel(subscriber: Subscriber, ties: list[Subscription]) -> Panel:
    """What became of the last issues for this reader: one probe an issue, whatever the history."""
    rows: list[dict[str, Any]] = []
    for tie in ties:
        frozen = _mailed(tie)
        rows += [
            {
                "issue": issue,
                "publication": tie.publication,
                "why": sending.why(issue, tie),
                "received": tie if sending.handed_over(issue, tie) else None,
            }
            for issue in frozen.order_by("-date", "-id")[:_ISSUES]
        ]
    rows.sort(key=lambda row: (row["issue"].date, row["issue"].pk), reverse=True)
    return Panel("admin/sudi/reader_issues.html", rows[:_ISSUES])


def returned_mail_panel(subscriber: Subscriber, ties: list[Subscription]) -> Panel | None:
    """The last refusals of these publications' issues; what others mailed is not theirs to see."""
    newest = list(Bounce.objects.filter(subscriber=subscriber).order_by("-at")[: 4 * _BOUNCES])
    issues = {one.delivery_id // PLACES for one in newest if one.delivery_id is not None}
    publications = {tie.publication_id: tie.publication for tie in ties}
    ours = dict(
        Issue.objects.filter(pk__in=issues, publication__in=list(publications)).values_list(
            "pk", "publication_id"
        )
    )
    bounces = [
        {"bounce": one, "publication": publications[ours[one.delivery_id // PLACES]]}
        for one in newest
        if one.delivery_id is not None and one.delivery_id // PLACES in ours
    ][:_BOUNCES]
    return Panel("admin/sudi/reader_bounces.html", bounces) if bounces else None


def move_items(source: Category, target: Category) -> int:
    """File the items of issues that are not released yet under the other category."""
    items = Item.objects.filter(category=source, issue__state__in=_OPEN)
    return items.update(category=target)


def _items_under(category: Category) -> int:
    return Item.objects.filter(category=category).count()


def _unsent_under(category: Category) -> int:
    return Item.objects.filter(category=category, issue__state__in=_OPEN).count()
