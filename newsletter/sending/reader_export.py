"""What this app holds about a reader: its part of the export of everything stored."""

from __future__ import annotations

from typing import Any

from newsletter import sending
from newsletter.models import Bounce, Delivery, Issue
from subscribers import export
from subscribers.models import Subscriber


def register() -> None:
    """Add our sections to the export; called once, when the app is ready."""
    export.sections["issues"] = issues
    export.sections["returned_mail"] = returned_mail


def issues(subscriber: Subscriber) -> list[dict[str, Any]]:
    """Every issue that was meant for this reader, and what became of it, newest first."""
    found: list[dict[str, Any]] = []
    for tie in subscriber.subscriptions.select_related("publication"):
        # By issue and subscription: the one index that finds a reader's deliveries.
        numbers = Issue.objects.filter(publication=tie.publication, frozen_at__isnull=False)
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
