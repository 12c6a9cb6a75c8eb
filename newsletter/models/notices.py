"""What happened and is to be told: to webhooks, to editors by mail; and what is wrong now.

Every row is written before anything is sent (`newsletter/notices/README.md`).
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from subscribers.models import Publication, ServiceMail


class OutboxEvent(models.Model):
    """One thing that happened, to be told once to each who wants to know.

    `source` names the row it was read from (`audit:12`): what is read again is found again.
    """

    id = models.BigAutoField(primary_key=True)
    # The id that a receiver of webhooks sees, the same at every try.
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    type = models.CharField(max_length=30)
    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=timezone.now)
    # Ids and figures, never an address of a reader.
    data = models.JSONField(default=dict)
    source = models.CharField(max_length=60, unique=True)
    # Since when it stands in the queue of each who is to be told.
    spread_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], condition=Q(spread_at__isnull=True), name="outbox_event_new"
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.key}"


class Alert(models.Model):
    """Something is wrong since `first_at`; while this is open, the same again is only counted."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20)
    # What it is about, within its kind: a check's name, `issue:12`.
    about = models.CharField(max_length=100)
    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    detail = models.JSONField(default=dict, blank=True)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(default=timezone.now)
    times = models.PositiveIntegerField(default=1)
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "about"],
                condition=Q(cleared_at__isnull=True),
                name="alert_open_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["cleared_at"], condition=Q(cleared_at__isnull=False), name="alert_cleared"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"


class NoticeReader(models.Model):
    """In which language a person is told."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    language = models.CharField(max_length=12, default="en")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.language}"


class NoticeChoice(models.Model):
    """A person wants to be told of one type of event in a publication (null: the whole site's)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choices"
    )
    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    type = models.CharField(max_length=30)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["type", "publication", "user"], name="notice_choice_once"
            ),
            models.UniqueConstraint(
                fields=["type", "user"],
                condition=Q(publication__isnull=True),
                name="notice_choice_of_site_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.type} {self.publication_id}"


class Notice(models.Model):
    """One event that one person is to be told of, and the mail that tells them."""

    id = models.BigAutoField(primary_key=True)
    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="notices")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    # Null with `told_at`: the mail has been forgotten.
    mail = models.ForeignKey(ServiceMail, on_delete=models.SET_NULL, null=True, related_name="+")
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "user"], name="notice_once")]
        indexes = [
            models.Index(
                fields=["user", "id"], condition=Q(told_at__isnull=True), name="notice_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.user_id}"


class Webhook(models.Model):
    """An address that is told by HTTP (Standard Webhooks)."""

    class State(models.TextChoices):
        ON = "on", pgettext_lazy("webhook", "on")
        OFF = "off", pgettext_lazy("webhook", "off")
        # After days in which no delivery was taken.
        FAILED = "failed", pgettext_lazy("webhook", "switched off: nothing was taken")

    # Null: the whole site's, which only an administrator sees.
    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, null=True, related_name="webhooks"
    )
    name = models.CharField(max_length=60)
    url = models.CharField(max_length=500)
    types = models.JSONField(default=list)
    with_addresses = models.BooleanField(default=False)
    state = models.CharField(max_length=6, choices=State.choices, default=State.ON)
    secret = models.CharField(max_length=80)
    # Signs beside the new one until then, so that a receiver has time to change over.
    old_secret = models.CharField(max_length=80, blank=True)
    old_secret_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    # Since the first failure after the last success.
    failing_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("webhook", "webhook")
        verbose_name_plural = pgettext_lazy("webhook", "webhooks")
        constraints = [
            models.CheckConstraint(
                name="webhook_state", condition=Q(state__in=["on", "off", "failed"])
            ),
            models.CheckConstraint(
                name="webhook_old_secret_ends",
                condition=Q(old_secret="", old_secret_until__isnull=True)
                | (~Q(old_secret="") & Q(old_secret_until__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One event for one webhook: waits until a receiver has taken it."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("webhook", "waiting")
        TAKEN = "taken", pgettext_lazy("webhook", "taken")
        GIVEN_UP = "given_up", pgettext_lazy("webhook", "given up")

    id = models.BigAutoField(primary_key=True)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField(default=timezone.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event"], name="webhook_delivery_once"),
            models.CheckConstraint(
                name="webhook_delivery_state",
                condition=Q(state="waiting", ended_at__isnull=True)
                | Q(state__in=["taken", "given_up"], ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["webhook", "due_at"],
                condition=Q(state="waiting"),
                name="webhook_delivery_waiting",
            ),
            models.Index(fields=["webhook", "id"], name="webhook_delivery_listed"),
            models.Index(
                fields=["ended_at"],
                condition=Q(ended_at__isnull=False),
                name="webhook_delivery_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.webhook_id}: {self.state}"


class WebhookAttempt(models.Model):
    """One request, written before it is made; without an end, the process died in it."""

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField(default=timezone.now)
    milliseconds = models.PositiveIntegerField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    # `outgoing`'s code of what went wrong; never the receiver's words.
    trouble = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.at:%H:%M:%S}: {self.status or self.trouble}"
