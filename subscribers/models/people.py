"""The readers, and their ties to publications."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .publications import Publication

CHOICE_LIMIT = 2**62


class Subscriber(models.Model):
    """One person, one address. Erasure empties the row, it never deletes it."""

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(null=True, unique=True, editable=False)
    address = models.CharField(_("address"), max_length=254, blank=True, db_index=True)
    name = models.CharField(_("name"), max_length=100, blank=True)
    new_address = models.CharField(_("new address"), max_length=254, blank=True)
    new_address_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        constraints = [
            models.CheckConstraint(
                name="subscriber_erased_is_empty",
                condition=Q(
                    erased_at__isnull=False, key__isnull=True, address="", name="", new_address=""
                )
                | (Q(erased_at__isnull=True, key__isnull=False) & ~Q(address="")),
            ),
            models.CheckConstraint(
                name="subscriber_new_address_has_time",
                condition=Q(new_address="", new_address_at__isnull=True)
                | (~Q(new_address="") & Q(new_address_at__isnull=False)),
            ),
        ]
        # For names of two characters; parts of longer ones are found by `trigrams`.
        indexes = [models.Index(fields=["name"], name="subscriber_name")]

    def __str__(self) -> str:
        return self.address or f"#{self.pk}"


class Subscription(models.Model):
    """A subscriber's tie to a publication: state, choice, rhythm, language, pause."""

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        ACTIVE = "active", _("active")
        UNSUBSCRIBED = "unsubscribed", _("unsubscribed")

    class Rhythm(models.TextChoices):
        EVERY = "every", _("every issue")
        WEEKLY = "weekly", _("a weekly round-up")
        MONTHLY = "monthly", _("a monthly round-up")

    id = models.BigAutoField(primary_key=True)
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="subscriptions", db_index=False
    )
    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, related_name="subscriptions", db_index=False
    )
    choice = models.BigIntegerField(default=0)
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.PENDING
    )
    rhythm = models.CharField(
        _("rhythm"), max_length=7, choices=Rhythm.choices, default=Rhythm.EVERY
    )
    # Since when: a round-up asks only those who changed lately what had reached them before.
    rhythm_since = models.DateTimeField(default=timezone.now)
    language = models.CharField(_("language"), max_length=12, blank=True)
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    feed_serial = models.PositiveIntegerField(default=0)
    first_in_line = models.BooleanField(_("own address, sent to first"), default=False)
    # 31 bits of a hash of the address's domain, set with the address: the freeze cuts lanes
    # without joining millions of addresses.
    domain = models.IntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    since = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(fields=["subscriber", "publication"], name="subscription_once"),
            models.CheckConstraint(
                name="subscription_choice_in_range",
                condition=Q(choice__gte=0, choice__lt=CHOICE_LIMIT),
            ),
            models.CheckConstraint(
                name="subscription_active_is_confirmed",
                condition=~Q(state="active") | Q(confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="subscription_state",
                condition=Q(state__in=["pending", "active", "unsubscribed"]),
            ),
            models.CheckConstraint(
                name="subscription_rhythm", condition=Q(rhythm__in=["every", "weekly", "monthly"])
            ),
        ]
        indexes = [
            # The admin's list. Sorting by -id alone made PostgreSQL walk past another
            # publication's rows (22 ms against 0.8 ms).
            models.Index(
                F("publication"), F("created_at").desc(), F("id").desc(), name="subscription_list"
            ),
            models.Index(
                fields=["since"], condition=Q(state="pending"), name="subscription_pending"
            ),
            # Who wants round-ups, few of many. Two: SQLite uses a partial index only for equality.
            models.Index(
                fields=["publication", "id"],
                condition=Q(rhythm="weekly"), name="subscription_weekly",
            ),
            models.Index(
                fields=["publication", "id"],
                condition=Q(rhythm="monthly"), name="subscription_monthly",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.subscriber} → {self.publication}"


class ImportJob(models.Model):
    """One CSV file of readers on its way in. `line` is committed up to: a killed import goes on."""

    class State(models.TextChoices):
        CHECKED = "checked", _("checked")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.CHECKED
    )
    file = models.CharField(_("file"), max_length=200)
    digest = models.CharField(max_length=64)
    options = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    line = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("import of readers")
        verbose_name_plural = _("imports of readers")
        constraints = [
            models.CheckConstraint(
                name="import_job_state",
                condition=Q(state__in=["checked", "running", "done", "failed", "cancelled"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.file} ({self.state})"


class ImportProblem(models.Model):
    """A row of a CSV file that needs a person's look. Never holds the address."""

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(
        ImportJob, on_delete=models.CASCADE, related_name="problems", db_index=False
    )
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=60, blank=True)
    level = models.CharField(max_length=8)
    code = models.CharField(max_length=40)
    message = models.CharField(max_length=300)

    class Meta:
        indexes = [models.Index(fields=["job", "line"], name="import_problem_line")]

    def __str__(self) -> str:
        return f"{self.line}: {self.message}"


class ListDecision(models.Model):
    """What a person said the columns and values of one file mean: who, when, of which file.

    The file is known by its SHA-256; the words of its cells are kept without addresses.
    """

    id = models.BigAutoField(primary_key=True)
    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
    )
    # As it was written then: the account may go, the decision stays.
    actor = models.CharField(max_length=150)
    at = models.DateTimeField(default=timezone.now)
    file = models.CharField(_("file"), max_length=200)
    digest = models.CharField(max_length=64)
    columns = models.JSONField(default=dict)
    values = models.JSONField(default=list)

    class Meta:
        verbose_name = _("decision on a list")
        verbose_name_plural = _("decisions on lists")
        indexes = [
            models.Index(fields=["publication", "digest", "id"], name="list_decision_of_file")
        ]

    def __str__(self) -> str:
        return f"{self.file} {self.at:%Y-%m-%d %H:%M}"
