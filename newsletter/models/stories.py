"""The memory of stories: by what an item's title is found again, and what people decided of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .issues import Issue, Item


class TitleBand(models.Model):
    """One of the hashes by which an item's title is found among a million others.

    Titles that have much in common share a band with high probability (`importing.stories.bands`).
    """

    id = models.BigAutoField(primary_key=True)
    publication_id = models.IntegerField()
    band = models.BigIntegerField()
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="title_bands")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["publication_id", "band", "item"], name="title_band_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.band}"


class ToldBefore(models.Model):
    """A public item, and an earlier one that told its story: of its publication, or of one whose
    past counts there.

    Stored, not looked up when a page is built: so the database knows which pages name an item
    when that item changes (`change_triggers`). Both may be hidden or private by now.
    """

    item = models.ForeignKey(
        Item, on_delete=models.CASCADE, related_name="told_before", db_index=False
    )
    earlier = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="told_again")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "earlier"], name="told_before_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} after {self.earlier_id}"


class StoryDecision(models.Model):
    """What somebody decided of an item whose story an earlier item had told."""

    class Choice(models.TextChoices):
        # It stays as it is: another story after all, or worth telling again.
        KEEP = "keep", pgettext_lazy("story", "keep")
        # It goes on with the story, and says so to its readers.
        FOLLOW_UP = "follow_up", pgettext_lazy("story", "follow-up")
        # It is hidden; made visible again, it is asked about no more.
        DROP = "drop", pgettext_lazy("story", "drop")

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="story_decisions")
    earlier = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="later_decisions")
    choice = models.CharField(max_length=9, choices=Choice.choices)
    by = models.CharField(max_length=150)  # Text, so that it survives the user.
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("decision about a story")
        verbose_name_plural = _("decisions about stories")
        constraints = [
            models.UniqueConstraint(fields=["item", "earlier"], name="story_decided_once"),
            models.CheckConstraint(
                name="story_choice", condition=Q(choice__in=["keep", "follow_up", "drop"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.choice} {self.earlier_id}"


class TwinConfirmation(models.Model):
    """Somebody said that an issue may go out although another holds mostly the same stories."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="confirmed_twins")
    twin = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="+")
    by = models.CharField(max_length=150)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issue", "twin"], name="twin_confirmed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id} beside {self.twin_id}"


class StoryCursor(models.Model):
    """The last item that the memory of stories, or the search, has seen; those above are taken up
    in turn."""

    name = models.CharField(max_length=30, primary_key=True)
    item = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.item}"
