"""A sign-up that was just made, for the page that follows it."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.utils import timezone

from .publications import Publication

# Long enough to read the page, and to come back to it from the mailbox.
ASKED_LIFE = dt.timedelta(minutes=15)


class Asked(models.Model):
    """What a visitor asked for, shown once more on the page after the form.

    The page's own address holds only the random key: what stands there is kept by logs and
    histories, and a cookie would follow the visitor. Stored for everybody alike, known or not,
    and deleted after `ASKED_LIFE`.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    address = models.CharField(max_length=254)
    choice = models.BigIntegerField()
    rhythm = models.CharField(max_length=10)
    language = models.CharField(max_length=12, blank=True)

    def __str__(self) -> str:
        return str(self.key)
