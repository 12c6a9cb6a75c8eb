"""What is mailed, and to whom: editions, and one delivery for each reader."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from subscribers.models import Subscription

from .issues import PLACES, Issue, Revision


class Edition(models.Model):
    """A distinct selection of an issue's items, or a reason for none; rendered and kept."""

    class NoneBecause(models.TextChoices):
        NO_ITEM = "no_item", _("nothing in the chosen categories")
        PAUSED = "paused", _("paused")
        RHYTHM = "rhythm", _("another rhythm")
        TOLD = "told", pgettext_lazy("why no mail", "all of it had reached them before")
        SUPPRESSED = "suppressed", _("suppressed")

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="editions")
    selection = models.BigIntegerField(default=0)
    # What had reached these readers before: of a round-up how many of its originals' issues, of
    # another which items, a bit each.
    start = models.PositiveSmallIntegerField(default=0)
    none_because = models.CharField(max_length=10, choices=NoneBecause.choices, blank=True)
    items = models.JSONField(default=list)
    readers = models.PositiveIntegerField(default=0)
    size = models.PositiveIntegerField(default=0)
    subject = models.CharField(max_length=300, blank=True)
    preheader = models.CharField(max_length=300, blank=True)
    headers = models.JSONField(default=dict)
    html = models.BinaryField(default=bytes)
    text = models.BinaryField(default=bytes)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "none_because", "selection", "start"], name="edition_key"
            ),
            models.CheckConstraint(
                name="edition_reason_selects_nothing",
                condition=Q(none_because="") | Q(selection=0, start=0),
            ),
            models.CheckConstraint(
                name="edition_reason",
                condition=Q(
                    none_because__in=["", "no_item", "paused", "rhythm", "suppressed", "told"]
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.none_because or self.selection}"


class EditionRevision(models.Model):
    """An edition's finished mail as a later revision has it: the same items, corrected.

    The frozen text is the edition's own. One that is not corrected, as nearly all are, has no
    row here, and its freeze writes none.
    """

    id = models.BigAutoField(primary_key=True)
    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, related_name="revisions", db_index=False
    )
    revision = models.ForeignKey(
        Revision, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    size = models.PositiveIntegerField(default=0)
    subject = models.CharField(max_length=300, blank=True)
    preheader = models.CharField(max_length=300, blank=True)
    headers = models.JSONField(default=dict)
    html = models.BinaryField(default=bytes)
    text = models.BinaryField(default=bytes)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "revision"], name="edition_revision"),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id}/{self.revision_id}"


def _hot(to: Any, **extra: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        to,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        **extra,
    )


class Delivery(models.Model):
    """One issue to one subscription, fixed at release; four integers, never updated."""

    id = models.BigAutoField(primary_key=True)
    subscription = _hot(Subscription)
    issue = _hot(Issue)
    edition = _hot(Edition)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issue", "subscription"], name="delivery_once"),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}/{self.pk % PLACES}"
