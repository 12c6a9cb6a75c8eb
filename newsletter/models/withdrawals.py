"""What was taken back from readers, why, and since when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from .issues import Issue, Item


class Withdrawal(models.Model):
    """An issue, or one item of it, that nobody may read here any more. It is never undone.

    `note` is public: the page that stood there says it. The rows of what was withdrawn stay as
    they are but for `published_at` and, of an item, `hidden`, by which everything public is found.
    """

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="withdrawals")
    # Null: the whole issue.
    item = models.ForeignKey(
        Item, on_delete=models.CASCADE, null=True, related_name="withdrawals", db_index=False
    )
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=150)
    note = models.TextField()
    # It had a page: one that never had says nothing there.
    was_public = models.BooleanField()

    class Meta:
        verbose_name = pgettext_lazy("withdrawal", "withdrawal")
        verbose_name_plural = pgettext_lazy("withdrawal", "withdrawals")
        constraints = [
            models.UniqueConstraint(
                fields=["issue"], condition=Q(item__isnull=True), name="withdrawal_of_issue"
            ),
            models.UniqueConstraint(
                fields=["item"], condition=Q(item__isnull=False), name="withdrawal_of_item"
            ),
            models.CheckConstraint(name="withdrawal_says_why", condition=~Q(note="")),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}/{self.item_id or ''} {self.at:%Y-%m-%d}"
