"""The readers, and what there is to subscribe to.

Publication and Category live here because they are what a reader chooses; so `newsletter`
imports this app and never the other way round. Every column, constraint and index has its
reason in the data model: narrow rows where there are millions, states refused by the database.
"""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Bits of Subscription.choice; `subscribers.choice` is the only place that knows what they mean.
CATEGORY_BITS = 60
CHOICE_LIMIT = 2**62

# First parts of our own addresses: a publication may not take them.
RESERVED_SLUGS = frozenset(
    [
        "s",
        "admin",
        "api",
        "metrics",
        "static",
        "media",
        "dev",
        "healthz",
        "favicon.ico",
        "robots.txt",
        "sitemap.xml",
        "i18n",
        "opml",
        "c",
        "feed.atom",
        "feed.rss",
        "feed.json",
    ]
)


class Publication(models.Model):
    """One newsletter on the site: name, language, time zone, sender, look and rules."""

    slug = models.SlugField(
        _("address name"),
        unique=True,
        help_text=_("First part of every page and feed address. It cannot be changed later."),
    )
    name = models.CharField(_("name"), max_length=100)
    language = models.CharField(_("language"), max_length=12, default="en")
    time_zone = models.CharField(_("time zone"), max_length=50, default="UTC")
    from_name = models.CharField(_("sender name"), max_length=100)
    from_address = models.EmailField(
        _("sender address"),
        help_text=_("Its domain must allow your mail server to send (SPF, DKIM, DMARC)."),
    )
    reply_to = models.EmailField(
        _("reply-to address"),
        blank=True,
        help_text=_("Where readers' answers go; empty: to the sender address."),
    )
    postal_identity = models.CharField(
        _("postal identity"),
        max_length=300,
        blank=True,
        help_text=_("Who you are and where, for the foot of every mail; many laws ask for it."),
    )
    description = models.TextField(_("description"), blank=True)
    theme = models.JSONField(_("look"), default=dict, blank=True)
    labels = models.JSONField(
        _("field labels for import"),
        default=dict,
        blank=True,
        help_text=_(
            "Your own words for the fields of a digest, as JSON, beside those known anyway:"
            ' {"category": ["Desk"], "source": ["Via"]}.'
        ),
    )
    translations = models.JSONField(_("translations"), default=dict, blank=True)
    open = models.BooleanField(
        _("open for subscription"),
        default=True,
        help_text=_("Off: nobody new can subscribe; readers keep getting it."),
    )
    needs_approval = models.BooleanField(
        _("a second person must approve"),
        default=False,
        help_text=_("Nobody can send alone: one approves, another one sends."),
    )
    undo_seconds = models.PositiveIntegerField(
        _("undo time in seconds"),
        default=180,
        help_text=_("How long a release can be taken back with one click, 0 to 1,800."),
    )
    canary_size = models.PositiveIntegerField(
        _("readers sent to first"),
        default=0,
        help_text=_("So many go ahead, own addresses first; the others wait for how they fare."),
    )
    canary_max_failures = models.PositiveIntegerField(
        _("failures that stop the rest"),
        default=0,
        help_text=_("More refusals than this among the first, and sending pauses."),
    )
    late_start_minutes = models.PositiveIntegerField(
        _("late start guard in minutes"),
        default=60,
        help_text=_("A scheduled issue that is later than this asks before it goes out."),
    )
    send_from = models.TimeField(
        _("send only from"),
        null=True,
        blank=True,
        help_text=_("Outside these hours (in the time zone above) sending rests."),
    )
    send_until = models.TimeField(_("send only until"), null=True, blank=True)
    welcome_latest_issue = models.BooleanField(
        _("send new readers the latest issue"), default=False
    )
    count_clicks = models.BooleanField(
        _("count clicks"),
        default=False,
        help_text=_("Off: links in mails are the plain addresses and nothing is counted."),
    )
    rehearsal_address = models.EmailField(
        _("rehearsal: all mail to this address"),
        blank=True,
        help_text=_("For trying out: while this is filled in, no reader gets anything."),
    )
    hub_url = models.URLField(
        _("WebSub hub"),
        blank=True,
        help_text=_("Named in the feeds, so that readers hear at once."),
    )
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        constraints = [
            models.CheckConstraint(
                name="publication_send_hours_both_or_neither",
                condition=Q(send_from__isnull=True, send_until__isnull=True)
                | Q(send_from__isnull=False, send_until__isnull=False),
            ),
            models.CheckConstraint(
                name="publication_slug_not_reserved",
                condition=~Q(slug__in=sorted(RESERVED_SLUGS)),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Category(models.Model):
    """What an item is filed under and a reader chooses. Slug and bit never change."""

    class Visibility(models.TextChoices):
        OPEN = "open", _("open")
        HIDDEN = "hidden", _("hidden")
        PRIVATE = "private", _("private")

    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, related_name="categories"
    )
    slug = models.SlugField(_("address name"), allow_unicode=True, max_length=60)
    name = models.CharField(_("name"), max_length=60)
    description = models.CharField(_("description"), max_length=200, blank=True)
    translations = models.JSONField(_("translations"), default=dict, blank=True)
    aliases = models.JSONField(_("other names at import"), default=list, blank=True)
    colour = models.CharField(
        _("colour"),
        max_length=7,
        blank=True,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write a colour as #rrggbb."))],
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    bit = models.PositiveSmallIntegerField(
        null=True, editable=False, validators=[MaxValueValidator(CATEGORY_BITS - 1)]
    )
    visibility = models.CharField(
        _("visibility"), max_length=8, choices=Visibility.choices, default=Visibility.OPEN
    )
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "slug"], name="category_slug"),
            models.UniqueConstraint(fields=["publication", "name"], name="category_name"),
            models.UniqueConstraint(fields=["publication", "bit"], name="category_bit"),
            models.CheckConstraint(
                name="category_bit_in_range",
                condition=Q(bit__isnull=True) | Q(bit__lt=CATEGORY_BITS),
            ),
            models.CheckConstraint(
                name="category_bit_unless_retired",
                condition=Q(bit__isnull=False) | Q(retired_at__isnull=False),
            ),
            models.CheckConstraint(
                name="category_visibility",
                condition=Q(visibility__in=["open", "hidden", "private"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name


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
        _("rhythm"), max_length=6, choices=Rhythm.choices, default=Rhythm.EVERY
    )
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
                name="subscription_rhythm", condition=Q(rhythm__in=["every", "weekly"])
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
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} → {self.publication}"


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


class Suppression(models.Model):
    """An address that must not be mailed, as a keyed hash: it outlives the reader."""

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
    evidence = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(lifted_at__isnull=True), name="suppression_in_force"
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
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.reason})"


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


class Role(models.Model):
    """What a user may do in one publication; read only by `subscribers.roles.may`."""

    class Kind(models.TextChoices):
        EDITOR = "editor", _("editor")
        SENDER = "sender", _("sender")
        APPROVER = "approver", _("approver")
        READER_CARE = "reader_care", _("reader care")
        OWNER = "owner", _("owner")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sudi_roles"
    )
    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="roles")
    kind = models.CharField(_("role"), max_length=12, choices=Kind.choices)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            models.UniqueConstraint(fields=["user", "publication", "kind"], name="role_once"),
            models.CheckConstraint(
                name="role_kind",
                condition=Q(kind__in=["editor", "sender", "approver", "reader_care", "owner"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind} ({self.publication})"
