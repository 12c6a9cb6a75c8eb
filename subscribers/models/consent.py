"""What readers agreed to, who must not be mailed, and who did what."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .people import Subscriber
from .publications import Publication


class Wording(models.Model):
    """The exact words a reader was shown, stored once: millions of events point here."""

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=12)
    place = models.CharField(max_length=20)
    text = models.TextField()
    digest = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return f"{self.place} ({self.language})"


class ConsentEvent(models.Model):
    """What a reader agreed to or withdrew, and how. Append-only."""

    class Kind(models.TextChoices):
        REQUESTED = "requested", _("requested")
        CONFIRMED = "confirmed", _("confirmed")
        IMPORTED = "imported", _("imported")
        CHANGED = "changed", _("changed")
        PAUSED = "paused", _("paused")
        RESUMED = "resumed", _("resumed")
        UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
        RETURNED = "returned", _("returned")
        ADDRESS_CHANGED = "address_changed", _("address changed")
        EXPORTED = "exported", _("exported")

    id = models.BigAutoField(primary_key=True)
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="consent_events", db_index=False
    )
    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    wording = models.ForeignKey(
        Wording, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    form = models.CharField(max_length=40, blank=True)
    network = models.CharField(max_length=43, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("consent event")
        verbose_name_plural = _("consent events")
        constraints = [
            models.CheckConstraint(
                name="consent_kind",
                condition=Q(
                    kind__in=[
                        "requested", "confirmed", "imported", "changed", "paused", "resumed",
                        "unsubscribed", "returned", "address_changed", "exported",
                    ]
                ),
            )
        ]  # fmt: skip
        indexes = [models.Index(fields=["subscriber", "id"], name="consent_of_subscriber")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class Incident(models.Model):
    """The refusals of one issue, settled together: by the rule, or held until a person decides.

    Every suppression that follows from refusals has one, so what one issue suppressed can be
    lifted in one act. `about` names the issue ("issue:12"): this app does not know issues.
    """

    class State(models.TextChoices):
        OPEN = "open", _("held for a person")
        CARRIED_OUT = "carried_out", _("carried out")
        DROPPED = "dropped", _("dropped")
        LIFTED = "lifted", _("lifted")

    id = models.BigAutoField(primary_key=True)
    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, related_name="incidents", db_index=False
    )
    about = models.CharField(max_length=60)
    opened_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(_("state"), max_length=11, choices=State.choices, default=State.OPEN)
    # What was weighed: attempts known, addresses whose refusal ends them, and the shares (0 to 1)
    # that are usual for the publication and from which on a person is asked.
    attempts = models.PositiveIntegerField(default=0)
    refusals = models.PositiveIntegerField(default=0)
    habit = models.FloatField(default=0)
    threshold = models.FloatField(default=0)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "about"], condition=Q(state="open"), name="incident_open"
            ),
            models.CheckConstraint(
                name="incident_state",
                condition=Q(state__in=["open", "carried_out", "dropped", "lifted"]),
            ),
            models.CheckConstraint(
                name="incident_decided_by_somebody",
                condition=Q(state="open", decided_at__isnull=True, decided_by="")
                | (~Q(state="open") & Q(decided_at__isnull=False) & ~Q(decided_by="")),
            ),
        ]
        indexes = [
            models.Index(fields=["publication", "id"], name="incident_of_publication"),
            models.Index(fields=["about"], name="incident_about"),
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.state}"


class Suppression(models.Model):
    """An address that must not be mailed, as a keyed hash: it outlives the reader.

    `publication` null is the whole site. `incident` is the settlement that made it, if one did.
    """

    class Reason(models.TextChoices):
        HARD = "hard", _("the address does not exist")
        SOFT = "soft", _("refused too often")
        COMPLAINT = "complaint", _("reported as spam")
        ERASED = "erased", _("erased at the reader's wish")
        MANUAL = "manual", _("entered by a person")
        IMPORTED = "imported", _("imported as suppressed")

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField()
    version = models.PositiveSmallIntegerField()
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, null=True, related_name="suppressions", db_index=False
    )
    evidence = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")
        constraints = [
            # One index for "once in force" and for the check of every reader, which asks by key.
            models.UniqueConstraint(
                F("key"),
                Coalesce(F("publication"), 0),
                condition=Q(lifted_at__isnull=True),
                name="suppression_in_force",
            ),
            models.CheckConstraint(
                name="suppression_lifted_by_somebody",
                condition=(Q(lifted_at__isnull=True) & Q(lifted_by=""))
                | (Q(lifted_at__isnull=False) & ~Q(lifted_by="")),
            ),
            models.CheckConstraint(
                name="suppression_reason",
                condition=Q(
                    reason__in=["hard", "soft", "complaint", "erased", "manual", "imported"]
                ),
            ),
            # A complaint or an erasure is the person's word to all of us.
            models.CheckConstraint(
                name="suppression_of_whole_site",
                condition=~Q(reason__in=["hard", "complaint", "erased"])
                | Q(publication__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["incident"],
                condition=Q(incident__isnull=False),
                name="suppression_of_incident",
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.reason})"


class AuditEntry(models.Model):
    """Who did what. Append-only; not Django's LogEntry, since commands and workers act too."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(max_length=150)
    publication = models.ForeignKey(
        Publication, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    action = models.CharField(max_length=40)
    target = models.CharField(max_length=60, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [
            models.Index(fields=["target", "id"], name="audit_target"),
            models.Index(fields=["publication", "id"], name="audit_publication"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.action} {self.target}"


class Limit(models.Model):
    """Slots in time: one row a relay, a lane, an address or a network; exact for all workers."""

    key = models.CharField(max_length=120, primary_key=True)
    interval = models.FloatField()
    burst = models.FloatField(default=1)
    free_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="limit_positive", condition=Q(interval__gte=0, burst__gt=0))
        ]
        indexes = [models.Index(fields=["free_at"], name="limit_free_at")]

    def __str__(self) -> str:
        return self.key
