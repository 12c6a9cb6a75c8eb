"""A passkey: a key pair of somebody's device, whose public half stands for the app of a factor."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from .second_factor import SecondFactor


class Passkey(models.Model):
    """One credential of WebAuthn (level 3, section 4). Nothing here opens anything."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="passkeys")
    # What its owner calls it.
    name = models.CharField(max_length=60)
    # The host it is bound to (section 4, "Relying Party Identifier"): browsers offer it nowhere
    # else. "" of one that was made before this was kept, until it signs.
    host = models.CharField(max_length=253, blank=True, default="")
    # The credential's id in base64url: at most 1023 bytes (section 4, "Credential ID").
    credential = models.CharField(max_length=1364, unique=True)
    # As COSE writes keys (RFC 9052, section 7).
    public_key = models.BinaryField()
    # Grows with each use where the device counts; 0 for ever where it does not (section 6.1.1).
    sign_count = models.BigIntegerField(default=0)
    # How the device is reached ("usb", "internal"): the browser asks for the right one by it.
    transports = models.JSONField(default=list)
    since = models.DateTimeField(default=timezone.now)
    last_used = models.DateTimeField(null=True)
    # When its counter went back, and so a copy of it may exist.
    went_back = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["factor", "name"], name="passkey_name_once")]

    def __str__(self) -> str:
        return f"passkey {self.pk} of {self.factor_id}"
