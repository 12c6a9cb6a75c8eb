"""What lets programs in: tokens, and the answers that are kept for repeated requests."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from subscribers.models import Publication


class Token(models.Model):
    """A program's key to one publication: it acts as its user, within its rights.

    The secret itself is never stored: `digest` is its SHA-256. It has 160 random bits, so there
    is nothing to guess and a slow hash would only make every request slower.
    """

    class Rights(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("token", "read and write drafts")
        SEND = "send", pgettext_lazy("token", "read, write drafts and release them")
        READERS = "readers", pgettext_lazy("token", "import readers from a file")

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(pgettext_lazy("token", "name"), max_length=60, blank=True)
    rights = models.CharField(_("rights"), max_length=7, choices=Rights.choices)
    digest = models.CharField(max_length=64, unique=True)
    # How the secret begins, so that people can tell their tokens apart.
    beginning = models.CharField(max_length=10)
    # Where it may be used from, as CIDR; empty: from anywhere.
    networks = models.JSONField(_("networks"), default=list, blank=True)
    created_at = models.DateTimeField(_("made"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    # To some minutes: a write for each request would make reading as dear as writing.
    seen_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        constraints = [
            models.CheckConstraint(
                name="token_rights", condition=Q(rights__in=["draft", "send", "readers"])
            ),
            models.CheckConstraint(name="token_digest", condition=~Q(digest="")),
        ]

    def __str__(self) -> str:
        return f"{self.beginning}… ({self.rights})"


class KeptAnswer(models.Model):
    """The answer to a request with an Idempotency-Key, for a day; without `status` it is not
    there yet, and `at` is when the request began."""

    id = models.BigAutoField(primary_key=True)
    token = models.ForeignKey(Token, on_delete=models.CASCADE, related_name="kept_answers")
    key = models.CharField(max_length=200)
    # SHA-256 of the request: method, address and body.
    request = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True)
    # As it was sent: a database may put the keys of JSON in another order.
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "key"], name="kept_answer_once"),
        ]
        indexes = [models.Index(fields=["at"], name="kept_answer_at")]

    def __str__(self) -> str:
        return f"{self.key} {self.status or '…'}"
