"""What became of it: workers, chunks with their windows, outcomes, and what came back."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from subscribers.models import Incident, Subscriber, Subscription

from .editions import Delivery, _hot
from .issues import PLACES, Issue, Revision
from .relays import Relay


class Worker(models.Model):
    """A process that sends; its name is its journal's."""

    name = models.CharField(max_length=100, unique=True)
    machine = models.CharField(max_length=100)
    version = models.CharField(max_length=20)
    started_at = models.DateTimeField(default=timezone.now)
    seen = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Chunk(models.Model):
    """A leased range of deliveries: the unit of work handed to a worker."""

    class Kind(models.TextChoices):
        CANARY = "canary", _("canary")
        MAIN = "main", _("main")
        WELCOME = "welcome", _("welcome")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        LEASED = "leased", _("leased")
        DONE = "done", _("done")

    id = models.BigAutoField(primary_key=True)
    issue = models.ForeignKey(
        Issue, on_delete=models.PROTECT, related_name="chunks", db_index=False
    )
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.MAIN)
    lane = models.IntegerField(default=0)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField()
    round = models.SmallIntegerField(default=1)
    # Which latest outcomes this round takes up: waiting (none yet), deferred, failed, in_doubt.
    takes = models.CharField(max_length=8, default="waiting")
    tries = models.PositiveIntegerField(default=0)
    owner = models.ForeignKey(Worker, on_delete=models.PROTECT, null=True, related_name="chunks")
    # The text that its lease, or else its last one, is bound to; null before the first.
    revision = _hot(Revision, null=True)
    epoch = models.PositiveIntegerField(default=0)
    turn = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    window = models.JSONField(default=list)
    sent = models.PositiveIntegerField(default=0)
    deferred = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    in_doubt = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    suppressed = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issue", "first"], name="chunk_first"),
            models.CheckConstraint(name="chunk_range", condition=Q(first__lte=F("last"))),
            models.CheckConstraint(
                name="chunk_kind", condition=Q(kind__in=["canary", "main", "welcome"])
            ),
            models.CheckConstraint(
                name="chunk_state", condition=Q(state__in=["waiting", "leased", "done"])
            ),
            models.CheckConstraint(
                name="chunk_takes",
                condition=Q(takes__in=["waiting", "deferred", "failed", "in_doubt"]),
            ),
            # "Silently lost" is a refused commit: a bug in a worker's memory cannot close a
            # chunk whose readers are not all accounted for.
            models.CheckConstraint(
                name="chunk_done_adds_up",
                condition=~Q(state="done")
                | Q(
                    window=[],
                    deferred=0,
                    last=F("first")
                    - 1
                    + F("sent")
                    + F("failed")
                    + F("in_doubt")
                    + F("skipped")
                    + F("suppressed"),
                ),
            ),
            models.CheckConstraint(
                name="chunk_later_round_is_whole",
                condition=Q(round=1)
                | Q(
                    last=F("first")
                    - 1
                    + F("sent")
                    + F("deferred")
                    + F("failed")
                    + F("in_doubt")
                    + F("skipped")
                    + F("suppressed"),
                ),
            ),
            models.CheckConstraint(
                name="chunk_leased_has_owner",
                condition=Q(state="leased", owner__isnull=False, lease_until__isnull=False)
                | (~Q(state="leased") & Q(owner__isnull=True, lease_until__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["issue", "due_at", "id"], condition=Q(state="waiting"), name="chunk_waiting"
            ),
            models.Index(fields=["issue"], condition=Q(state="leased"), name="chunk_leased"),
            # Asked at every lease, also while the chunks of a million readers are waiting.
            models.Index(
                fields=["issue"],
                condition=Q(kind="welcome", state="waiting"),
                name="chunk_welcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.first % PLACES}-{self.last % PLACES} {self.state}"


class Outcome(models.Model):
    """What became of one try at a delivery. Inserted; its key is a second fence."""

    class State(models.TextChoices):
        SENT = "sent", _("sent")
        DEFERRED = "deferred", _("deferred")
        FAILED = "failed", _("failed")
        IN_DOUBT = "in_doubt", _("in doubt")
        SKIPPED = "skipped", _("skipped")
        SUPPRESSED = "suppressed", _("suppressed")

    pk = models.CompositePrimaryKey("delivery", "round")
    delivery = _hot(Delivery)
    at = models.DateTimeField(default=timezone.now)
    round = models.SmallIntegerField()
    relay = _hot(Relay, null=True)
    # Which text it was; null, of outcomes of 0.1.0: the one that was frozen.
    revision = _hot(Revision, null=True)
    code = models.SmallIntegerField(null=True)
    state = models.CharField(max_length=10, choices=State.choices)
    status = models.CharField(max_length=11, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=150, blank=True)
    evidence = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            # "Sent" stands first: SQLite takes as long over the list as over the rest of the row.
            models.CheckConstraint(
                name="outcome_state",
                condition=Q(state="sent")
                | Q(state__in=["deferred", "failed", "in_doubt", "skipped", "suppressed"]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["delivery"], condition=Q(state="deferred"), name="outcome_deferred"
            ),
            models.Index(fields=["delivery"], condition=Q(state="failed"), name="outcome_failed"),
            models.Index(
                fields=["delivery"], condition=Q(state="in_doubt"), name="outcome_in_doubt"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}/{self.round} {self.state}"


class Bounce(models.Model):
    """A refusal or a spam report, counted once however often it is read.

    Storing one suppresses nobody. Refusals that may end the mail to an address wait until the
    issue is settled (`sending.settling`); `decision` says what became of them, and is empty for
    those that decide nothing. The publication is the one of the delivery's issue.
    """

    class Kind(models.TextChoices):
        HARD = "hard", _("hard")
        SOFT = "soft", _("soft")
        COMPLAINT = "complaint", _("complaint")

    class Decision(models.TextChoices):
        WAITING = "waiting", _("waiting")
        CARRIED_OUT = "carried_out", _("carried out")
        DROPPED = "dropped", _("dropped")

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now)
    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    delivery = _hot(Delivery, null=True)
    kind = models.CharField(max_length=9, choices=Kind.choices)
    via = models.CharField(max_length=8)
    status = models.CharField(max_length=11, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    # As `refusals` judged it: Blame, for good or not, Reason. Empty for complaints, and for
    # rows of 0.1.0, which had no judge.
    blame = models.CharField(max_length=8, blank=True)
    permanent = models.BooleanField(default=False)
    reason_code = models.CharField(max_length=20, blank=True)
    decision = models.CharField(max_length=11, choices=Decision.choices, blank=True)
    incident = models.ForeignKey(
        Incident, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    seen = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("bounce")
        verbose_name_plural = _("bounces")
        constraints = [
            models.CheckConstraint(
                name="bounce_kind", condition=Q(kind__in=["hard", "soft", "complaint"])
            ),
            models.CheckConstraint(
                name="bounce_decision",
                condition=Q(decision__in=["", "waiting", "carried_out", "dropped"]),
            ),
        ]
        indexes = [
            models.Index(fields=["subscriber", "at"], name="bounce_of_subscriber"),
            models.Index(
                fields=["delivery"], condition=Q(delivery__isnull=False), name="bounce_of_delivery"
            ),
            models.Index(
                fields=["delivery"],
                condition=Q(decision="waiting", incident__isnull=True),
                name="bounce_waiting",
            ),
            models.Index(
                fields=["incident"], condition=Q(incident__isnull=False), name="bounce_of_incident"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.status}"


class Health(models.Model):
    """The newest folded issue that reached a reader who was refused before.

    Refusals in a row are counted from the Bounce rows, which stay, and the deliveries since the
    last success, which are folded away after two months: a monthly issue needs this memory.
    Only readers with a refusal have a row.
    """

    subscription = models.OneToOneField(
        Subscription,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        primary_key=True,
        related_name="+",
    )
    succeeded = _hot(Issue)

    def __str__(self) -> str:
        return f"{self.subscription_id}: {self.succeeded_id}"
