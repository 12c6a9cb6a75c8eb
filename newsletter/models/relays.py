"""The mail servers we hand over to, and what was learned of them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Relay(models.Model):
    """A mail server we hand over to. Address and password stay in the environment."""

    id = models.SmallAutoField(primary_key=True)
    name = models.CharField(max_length=60, unique=True)
    weight = models.PositiveSmallIntegerField(default=1)
    per_connection = models.PositiveIntegerField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    closed_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("relay")
        verbose_name_plural = _("relays")

    def __str__(self) -> str:
        return self.name
