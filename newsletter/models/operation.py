"""What the site knows of its own health: regular tasks, what the doctor found, strange peers."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy


class RegularTask(models.Model):
    """One task of housekeeping: who does it now, when it was done and when it is due.

    Taken by a conditional update that sets `owner` and `lease_until`; a lease that ran out is
    anybody's. `failures` counts in a row.
    """

    name = models.CharField(max_length=40, primary_key=True)
    owner = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(default=timezone.now)
    seconds = models.FloatField(default=0)
    failures = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.name


class CheckResult(models.Model):
    """What one check of the doctor found last; `since` is when it came to be so.

    `findings` is a list of [ok, detail, remedy]; a text is a message with its values, translated
    when it is shown.
    """

    name = models.CharField(max_length=40, primary_key=True)
    ok = models.BooleanField(null=True)
    findings = models.JSONField(default=list)
    at = models.DateTimeField(default=timezone.now)
    since = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.name}: {self.ok}"


def in_words(kept: object) -> str:
    """A text of a kept finding in the active language: a message with its values, or plain."""
    match kept:
        case [str(message), dict(values)]:
            said = gettext(message)
            return said % {key: in_words(one) for key, one in values.items()} if values else said
        case _:
            return str(kept)


class ForwardedPeer(models.Model):
    """Requests of one day from a peer that is no trusted proxy and sent forwarded headers.

    `peer` is an address of a private network, as a proxy has it, or a public network no finer
    than /24 or /48; `requests` are all of its requests, `forwarded` those with such a header.
    Kept for a week.
    """

    day = models.DateField()
    peer = models.CharField(max_length=60)
    requests = models.PositiveBigIntegerField(default=0)
    forwarded = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "peer"], name="forwarded_peer_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.peer}: {self.forwarded}/{self.requests}"


class RetentionPeriod(models.Model):
    """How long one kind of thing is kept, where an administrator has said so (`sending.retention`).

    `days` null: for ever. A kind without a row has its usual period.
    """

    class Kind(models.TextChoices):
        OUTCOMES = "outcomes", pgettext_lazy("retention", "who was sent what")
        BODIES = "bodies", pgettext_lazy("retention", "finished mails")
        AUDIT = "audit", pgettext_lazy("retention", "who did what")

    kind = models.CharField(max_length=10, primary_key=True, choices=Kind.choices)
    days = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="retention_kind", condition=models.Q(kind__in=["outcomes", "bodies", "audit"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.days}"
