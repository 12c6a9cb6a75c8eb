"""What there is to subscribe to, and who may do what with it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# First parts of our own addresses: a publication may not take them.
RESERVED_SLUGS = frozenset(
    [
        "s", "admin", "api", "metrics", "static", "media", "dev", "healthz", "readyz",
        "favicon.ico", "robots.txt", "sitemap.xml", "i18n", "opml", "c",
        "feed.atom", "feed.rss", "feed.json",
    ]
)  # fmt: skip


# With every item only named, an edition of so many still fits into one mail.
MOST_ROUNDUP_ITEMS = 200
# Bits of Subscription.choice; `subscribers.choice` is the only place that knows what they mean.
CATEGORY_BITS = 60


class Publication(models.Model):
    """One newsletter on the site: name, language, time zone, sender, look and rules."""

    class Roundup(models.TextChoices):
        OFF = "off", _("none")
        WEEKLY = "weekly", _("every week")
        MONTHLY = "monthly", _("every month")

    class RoundupOrder(models.TextChoices):
        STARRED = "starred", _("starred items first, then the newest")
        NEWEST = "newest", _("the newest first")
        ISSUES = "issues", _("in the order of the issues")

    slug = models.SlugField(
        _("address name"),
        unique=True,
        help_text=_("First part of every page and feed address. It cannot be changed later."),
    )
    name = models.CharField(pgettext_lazy("publication", "name"), max_length=100)
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
    imprint = models.TextField(
        pgettext_lazy("imprint", "imprint"),
        blank=True,
        help_text=pgettext_lazy(
            "imprint", "Who publishes it, in Markdown: on a page that every page and mail leads to."
        ),
    )
    privacy = models.TextField(
        pgettext_lazy("imprint", "privacy text"),
        blank=True,
        help_text=pgettext_lazy(
            "imprint",
            "What happens to readers’ data, in Markdown. The sign-up form leads to it, and each"
            " reader’s consent names the version that was shown.",
        ),
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
    slot_notice_minutes = models.PositiveSmallIntegerField(
        _("notice before a slot in minutes"),
        default=30,
        validators=[MaxValueValidator(24 * 60)],
        help_text=_("So long before a slot its editors are told if nothing is ready. 0: never."),
    )
    send_from = models.TimeField(
        _("send only from"),
        null=True,
        blank=True,
        help_text=_("Outside these hours (in the time zone above) sending rests."),
    )
    send_until = models.TimeField(_("send only until"), null=True, blank=True)
    # What these told counts as told here: their readers are partly ours.
    memory_of = models.ManyToManyField(
        "self",
        symmetrical=False,
        related_name="remembered_by",
        blank=True,
    )
    leave_out_told = models.BooleanField(
        _("leave out what reached a reader before"),
        default=False,
        help_text=_(
            "An item whose story an earlier item told is left out for whoever was mailed that one. "
            "Follow-ups are not left out."
        ),
    )
    welcome_latest_issue = models.BooleanField(
        _("send new readers the latest issue"),
        default=False,
        help_text=_("Who confirms gets the newest issue at once, with the categories they chose."),
    )
    welcome_days = models.PositiveSmallIntegerField(
        _("latest issue at most so many days old"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
        help_text=_("The newest issue follows a confirmation if it is not older, 1 to 30 days."),
    )
    rehearsal_address = models.EmailField(
        _("rehearsal: all mail to this address"),
        blank=True,
        help_text=_("For trying out: while this is filled in, no reader gets anything."),
    )
    blocked_domains = models.TextField(
        pgettext_lazy("sign-up", "mail domains that may not sign up"),
        blank=True,
        help_text=pgettext_lazy("sign-up", "One a line; each with all below it."),
    )
    allowed_domains = models.TextField(
        pgettext_lazy("sign-up", "mail domains that alone may sign up"),
        blank=True,
        help_text=pgettext_lazy("sign-up", "One a line; each with all below it. Empty: all."),
    )
    roundup = models.CharField(
        _("round-up"),
        max_length=7,
        choices=Roundup.choices,
        default=Roundup.OFF,
        help_text=_("Readers may then choose it instead of single issues."),
    )
    roundup_weekday = models.PositiveSmallIntegerField(
        _("weekday"),
        choices=list(WEEKDAYS.items()),
        default=4,
        help_text=_("The day on which a weekly round-up's period ends."),
    )
    roundup_day = models.PositiveSmallIntegerField(
        _("day of the month"),
        default=1,
        help_text=_("For a monthly one, 1 to 31; in a shorter month its last day."),
    )
    roundup_hour = models.PositiveSmallIntegerField(
        _("hour"),
        default=17,
        help_text=_("0 to 23, in the time zone above. Then the period ends and the draft is made."),
    )
    roundup_items = models.PositiveSmallIntegerField(
        _("items at most"), default=15, help_text=_("In the whole round-up.")
    )
    roundup_per_category = models.PositiveSmallIntegerField(
        _("of a category at most"), default=0, help_text=_("0: as many as there is room for.")
    )
    roundup_order = models.CharField(
        _("order"),
        max_length=7,
        choices=RoundupOrder.choices,
        default=RoundupOrder.STARRED,
        help_text=_("It also decides what is left out when there is not room for everything."),
    )
    roundup_by_itself = models.BooleanField(
        _("goes by itself"),
        default=False,
        help_text=_(
            "Released as soon as it is made, with undo time and first readers as any issue. Off:"
            " it waits as a draft. Never where a second person must approve."
        ),
    )
    # When the round-up was last switched on, or off: no period that ended before is made, and who
    # depended on it is told and gets single issues.
    roundup_changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The original of the two: a sister's issue is the translation of its issue of the same date.
    sister_of = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="sisters",
        verbose_name=_("translation of"),
        help_text=_(
            "The publication that says the same in another language. Issues of one date are linked"
            " as translations, and whoever reads both gets the one in their language."
        ),
    )
    hub_url = models.URLField(
        _("WebSub hub"),
        blank=True,
        help_text=_("Named in the feeds, so that readers hear at once."),
    )
    readers_only = models.BooleanField(
        pgettext_lazy("publication", "for readers only"),
        default=False,
        help_text=pgettext_lazy(
            "publication",
            "Archive, issues and feeds open by a reader's own link alone, and no search engine "
            "shows them. Your sign-up page stays public.",
        ),
    )
    show_readers = models.BooleanField(
        pgettext_lazy("publication", "say on the sign-up page how many read it"),
        default=False,
    )
    fetch_pictures = models.BooleanField(
        pgettext_lazy("publication", "fetch pictures that documents name by address"),
        default=False,
        help_text=pgettext_lazy(
            "publication",
            "An import asks the server of each picture once. Otherwise the picture stays a link.",
        ),
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
            models.CheckConstraint(
                name="publication_sister",
                condition=Q(sister_of__isnull=True) | ~Q(sister_of=models.F("id")),
            ),
            models.CheckConstraint(
                name="publication_roundup", condition=Q(roundup__in=["off", "weekly", "monthly"])
            ),
            models.CheckConstraint(
                name="publication_roundup_order",
                condition=Q(roundup_order__in=["starred", "newest", "issues"]),
            ),
            models.CheckConstraint(
                name="publication_roundup_time",
                condition=Q(
                    roundup_weekday__lte=6,
                    roundup_day__gte=1,
                    roundup_day__lte=31,
                    roundup_hour__lte=23,
                    roundup_items__gte=1,
                    roundup_items__lte=MOST_ROUNDUP_ITEMS,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def closed(cls, slug: str) -> Publication | None:
        """The publication of this address if its pages are for its readers alone."""
        return cls.objects.filter(slug=slug, readers_only=True).first()

    @property
    def has_legal_texts(self) -> bool:
        """Whether there is an imprint page to lead to."""
        return bool(self.imprint.strip() or self.privacy.strip())


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
    name = models.CharField(pgettext_lazy("category", "name"), max_length=60)
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
