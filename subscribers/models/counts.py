"""Sums by day of what leaves no row of its own."""

from __future__ import annotations

from django.db import models
from django.db.models import F
from django.utils import timezone


class DailyCounts(models.Manager["DailyCount"]):
    """Counting, safe when many do it at once."""

    def add(self, name: str) -> None:
        """One more of `name` today (UTC)."""
        today = timezone.now().date()
        self.get_or_create(day=today, name=name)
        self.filter(day=today, name=name).update(number=F("number") + 1)


class DailyCount(models.Model):
    """How often something happened on a day; a row a name and day."""

    # One-click posts whose token this site did not make, or that was cut off on its way.
    ONE_CLICK_REFUSED = "one_click_refused"

    day = models.DateField()
    name = models.CharField(max_length=40)
    number = models.PositiveBigIntegerField(default=0)

    objects = DailyCounts()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "name"], name="daily_count_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}: {self.number}"
