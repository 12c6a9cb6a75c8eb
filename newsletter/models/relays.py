"""The mail servers we hand over to, and what was learned of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from subscribers.models import Publication


class Relay(models.Model):
    """A mail server we hand over to. Address and password stay in the environment."""

    id = models.SmallAutoField(primary_key=True)
    name = models.CharField(max_length=60, unique=True)
    weight = models.PositiveSmallIntegerField(default=1)
    # Whose issues it sends, and then it alone; none: those that no relay is named for
    # (`sending.engine.routing`).
    publications = models.ManyToManyField(Publication, blank=True, related_name="+")
    per_connection = models.PositiveIntegerField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    closed_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    # How long its last handshake took, without a login, and when that was.
    latency_ms = models.PositiveIntegerField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    # A new sender begins with few mails a day and grows by so many per cent each day until it
    # comes to `warm_up_until` a day; null: not warming up.
    warm_up_from = models.DateField(null=True, blank=True)
    warm_up_first = models.PositiveIntegerField(default=0)
    warm_up_percent = models.PositiveIntegerField(default=0)
    warm_up_until = models.PositiveIntegerField(default=0)

    # When it may be used for issues, by the clocks of its zone; null: at any time.
    send_from = models.TimeField(null=True, blank=True)
    send_until = models.TimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=50, default="UTC")

    class Meta:
        verbose_name = _("relay")
        verbose_name_plural = _("relays")
        constraints = [
            models.CheckConstraint(
                name="relay_hours_both_or_neither",
                condition=Q(send_from__isnull=True, send_until__isnull=True)
                | Q(send_from__isnull=False, send_until__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name
