"""An issue, its items and links, and its history of revisions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from subscribers.models import Category, Publication

# Delivery.id = issue.id * PLACES + place: one key gives queue order, chunk ranges and an
# issue's rows as one contiguous range.
PLACES = 2**32


class Issue(models.Model):
    """One number of a publication. Narrow on purpose: every list reads it."""

    class Kind(models.TextChoices):
        REGULAR = "regular", _("regular")
        ROUNDUP = "roundup", _("round-up")
        CORRECTION = "correction", _("correction")
        # A copy that went to the rehearsal address: nothing of it was for a reader.
        REHEARSAL = "rehearsal", _("rehearsal")

    class Channels(models.TextChoices):
        """Where a release goes."""

        ALL = "all", _("mail, site and feeds")
        SITE = "site", _("site and feeds only")
        MAIL = "mail", _("mail only")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SCHEDULED = "scheduled", _("scheduled")
        SENDING = "sending", _("sending")
        PAUSED = "paused", _("paused")
        SENT = "sent", _("sent")
        CANCELLED = "cancelled", _("cancelled")
        ARCHIVED = "archived", _("archived")
        # On the site and in the feeds, and never mailed so far.
        PUBLISHED = "published", pgettext_lazy("issue state", "published")

    publication = models.ForeignKey(
        Publication, on_delete=models.PROTECT, related_name="issues", db_index=False
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.REGULAR)
    slug = models.SlugField(_("address name"), max_length=40)
    date = models.DateField(_("date"))
    language = models.CharField(_("language"), max_length=12)
    # Of several issues of a day in one language: what tells them apart. Most have no name.
    edition = models.CharField(_("edition"), max_length=40, blank=True)
    title = models.CharField(_("title"), max_length=300)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    preheader = models.CharField(_("preheader"), max_length=300, blank=True)
    intro = models.TextField(_("introduction"), blank=True)
    extra = models.JSONField(default=dict, blank=True)
    # File stem or id in front matter, as the source calls it. Not its identity: that is
    # publication, date, language and edition.
    origin = models.CharField(max_length=200, blank=True)
    original = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="issue_translations"
    )
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    # Of a rehearsal: what it is a copy of, and the one address all of it goes to, for good.
    rehearses = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="rehearsals"
    )
    rehearsed_to = models.EmailField(blank=True)
    entry_id = models.CharField(max_length=200, unique=True)
    channels = models.CharField(
        _("where it goes"), max_length=4, choices=Channels.choices, default=Channels.ALL
    )
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
    # The revision that is mailed from now on, where a correction took the place of `frozen`.
    mailed = models.ForeignKey(
        "Revision", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # A correction that whoever still waits has yet to be given. Nothing is mailed meanwhile.
    mending = models.ForeignKey(
        "Revision", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The correction paused it, so it goes on by itself once that is done.
    resumes_when_mended = models.BooleanField(default=False)
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
            models.UniqueConstraint(fields=["original", "language"], name="issue_translation"),
            # That the two are of one date, and the original no translation, is `editions.pairing`.
            models.CheckConstraint(
                name="issue_original",
                condition=Q(original__isnull=True)
                | Q(~Q(original=F("id")), kind="regular"),
            ),
            models.CheckConstraint(
                name="issue_kind",
                condition=Q(kind__in=["regular", "roundup", "correction", "rehearsal"]),
            ),
            models.CheckConstraint(
                name="issue_state",
                condition=Q(
                    state__in=[
                        "draft", "scheduled", "sending", "paused", "sent", "cancelled", "archived",
                        "published",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="issue_unsent_has_no_recipients",
                condition=~Q(state__in=["draft", "scheduled", "archived", "published"])
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
                name="issue_sending_is_not_mending",
                condition=~Q(state="sending") | Q(mending__isnull=True),
            ),
            models.CheckConstraint(
                name="issue_sent_has_time",
                condition=~Q(state="sent") | Q(finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="issue_channels", condition=Q(channels__in=["all", "site", "mail"])
            ),
            models.CheckConstraint(
                name="issue_published_has_time",
                condition=~Q(state="published") | Q(published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="issue_site_only_is_not_mailed",
                condition=~Q(channels="site") | Q(frozen_at__isnull=True, recipients=0),
            ),
            models.CheckConstraint(
                name="issue_mail_only_is_not_public",
                condition=~Q(channels="mail") | Q(published_at__isnull=True),
            ),
            # Bound to its address for good, and never public.
            models.CheckConstraint(
                name="issue_rehearsal",
                condition=Q(
                    ~Q(rehearsed_to=""),
                    kind="rehearsal",
                    rehearses__isnull=False,
                    listed=False,
                    published_at__isnull=True,
                    state__in=["sending", "paused", "sent", "cancelled"],
                )
                | Q(~Q(kind="rehearsal"), rehearses__isnull=True, rehearsed_to=""),
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
        # Waits for another person, who makes it a correction or refuses it: then it is gone.
        PROPOSAL = "proposal", _("proposed correction")

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
    # Of a correction or a proposal: the item it is about; null is the issue's title, introduction
    # or further links, and all corrections of 0.1.0.
    item = models.ForeignKey(
        "Item", on_delete=models.SET_NULL, null=True, blank=True, related_name="revisions"
    )
    # The mail that tells readers of this correction: at most one.
    mail = models.OneToOneField(
        Issue, on_delete=models.SET_NULL, null=True, blank=True, related_name="tells_of"
    )

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = [
            models.UniqueConstraint(fields=["issue", "number"], name="revision_number"),
            models.CheckConstraint(
                name="revision_kind",
                condition=Q(kind__in=["import", "edit", "release", "correction", "proposal"]),
            ),
            models.CheckConstraint(
                name="revision_correction_has_note",
                condition=~Q(kind__in=["correction", "proposal"]) | ~Q(note=""),
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
    # The name of a picture (`subscribers.pictures`), and what it shows, in words.
    picture = models.CharField(pgettext_lazy("item", "picture"), max_length=60, blank=True)
    picture_alt = models.CharField(
        pgettext_lazy("item", "what the picture shows"), max_length=500, blank=True
    )
    score = models.FloatField(_("score"), null=True, blank=True)
    extra = models.JSONField(default=dict, blank=True)
    line = models.PositiveIntegerField(null=True, blank=True)
    copied_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="copies"
    )
    # When the words of a copy were last taken from, or compared with, its original.
    copied_at = models.DateTimeField(null=True, blank=True)
    # The item whose story this one goes on with, and which it links back to.
    follows = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="follow_ups"
    )
    # The item of the original that this one translates, where a person said so.
    translates = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="item_translations"
    )
    # An editor's mark: the first to be taken into a round-up.
    starred = models.BooleanField(_("starred"), default=False)
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
    url_key = models.UUIDField(null=True)

    class Meta:
        ordering = ["number"]
        # The newest of a page first: a front page may have been linked a hundred thousand times.
        indexes = [models.Index(F("url_key"), F("id").desc(), name="link_by_page")]
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
