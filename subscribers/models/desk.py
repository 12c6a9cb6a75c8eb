"""What an editor has in hand: a form that is not saved yet, and the page that is open."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import pgettext_lazy


class FormDraft(models.Model):
    """A person's own, unsaved state of a form; gone when it is saved, thrown away or too old.

    Private: only the user is ever shown it. `object` names what the form is about, "" what is yet
    to be made; `tab` the page that it was typed into, "" in rows of earlier versions. `base` is the
    version token that the form was opened with.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="form_drafts"
    )
    form = models.CharField(max_length=40)
    object = models.CharField(max_length=60, blank=True)
    tab = models.CharField(max_length=16, blank=True, default="")
    base = models.TextField()
    # Field -> what its boxes said, a list as a browser sends it.
    values = models.JSONField()
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = pgettext_lazy("writing", "unsaved form")
        verbose_name_plural = pgettext_lazy("writing", "unsaved forms")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "form", "object", "tab"], name="form_draft_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.object}"


class Presence(models.Model):
    """Who has a page open: renewed by its heartbeat, and worth nothing soon after the last one."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=60)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = pgettext_lazy("writing", "who is here")
        verbose_name_plural = pgettext_lazy("writing", "who is here")
        constraints = [
            models.UniqueConstraint(fields=["place", "user"], name="presence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.at}"
