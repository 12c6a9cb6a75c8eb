"""What makes writing safe to undo: the last steps of a draft, and drafts that were deleted."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from subscribers.models import Publication

from .issues import Issue


class UndoStep(models.Model):
    """One change of a draft's items, as it was before and after; gone once it is undone."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="undo_steps")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    what = models.CharField(max_length=200)
    # As `issues.steps.Change` writes it: only what the step changed.
    change = models.JSONField()

    class Meta:
        verbose_name = pgettext_lazy("writing", "step")
        verbose_name_plural = pgettext_lazy("writing", "steps")

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.what}"


class DeletedDraft(models.Model):
    """A draft somebody deleted, whole, until it is restored or its time is over."""

    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, related_name="deleted_drafts"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now, db_index=True)
    title = models.CharField(max_length=300)
    date = models.DateField()
    # The rows of the issue and of all that belonged to it, as Django's JSON serializer has them.
    rows = models.TextField()

    class Meta:
        verbose_name = pgettext_lazy("writing", "deleted draft")
        verbose_name_plural = pgettext_lazy("writing", "deleted drafts")

    def __str__(self) -> str:
        return f"{self.date} {self.title}"
