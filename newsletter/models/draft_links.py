"""Links by which somebody without an account reads a draft."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from .issues import Issue


class DraftLink(models.Model):
    """An address at which one draft can be read until `ends_at`, as its maker may read it.

    The secret in it is never stored: `digest` is its SHA-256 (160 random bits, nothing to guess).
    """

    id = models.BigAutoField(primary_key=True)
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="draft_links")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # For whom, in the words of who made it.
    note = models.CharField(max_length=60, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = pgettext_lazy("draft", "link to a draft")
        verbose_name_plural = pgettext_lazy("draft", "links to drafts")
        constraints = [
            models.CheckConstraint(name="draft_link_ends", condition=Q(ends_at__gt=F("made_at"))),
            models.CheckConstraint(name="draft_link_digest", condition=~Q(digest="")),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id} → {self.ends_at:%Y-%m-%d}"
