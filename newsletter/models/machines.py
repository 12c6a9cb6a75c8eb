"""Which keys this database belongs to, and which machines may act on it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import pgettext_lazy


class SiteIdentity(models.Model):
    """One row: who this site is, and the fingerprints of the LINK_KEYS its readers are known by."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    site = models.UUIDField(default=uuid.uuid4)
    # Version -> fingerprint; empty until a process with keys has started.
    keys = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(name="site_is_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return str(self.site)


class Machine(models.Model):
    """A DATA_DIR that may act on this database, or asks to (`sending.guard`)."""

    class State(models.TextChoices):
        ENROLLED = "enrolled", pgettext_lazy("machine", "enrolled")
        ASKING = "asking", pgettext_lazy("machine", "waits for a person")

    class Why(models.TextChoices):
        """Why it asks."""

        UNKNOWN = "unknown", pgettext_lazy("machine", "this database does not know it")
        OLDER = "older", pgettext_lazy("machine", "the database knows less than the machine")
        ELSEWHERE = "elsewhere", pgettext_lazy("machine", "the database is on another server now")

    # Made up by the machine, kept in its DATA_DIR.
    nonce = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=100)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ENROLLED)
    why = models.CharField(max_length=9, choices=Why.choices, blank=True)
    # Signs of life counted here and then in DATA_DIR: an older copy of either shows.
    beats = models.BigIntegerField(default=0)
    # PostgreSQL: system identifier, timeline and oid of the database at the enrolment.
    database = models.CharField(max_length=100, blank=True)
    since = models.DateTimeField(default=timezone.now)
    seen = models.DateTimeField(default=timezone.now)
    # Who let it in; empty: it was there first, or saw an enrolled machine live.
    by = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("machine", "machine")
        verbose_name_plural = pgettext_lazy("machine", "machines")
        constraints = [
            models.CheckConstraint(
                name="machine_state",
                condition=Q(state="enrolled", why="")
                | Q(state="asking", why__in=["unknown", "older", "elsewhere"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name
