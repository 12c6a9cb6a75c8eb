"""What an import leaves behind beside the issue: answers for the next one, and open warnings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from subscribers.models import Category, Publication

from .issues import Issue


class ImportRule(models.Model):
    """One answer given once for all documents of a publication: what lines are, how a section is
    read, which category a name in a document stands for, or which day of a span is the date."""

    class Kind(models.TextChoices):
        LINES = "lines", _("lines of no item")
        SHAPE = "shape", _("shape of a section")
        CATEGORY = "category", _("category")
        TAG = "tag", pgettext_lazy("import", "tag")
        SECTION = "section", _("section")
        AUTHOR = "author", _("author")
        SOURCE = "source", pgettext_lazy("import", "source")
        SPAN = "span", _("date of a span of days")

    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, related_name="import_rules"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    # A structure key of the digest, or a name as `filing.same` folds it. Empty with the kind
    # category: items that nothing else files. Empty with the kind span: there is one.
    key = models.CharField(max_length=500, blank=True)
    # As the document wrote it, for people; of lines, how those began that were asked about.
    name = models.CharField(max_length=300, blank=True)
    # A digest.Role, the NAME of a shape or the day of a span; empty where a category answers.
    value = models.CharField(max_length=12, blank=True)
    # Empty with a kind that names something: it is left out of account.
    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    by = models.CharField(max_length=150)  # Text, so that it survives the user.
    at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)
    used_in = models.ForeignKey(
        Issue, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("remembered answer")
        verbose_name_plural = _("remembered answers")
        constraints = [
            models.UniqueConstraint(fields=["publication", "kind", "key"], name="import_rule_once"),
            models.CheckConstraint(
                name="import_rule_answers",
                condition=(
                    Q(kind__in=["lines", "shape", "span"], category__isnull=True) & ~Q(value="")
                )
                | Q(kind__in=["category", "tag", "section", "author", "source"], value=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.name or self.key}"


class ImportBase(models.Model):
    """What the last import said of a draft, so that the next can tell what hands changed since.

    Of a conflict nobody decided it keeps what the import before said.
    """

    issue = models.OneToOneField(Issue, on_delete=models.CASCADE, related_name="import_base")
    # As `importing.versions.to_json` writes it.
    said = models.JSONField()

    class Meta:
        verbose_name = _("last import")
        verbose_name_plural = _("last imports")

    def __str__(self) -> str:
        return f"{self.issue_id}: last import"


class ImportWarning(models.Model):
    """What an import asked to look at, until somebody says that they did."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="import_warnings")
    # The same warning of the next import of this document has the same mark; line numbers move.
    mark = models.CharField(max_length=32)
    code = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    line = models.PositiveIntegerField(default=0)
    accepted_by = models.CharField(max_length=150, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("import warning")
        verbose_name_plural = _("import warnings")
        ordering = ["line", "id"]
        constraints = [
            models.UniqueConstraint(fields=["issue", "mark"], name="import_warning_once"),
            models.CheckConstraint(
                name="import_warning_accepted_by_somebody",
                condition=Q(accepted_at__isnull=True, accepted_by="")
                | (Q(accepted_at__isnull=False) & ~Q(accepted_by="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.code} ({self.line})"
