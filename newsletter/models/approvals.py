"""The second person's word on an issue, and what colleagues say of it before it goes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from .issues import Issue, Item


class Approval(models.Model):
    """Somebody with the right to approve said yes to what readers would get at that moment."""

    issue = models.OneToOneField(
        Issue, on_delete=models.CASCADE, primary_key=True, related_name="approval"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # What they said yes to, part by part (`newsletter.issues.approvals`): any change asks again.
    state = models.JSONField()

    def __str__(self) -> str:
        return f"{self.issue_id}"


class ApprovalLook(models.Model):
    """What somebody saw of an issue when they were asked to approve it, and the time before."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="approval_looks")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=timezone.now)
    state = models.JSONField()
    # Before the present visit, which may be many looks; null in the first one.
    before_at = models.DateTimeField(null=True, blank=True)
    before = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issue", "by"], name="approval_look_once"),
            models.CheckConstraint(
                name="approval_look_before",
                condition=models.Q(before_at__isnull=True, before__isnull=True)
                | models.Q(before_at__isnull=False, before__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.by_id}"


class Comment(models.Model):
    """What somebody with an account says to their colleagues about an issue, or one item of it."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="comments")
    # None: about the issue as a whole. It stays when the item is taken out.
    item = models.ForeignKey(
        Item, on_delete=models.SET_NULL, null=True, blank=True, related_name="comments"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField()
    # The words with which an approver sent the issue back.
    sent_back = models.BooleanField(default=False)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.text[:40]}"
