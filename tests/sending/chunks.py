"""An issue that is sending, its readers in chunks: rows put there by hand, nothing rendered."""

from __future__ import annotations

import datetime as dt
from typing import Any

from newsletter.models import PLACES, Chunk, Delivery, Edition, Issue, Outcome, Revision, Worker
from newsletter.sending.engine import leasing
from newsletter.sending.engine.outcomes import Lease
from tests import builders

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def sending(readers: int = 4, size: int = 500, *, slug: str = "daily", **extra: Any) -> Issue:
    """An issue with so many readers, `size` to a chunk, every chunk due now."""
    publication = builders.publication(slug, **extra)
    category = builders.category(publication, "Ships")
    issue = builders.issue(publication, send_at=NOW)
    text = Revision.objects.create(issue=issue, number=1, kind="release", at=NOW)
    Issue.objects.filter(pk=issue.pk).update(
        state="sending", frozen=text, frozen_at=NOW, recipients=readers
    )
    issue.refresh_from_db()
    edition = Edition.objects.create(
        issue=issue, selection=1 << category.bit, readers=readers, subject="Ships"
    )
    base = issue.pk * PLACES
    for place in range(1, readers + 1):
        reader = builders.subscription(publication, f"reader{place}@{slug}.example.org", [category])
        Delivery.objects.create(pk=base + place, issue=issue, subscription=reader, edition=edition)
    for first in range(1, readers + 1, size):
        last = min(readers, first + size - 1)
        Chunk.objects.create(issue=issue, first=base + first, last=base + last, due_at=NOW)
    return issue


def worker(name: str = "w-here") -> Worker:
    return Worker.objects.get_or_create(name=name, defaults={"machine": "here", "seen": NOW})[0]


def leased(issue: Issue, *, retries: bool = False, canary: bool = False) -> Lease:
    found = leasing.lease(worker().pk, issue.pk, retries=retries, canary=canary)
    assert found is not None
    return found


def outcome(issue: Issue, place: int, state: str, round: int = 1, **extra: Any) -> Outcome:
    """An outcome as a turn stores it; the chunk's counts are the caller's."""
    return Outcome.objects.create(
        delivery_id=issue.pk * PLACES + place, round=round, state=state, at=NOW, **extra
    )


def places(issue: Issue, deliveries: list[int]) -> list[int]:
    """1, 2, 3 … instead of delivery ids."""
    return [delivery - issue.pk * PLACES for delivery in deliveries]
