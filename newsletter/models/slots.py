"""When a publication sends by itself: its slots, what became of each, and which draft is ready."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from subscribers.models import Publication

from .issues import Issue


class Slot(models.Model):
    """A time of day on some weekdays, in the publication's zone, at which a ready draft goes."""

    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, related_name="slots", db_index=False
    )
    # Bit 0 is Monday, as `date.weekday()` counts.
    weekdays = models.PositiveSmallIntegerField(
        _("weekdays"), validators=[MinValueValidator(1), MaxValueValidator(127)]
    )
    at = models.TimeField(_("time"))
    # Takes drafts of this edition only; empty: those that no other slot names.
    edition = models.SlugField(_("edition"), max_length=30, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        constraints = [
            models.UniqueConstraint(fields=["publication", "at", "edition"], name="slot_once"),
            models.CheckConstraint(
                name="slot_weekdays", condition=Q(weekdays__gte=1, weekdays__lte=127)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%H:%M} {self.edition}".strip()


class DayOff(models.Model):
    """A day on which a publication's slots do not count: a holiday."""

    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, related_name="days_off", db_index=False
    )
    day = models.DateField(_("day"))
    note = models.CharField(_("note"), max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["publication", "day"], name="day_off_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.note}".strip()


class SlotUse(models.Model):
    """What became of a slot on one day: one row, so it is taken once and told of once."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        TAKEN = "taken", _("taken")
        EMPTY = "empty", _("nothing was ready")
        MISSED = "missed", _("missed: nothing was running")

    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="uses", db_index=False)
    day = models.DateField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    issue = models.ForeignKey(Issue, on_delete=models.SET_NULL, null=True, related_name="+")
    # When the editors were told that nothing is ready yet, and that nothing was sent.
    warned_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slot", "day"], name="slot_used_once"),
            models.CheckConstraint(
                name="slot_use_state", condition=Q(state__in=["open", "taken", "empty", "missed"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot} {self.day}: {self.state}"


class Ready(models.Model):
    """Somebody with the right to send said of this very text that it may take a slot."""

    issue = models.OneToOneField(
        Issue, on_delete=models.CASCADE, primary_key=True, related_name="ready"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # Of what would be sent (`newsletter.issues.ready`): any change asks again.
    fingerprint = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.issue_id}"
