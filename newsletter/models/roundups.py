"""Which period a round-up is of, and for whom."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from subscribers.models import Publication, Subscription

from .issues import Issue


class Roundup(models.Model):
    """One period of a publication, looked at once: its draft, or that there was nothing in it.

    `since` and `until` are the period's days as people say it, and its identity; `begins_at` and
    `ends_at` are its moments. A row with a subscription is "what you missed" of one reader;
    without an issue it is what they are owed of the round-up of that period (`sending.rest`).
    """

    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, related_name="roundups", db_index=False
    )
    # Null: nothing had appeared, so there is no draft.
    issue = models.OneToOneField(Issue, on_delete=models.CASCADE, null=True, related_name="roundup")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    since = models.DateField(_("first day"))
    until = models.DateField(_("last day"))
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_at = models.DateTimeField(default=timezone.now)
    # It goes by itself and has not been released yet. Cleared in the release's transaction.
    goes = models.BooleanField(default=False)
    # Why it did not go by itself, for the editors.
    problem = models.TextField(blank=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("round-up")
        verbose_name_plural = _("round-ups")
        constraints = [
            # Made twice it is one draft, whoever makes it.
            models.UniqueConstraint(
                fields=["publication", "since", "until"],
                condition=Q(subscription__isnull=True),
                name="roundup_period",
            ),
            # "What you missed" is mailed once for a pause, and the rest of a round-up is owed once.
            # By the whole period: two round-ups that begin at one moment bring different things.
            models.UniqueConstraint(
                fields=["subscription", "begins_at", "ends_at"],
                condition=Q(subscription__isnull=False),
                name="roundup_of_reader",
            ),
            models.CheckConstraint(
                name="roundup_period_has_order",
                condition=Q(since__lte=F("until"), begins_at__lt=F("ends_at")),
            ),
            models.CheckConstraint(
                name="roundup_goes_with_issue",
                condition=Q(goes=False) | Q(issue__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                F("publication"), F("ends_at").desc(),
                condition=Q(subscription__isnull=True), name="roundup_newest",
            ),
            models.Index(fields=["id"], condition=Q(goes=True), name="roundup_goes"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.publication_id}: {self.since} – {self.until}"
