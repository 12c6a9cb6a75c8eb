"""How many readers a publication and each of its categories have, kept and not counted."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from .publications import Publication

# Beside the 62 bits of a choice: "is a reader at all".
WHOLE = 62


class ReaderChange(models.Model):
    """So many active readers of a publication went from one choice to another.

    Written by the database's own triggers (`subscribers.readership.triggers`) in the transaction
    of the change, folded into the two tables below and deleted. Null: no active reader. A row of
    its own instead of an addition to a sum, so that nobody who signs up waits for somebody else.
    """

    id = models.BigAutoField(primary_key=True)
    publication = models.ForeignKey(
        Publication,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    at = models.DateTimeField(default=timezone.now)
    old_choice = models.BigIntegerField(null=True)
    new_choice = models.BigIntegerField(null=True)
    readers = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.readers}: {self.old_choice} → {self.new_choice}"


class ReaderCount(models.Model):
    """The active readers of a publication who have a bit in their choice; WHOLE: all of them.

    Of every bit, owned or not: a new category has its readers from the first moment.
    """

    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    bit = models.PositiveSmallIntegerField()
    # No check: a leaving may be folded a moment before the joining it follows.
    readers = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["publication", "bit"], name="reader_count_once")
        ]

    def __str__(self) -> str:
        return f"{self.publication_id}/{self.bit}: {self.readers}"


class ReaderDay(models.Model):
    """Readers won and lost on a day of the publication's zone; category 0: the publication.

    By category and not by bit, since a bit may be given to another category later.
    """

    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    category = models.PositiveIntegerField(default=0)
    day = models.DateField()
    won = models.PositiveBigIntegerField(default=0)
    lost = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "day", "category"], name="reader_day_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.publication_id}/{self.category} {self.day}: +{self.won} -{self.lost}"
