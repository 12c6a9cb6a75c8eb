"""What happened to subscriptions, in the order it happened."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .people import Subscription
from .publications import Publication


class Event(models.Model):
    """One change of one subscription. Written by `subscribers.subscriptions` in the transaction
    of the change, kept for `subscribers.events.KEEP`, then deleted.

    The consent ledger says what a person agreed to and is theirs; this table says what a
    publication's readership did, names nobody, and is what counts and notices read. `detail` is
    small and never holds an address. What came after an id is a range of the primary key; on
    PostgreSQL a transaction may commit a lower id later, so who reads on looks back a minute.
    """

    class Kind(models.TextChoices):
        REQUESTED = "requested"
        CONFIRMED = "confirmed"
        ENTERED = "entered"
        CHANGED = "changed"
        PAUSED = "paused"
        RESUMED = "resumed"
        LEFT = "left"
        WITHDRAWN = "withdrawn"
        RETURNED = "returned"
        MOVED = "moved"
        ERASED = "erased"

    id = models.BigAutoField(primary_key=True)
    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    # No constraint: checking it costs every row of an import, and an event outlives a
    # subscription that was never confirmed.
    subscription = models.ForeignKey(
        Subscription,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField(default=timezone.now)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="event_kind",
                condition=Q(
                    kind__in=[
                        "requested", "confirmed", "entered", "changed", "paused", "resumed",
                        "left", "withdrawn", "returned", "moved", "erased",
                    ]
                ),
            )
        ]  # fmt: skip
        indexes = [
            # Counts of one kind in one publication since a moment, without reading the rows.
            models.Index(fields=["publication", "kind", "at"], name="event_count")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
