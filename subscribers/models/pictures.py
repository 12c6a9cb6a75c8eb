"""Pictures that were taken in. What one looks like is in its name (`subscribers.pictures`)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy


class Picture(models.Model):
    """A row for each picture in the storage; items, texts and looks only name it."""

    name = models.CharField(max_length=60, unique=True)
    added_at = models.DateTimeField()
    # When somebody gave it last: what nobody uses is kept for a while after that.
    given_at = models.DateTimeField()
    # The key of the address it was fetched from, if it was.
    fetched_from = models.UUIDField(null=True, db_index=True)
    # When the task that deletes what nobody uses found it in use; null: not yet.
    looked_at = models.DateTimeField(null=True)
    # Whether it went out with an issue. Then it is kept for good.
    out = models.BooleanField(default=False)

    class Meta:
        verbose_name = pgettext_lazy("model", "picture")
        verbose_name_plural = pgettext_lazy("model", "pictures")
        indexes = [
            models.Index(fields=["given_at"], condition=Q(out=False), name="picture_not_out"),
        ]

    def __str__(self) -> str:
        return self.name
