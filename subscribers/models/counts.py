"""Sums by day of what leaves no row of its own."""

from __future__ import annotations

from django.db import models
from django.db.models import F
from django.utils import timezone


class DailyCounts(models.Manager["DailyCount"]):
    """Counting, safe when many do it at once."""

    def add(self, name: str, number: int = 1) -> None:
        """So many more of `name` today (UTC)."""
        today = timezone.now().date()
        rows = self.filter(day=today, name=name)
        if not rows.update(number=F("number") + number):
            self.get_or_create(day=today, name=name)
            rows.update(number=F("number") + number)


class DailyCount(models.Model):
    """How often something happened on a day; a row a name and day."""

    # One-click posts whose token this site did not make, or that was cut off on its way.
    ONE_CLICK_REFUSED = "one_click_refused"
    # Reports that were counted, by Bounce.kind.
    BOUNCES = {
        "hard": "bounce_hard",
        "soft": "bounce_soft",
        "complaint": "bounce_complaint",
    }

    day = models.DateField()
    name = models.CharField(max_length=40)
    number = models.PositiveBigIntegerField(default=0)

    objects = DailyCounts()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "name"], name="daily_count_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}: {self.number}"
