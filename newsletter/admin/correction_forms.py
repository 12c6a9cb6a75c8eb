"""What is typed into a correction, as the texts of `newsletter.issues.corrections`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from newsletter.issues.corrections import Head
from newsletter.issues.revisions import bullets_of
from subscribers.admin.text_box import TextBox
from subscribers.admin.versioned import FIELD

from ..digest import markdown
from ..digest.value import Item, Link
from .item_form import AboutForm, ItemForm


class NoteField(forms.CharField):
    """Why: shown to readers on the site and in feeds, so it is required and plain."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("What was wrong"),
            max_length=600,
            widget=TextBox(attrs={"rows": 2}),
            help_text=gettext_lazy(
                "One or two sentences for readers; shown on the site, in the feeds and in a mail."
            ),
        )

    def clean(self, value: Any) -> str:
        return markdown.clean(super().clean(value)).strip()


class ItemCorrectionForm(ItemForm):
    """An item's texts and the note. Whether readers see the item at all is no correction."""

    note = NoteField()

    class Meta(ItemForm.Meta):
        fields = ("title", "category", "date", "insight", "body", "picture", "picture_alt")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A correction shows what it would change of the text as it is now, and asks then.
        del self.fields[FIELD]

    def corrected(self, old: Item) -> Item:
        """The item with what was typed; a field that was left alone stays as it is."""
        data = self.cleaned_data
        changes: dict[str, Any] = {
            "title": data["title"],
            "category": data["category"].name if data["category"] else "",
            "date": data["date"],
            "insight": data["insight"],
            "body": data["body"],
            "picture": data["picture"],
            "picture_alt": data["picture_alt"],
            "bullet_lines": bullets_of(data["bullet_lines"]),
            "source_lines": tuple(Link(label, url) for label, url in data["source_lines"]),
        }
        called = {"bullet_lines": "bullets", "source_lines": "sources"}
        return replace(old, **_of(changes, self.changed_data, called))


class HeadForm(AboutForm):
    """The issue's own texts, its further links, and the note."""

    note = NoteField()

    class Meta(AboutForm.Meta):
        fields = ("title", "subject", "preheader", "intro")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields[FIELD]  # As above.

    def corrected(self, old: Head) -> Head:
        """The texts with what was typed; a field that was left alone stays as it is."""
        data = self.cleaned_data
        changes: dict[str, Any] = {
            **{name: data[name] for name in ("title", "subject", "preheader", "intro")},
            "tail_title": data["tail_title"],
            "tail_lines": tuple(Link(label, url) for label, url in data["tail_lines"]),
        }
        return replace(old, **_of(changes, self.changed_data, {"tail_lines": "tail_links"}))


def _of(changes: dict[str, Any], names: Collection[str], called: dict[str, str]) -> dict[str, Any]:
    """Those of `names`, by what the text calls them."""
    return {called.get(name, name): value for name, value in changes.items() if name in names}
