"""What became of each issue, by edition and receiving domain: counted in the background, kept."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .issues import Issue


class IssueFigures(models.Model):
    """The last count of an issue (`sending.figures`), and when the next is due.

    `editions` and `domains` hold lists of numbers in the order of `figures.NAMES`, by the
    edition's id and by the domain's name.
    """

    issue = models.OneToOneField(
        Issue, on_delete=models.CASCADE, primary_key=True, related_name="figures"
    )
    counted_at = models.DateTimeField(default=timezone.now)
    # Null: final, since the deliveries it was counted from have been folded away.
    due_at = models.DateTimeField(null=True)
    # How long the last count took: the next one waits twenty times as long.
    seconds = models.FloatField(default=0)
    totals = models.JSONField(default=list)
    editions = models.JSONField(default=dict)
    domains = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="issue_figures_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.totals}"
