"""Who may do what in a publication."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .publications import Publication


class Role(models.Model):
    """What a user may do in one publication; read only by `subscribers.roles.may`."""

    class Kind(models.TextChoices):
        EDITOR = "editor", _("editor")
        SENDER = "sender", _("sender")
        APPROVER = "approver", _("approver")
        READER_CARE = "reader_care", _("reader care")
        OWNER = "owner", _("owner")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sudi_roles"
    )
    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(_("role"), max_length=12, choices=Kind.choices)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(fields=["user", "publication", "kind"], name="role_once"),
            models.CheckConstraint(
                name="role_kind",
                condition=Q(kind__in=["editor", "sender", "approver", "reader_care", "owner"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind} ({self.publication})"
