"""Mails to one person, outside any issue: kept until they are sent, refused or out of date."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from .people import Subscriber, Subscription
from .publications import Publication


class ServiceMail(models.Model):
    """One mail that somebody waits for. Written in the transaction of the act that causes it.

    A reader's mail is words of the moment at which it goes, so the row names whom it is about and
    holds neither address nor link; whoever reads the database can open nobody's page with it. A
    letter to an editor is stored as it was written, since what it tells may have changed since.
    """

    class Kind(models.TextChoices):
        ANSWER = "answer", pgettext_lazy("service mail", "answer to a sign-up")
        REMINDER = "reminder", pgettext_lazy("service mail", "reminder to confirm")
        WELCOME = "welcome", pgettext_lazy("service mail", "welcome")
        LINKS = "links", pgettext_lazy("service mail", "link to the preferences")
        SENSITIVE = "sensitive", pgettext_lazy("service mail", "link to address and data")
        OLD_ADDRESS = "old_address", pgettext_lazy("service mail", "new address: to the old one")
        NEW_ADDRESS = "new_address", pgettext_lazy("service mail", "new address: please confirm")
        ROUNDUP_ENDED = "no_roundup", pgettext_lazy("service mail", "the round-up has ended")
        INVITATION = "invitation", pgettext_lazy("service mail", "invitation of a colleague")
        LETTER = "letter", pgettext_lazy("service mail", "notice to an editor")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("service mail", "waiting")
        SENT = "sent", pgettext_lazy("service mail", "sent")
        REFUSED = "refused", pgettext_lazy("service mail", "refused")
        EXPIRED = "expired", pgettext_lazy("service mail", "expired")
        # There was nothing to say any more, or the address had had its share.
        DROPPED = "dropped", pgettext_lazy("service mail", "not needed")

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, null=True, related_name="+"
    )
    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, null=True, related_name="+"
    )
    # Of a letter: to whom, in which language, its words (`emails.letters.Letter`), and whether it
    # goes by the relay for alerts. Of an invitation: to whom, and which account, by whom.
    address = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=12, blank=True)
    letter = models.JSONField(default=dict, blank=True)
    by_alert_relay = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    # Somebody is sending it until then; if they die it is anybody's again.
    leased_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # Tries after which nobody knows whether it arrived.
    unanswered = models.PositiveSmallIntegerField(default=0)
    # Its slots in `limits` are taken: a further try takes no others.
    granted = models.BooleanField(default=False)
    # What the relay said last, as a code; never its words, which may name the address.
    answer = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("service mail", "service mail")
        verbose_name_plural = pgettext_lazy("service mail", "service mails")
        constraints = [
            models.CheckConstraint(
                name="service_mail_kind",
                condition=Q(
                    kind__in=[
                        "answer", "reminder", "welcome", "links", "sensitive", "old_address",
                        "new_address", "no_roundup", "invitation", "letter",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="service_mail_state",
                condition=Q(state="waiting", ended_at__isnull=True)
                | Q(state__in=["sent", "refused", "expired", "dropped"], ended_at__isnull=False),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state="waiting"), name="service_mail_waiting"
            ),
            models.Index(fields=["publication", "id"], name="service_mail_listed"),
            models.Index(fields=["state", "id"], name="service_mail_by_state"),
            models.Index(
                fields=["ended_at"], condition=Q(ended_at__isnull=False), name="service_mail_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}: {self.state}"
