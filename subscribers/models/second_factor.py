"""The second factor of an account: the secret of its app, and the codes for when all is lost.

Its passkeys are in `passkey`.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class SecondFactor(models.Model):
    """The row is there once a code of the app was right, or a passkey was made.

    One-time codes go by time (RFC 6238). The secret is kept as it is: whoever checks a code has to
    compute it.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factor"
    )
    # Base32, 160 bits (RFC 4226, section 4, R6). Empty: no app, passkeys alone.
    secret = models.CharField(max_length=32, blank=True)
    # The 30 seconds, counted from 1970, of the last code that was taken: no code is good twice.
    last_step = models.BigIntegerField(default=0)
    since = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"second factor of {self.user_id}"


class RecoveryCode(models.Model):
    """One code that stands in for app and passkeys, once: the row goes when it is used."""

    factor = models.ForeignKey(
        SecondFactor, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    # SHA-256 in hex. The code is 80 random bits, which no salt or slow hash makes harder to guess.
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["factor", "digest"], name="recovery_code_once")
        ]

    def __str__(self) -> str:
        return f"recovery code of {self.factor_id}"
