"""What is published and what became of it: issues, editions, deliveries, outcomes, chunks.

The sending tables follow the protocol in `newsletter/sending`: a delivery is four integers that
never change, an outcome is inserted, and a chunk's counts must add up or the commit is refused.
`hot` links carry no database constraint: checking them made the bulk insert 4.4 times slower on
PostgreSQL. In return nothing they point to is deleted while they exist.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from subscribers.models import Category, Publication, Subscriber, Subscription

# Delivery.id = issue.id * PLACES + place: one key gives queue order, chunk ranges and an
# issue's rows as one contiguous range.
PLACES = 2**32


def _hot(to: Any, **extra: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        to,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        **extra,
    )


class Issue(models.Model):
    """One number of a publication. Narrow on purpose: every list reads it."""

    class Kind(models.TextChoices):
        REGULAR = "regular", _("regular")
        ROUNDUP = "roundup", _("round-up")
        CORRECTION = "correction", _("correction")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SCHEDULED = "scheduled", _("scheduled")
        SENDING = "sending", _("sending")
        PAUSED = "paused", _("paused")
        SENT = "sent", _("sent")
        CANCELLED = "cancelled", _("cancelled")
        ARCHIVED = "archived", _("archived")

    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, related_name="issues", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.REGULAR)
    slug = models.SlugField(_("address name"), max_length=40)
    date = models.DateField(_("date"))
    language = models.CharField(_("language"), max_length=12)
    title = models.CharField(_("title"), max_length=300)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    preheader = models.CharField(_("preheader"), max_length=300, blank=True)
    intro = models.TextField(_("introduction"), blank=True)
    extra = models.JSONField(default=dict, blank=True)
    # File stem or id in front matter: the identity for "the same file again".
    origin = models.CharField(max_length=200, blank=True)
    original = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="issue_translations"
    )
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    entry_id = models.CharField(max_length=200, unique=True)
    listed = models.BooleanField(_("in archive and feeds"), default=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    corrected_at = models.DateTimeField(_("corrected"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    state_reason = models.CharField(max_length=200, blank=True)
    send_at = models.DateTimeField(_("send at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    frozen = models.ForeignKey(
        "Revision", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    frozen_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    folded_at = models.DateTimeField(null=True, blank=True)
    recipients = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    deferred = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    in_doubt = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    suppressed = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        constraints = [
            models.UniqueConstraint(fields=["publication", "slug"], name="issue_slug"),
            models.UniqueConstraint(
                fields=["publication", "origin"], condition=~Q(origin=""), name="issue_origin"
            ),
            models.UniqueConstraint(fields=["original", "language"], name="issue_translation"),
            models.CheckConstraint(
                name="issue_kind", condition=Q(kind__in=["regular", "roundup", "correction"])
            ),
            models.CheckConstraint(
                name="issue_state",
                condition=Q(
                    state__in=[
                        "draft", "scheduled", "sending", "paused", "sent", "cancelled", "archived",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="issue_unsent_has_no_recipients",
                condition=~Q(state__in=["draft", "scheduled", "archived"])
                | Q(frozen_at__isnull=True, recipients=0),
            ),
            models.CheckConstraint(
                name="issue_scheduled_has_time",
                condition=~Q(state="scheduled") | Q(send_at__isnull=False),
            ),
            models.CheckConstraint(
                name="issue_sending_is_frozen",
                condition=~Q(state="sending")
                | Q(frozen__isnull=False, frozen_at__isnull=False),
            ),
            models.CheckConstraint(
                name="issue_sent_has_time",
                condition=~Q(state="sent") | Q(finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="issue_ledger_adds_up",
                condition=Q(
                    recipients__gte=F("sent")
                    + F("deferred")
                    + F("failed")
                    + F("in_doubt")
                    + F("skipped")
                    + F("suppressed")
                    + F("cancelled")
                ),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                F("publication"), F("published_at").desc(), F("id").desc(),
                condition=Q(listed=True, published_at__isnull=False), name="issue_archive",
            ),
            models.Index(F("publication"), F("date").desc(), name="issue_by_date"),
            # Three, not one `state IN (…)`: SQLite uses a partial index only for equality.
            models.Index(
                fields=["send_at"], condition=Q(state="scheduled"), name="issue_scheduled"
            ),
            models.Index(fields=["send_at"], condition=Q(state="sending"), name="issue_sending"),
            models.Index(fields=["send_at"], condition=Q(state="paused"), name="issue_paused"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.title} ({self.slug})"

    @property
    def first_delivery(self) -> int:
        """Lowest possible delivery id of this issue."""
        return self.pk * PLACES

    @property
    def last_delivery(self) -> int:
        """Highest possible delivery id of this issue."""
        return self.pk * PLACES + PLACES - 1


class Revision(models.Model):
    """Import history, frozen text and correction history in one; the only wide rows."""

    class Kind(models.TextChoices):
        IMPORT = "import", _("import")
        EDIT = "edit", _("edit")
        RELEASE = "release", _("release")
        CORRECTION = "correction", _("correction")

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    source_name = models.CharField(max_length=200, blank=True)
    source = models.TextField(blank=True)
    shape = models.CharField(max_length=12, blank=True)
    digest = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    note = models.TextField(blank=True)

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = [
            models.UniqueConstraint(fields=["issue", "number"], name="revision_number"),
            models.CheckConstraint(
                name="revision_kind",
                condition=Q(kind__in=["import", "edit", "release", "correction"]),
            ),
            models.CheckConstraint(
                name="revision_correction_has_note", condition=~Q(kind="correction") | ~Q(note="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}/{self.number} {self.kind}"


class Item(models.Model):
    """One piece of an issue. Of a released issue it changes only through a correction."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="items", db_index=False)
    number = models.PositiveIntegerField(_("number"))
    category = models.ForeignKey(
        Category,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="items",
        db_index=False,
        verbose_name=_("category"),
    )
    entry_id = models.CharField(max_length=200, unique=True)
    anchor = models.SlugField(max_length=60)
    title = models.CharField(_("title"), max_length=500)
    date = models.DateField(_("date"), null=True, blank=True)
    insight = models.TextField(_("insight"), blank=True)
    bullets = models.JSONField(_("bullets"), default=list, blank=True)
    body = models.TextField(_("body"), blank=True)
    score = models.FloatField(_("score"), null=True, blank=True)
    extra = models.JSONField(default=dict, blank=True)
    line = models.PositiveIntegerField(null=True, blank=True)
    copied_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="copies"
    )
    hidden = models.BooleanField(_("hidden"), default=False)
    published_at = models.DateTimeField(null=True, blank=True)
    corrected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "number"], name="item_number"),
            models.UniqueConstraint(fields=["issue", "anchor"], name="item_anchor"),
        ]
        indexes = [
            models.Index(
                F("category"), F("published_at").desc(), F("id").desc(),
                condition=Q(published_at__isnull=False, hidden=False), name="item_feed",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class Link(models.Model):
    """A link of an issue: an item's source, one in its body, or one of the tail."""

    class Kind(models.TextChoices):
        SOURCE = "source", _("source")
        BODY = "body", _("body")
        TAIL = "tail", _("tail")

    id = models.BigAutoField(primary_key=True)
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="links")
    item = models.ForeignKey(
        Item, on_delete=models.CASCADE, null=True, blank=True, related_name="links"
    )
    kind = models.CharField(max_length=6, choices=Kind.choices)
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=300, blank=True)
    url = models.TextField(blank=True)
    url_key = models.UUIDField(null=True, db_index=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                name="link_kind", condition=Q(kind__in=["source", "body", "tail"])
            ),
            models.CheckConstraint(
                name="link_tail_has_no_item",
                condition=Q(kind="tail", item__isnull=True)
                | (~Q(kind="tail") & Q(item__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.url


class Edition(models.Model):
    """A distinct selection of an issue's items, or a reason for none; rendered and kept."""

    class NoneBecause(models.TextChoices):
        NO_ITEM = "no_item", _("nothing in the chosen categories")
        PAUSED = "paused", _("paused")
        RHYTHM = "rhythm", _("another rhythm")
        SUPPRESSED = "suppressed", _("suppressed")

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="editions")
    selection = models.BigIntegerField(default=0)
    none_because = models.CharField(max_length=10, choices=NoneBecause.choices, blank=True)
    items = models.JSONField(default=list)
    readers = models.PositiveIntegerField(default=0)
    size = models.PositiveIntegerField(default=0)
    subject = models.CharField(max_length=300, blank=True)
    preheader = models.CharField(max_length=300, blank=True)
    headers = models.JSONField(default=dict)
    html = models.BinaryField(default=bytes)
    text = models.BinaryField(default=bytes)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "none_because", "selection"], name="edition_key"
            ),
            models.CheckConstraint(
                name="edition_reason_selects_nothing",
                condition=Q(none_because="") | Q(selection=0),
            ),
            models.CheckConstraint(
                name="edition_reason",
                condition=Q(none_because__in=["", "no_item", "paused", "rhythm", "suppressed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.none_because or self.selection}"


class Delivery(models.Model):
    """One issue to one subscription, fixed at release; four integers, never updated."""

    id = models.BigAutoField(primary_key=True)
    subscription = _hot(Subscription)
    issue = _hot(Issue)
    edition = _hot(Edition)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issue", "subscription"], name="delivery_once"),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}/{self.pk % PLACES}"


class Relay(models.Model):
    """A mail server we hand over to. Address and password stay in the environment."""

    id = models.SmallAutoField(primary_key=True)
    name = models.CharField(max_length=60, unique=True)
    weight = models.PositiveSmallIntegerField(default=1)
    per_connection = models.PositiveIntegerField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    closed_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("relay")
        verbose_name_plural = _("relays")

    def __str__(self) -> str:
        return self.name


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
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.first % PLACES}-{self.last % PLACES} {self.state}"


class Bounce(models.Model):
    """A refusal or a spam report, counted once however often it is read."""

    class Kind(models.TextChoices):
        HARD = "hard", _("hard")
        SOFT = "soft", _("soft")
        COMPLAINT = "complaint", _("complaint")

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
    seen = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("bounce")
        verbose_name_plural = _("bounces")
        constraints = [
            models.CheckConstraint(
                name="bounce_kind", condition=Q(kind__in=["hard", "soft", "complaint"])
            )
        ]
        indexes = [
            models.Index(fields=["subscriber", "at"], name="bounce_of_subscriber"),
            models.Index(
                fields=["delivery"], condition=Q(delivery__isnull=False), name="bounce_of_delivery"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.status}"
