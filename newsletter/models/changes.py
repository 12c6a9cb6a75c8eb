"""What of the published changed last, and when: written by the database itself.

`change_triggers` says which change of which table writes a row here; `archive.finished` reads
them every moment and drops exactly the stored pages they touch. Rows are never read by a page.
"""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Exists, Max, OuterRef

# Seconds for which a date may still come to stand for another change too.
_UNSETTLED = 2


def settled(changed: int | None, now: float) -> int | None:
    """`changed` if it may be told to a client `now`: two changes of one second have one date.

    RFC 9110, 8.8.2.2: until that second is over the date does not tell them apart.
    """
    return changed if changed is not None and now >= changed + _UNSETTLED else None


class Changes(models.Manager["Change"]):
    """What changed last."""

    def newest(self, publication: int, issue: int = 0) -> tuple[int, int | None]:
        """(number, second) of the newest change of what is shown; 0 and None if none is known.

        `publication` 0 is the whole site, `issue` 0 the whole publication.
        """
        rows = self.get_queryset()
        if publication:
            rows = rows.filter(publication__in=[0, publication])
        if issue:
            rows = rows.filter(issue__in=[0, issue])
        found = rows.aggregate(number=Max("id"), at=Max("at"))
        at = found["at"]
        return found["number"] or 0, int(at.timestamp()) if at is not None else None

    def moments(self) -> dict[int, dt.datetime]:
        """When each publication changed last, by its number; 0 is when all of them did."""
        return dict(self.get_queryset().values_list("publication").annotate(Max("at")).order_by())

    def tidy(self, before: dt.datetime) -> None:
        """Delete what was noted before that moment, but for the newest row of everything."""
        newer = self.get_queryset().filter(
            publication=OuterRef("publication"), issue=OuterRef("issue"), id__gt=OuterRef("id")
        )
        self.get_queryset().filter(Exists(newer), at__lt=before).delete()


class Change(models.Model):
    """A change that pages show. `publication` 0 is every publication, `issue` 0 the whole of one.

    `transaction` is PostgreSQL's transaction id: the numbers of rows are given out before the
    commit, so a reader that remembered the highest one would miss what was committed later with
    a lower one. SQLite has one writer at a time; there it is 0 and `id` is the order.
    """

    id = models.BigAutoField(primary_key=True)
    publication = models.PositiveIntegerField()
    issue = models.PositiveIntegerField()
    transaction = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    objects = Changes()

    class Meta:
        verbose_name = "change"
        verbose_name_plural = "changes"
        constraints = [
            models.UniqueConstraint(
                fields=["transaction", "publication", "issue"], name="change_once_a_transaction"
            )
        ]
        indexes = [models.Index(fields=["publication", "issue", "at"], name="change_of")]

    def __str__(self) -> str:
        return f"{self.publication}/{self.issue} {self.at:%Y-%m-%d %H:%M:%S}"
