"""How far we have read what happened to readers."""

from __future__ import annotations

from django.db import models


class EventCursor(models.Model):
    """The last `subscribers.models.Event` that somebody who reads them in order is done with."""

    name = models.CharField(max_length=30, primary_key=True)
    event = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.event}"
