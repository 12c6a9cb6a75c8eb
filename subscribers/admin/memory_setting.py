"""The setting of a publication that names those whose past items count as told to its readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import pgettext, pgettext_lazy

from subscribers.models import Publication

from .widgets import CheckboxSelectMultiple

if TYPE_CHECKING:
    _Form = forms.ModelForm[Publication]
    _Field = forms.ModelMultipleChoiceField[Publication]
else:
    _Form = forms.ModelForm
    _Field = forms.ModelMultipleChoiceField

# Each is asked about every title of an import, so the time of a lookup grows with their number.
MOST = 8


class PublicationsField(_Field):
    """Several publications by their address names: a list, or a text with commas between them."""

    def clean(self, value: Any) -> Any:
        """The publications that are named. Raises ValidationError for a name nobody has."""
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        return super().clean(value)


class MemorySetting(_Form):
    """One-way: that this one remembers another says nothing of what the other one remembers."""

    memory_of = PublicationsField(
        label=pgettext_lazy("story", "Stories of these publications count as told"),
        queryset=Publication.objects.order_by("name", "pk"),
        to_field_name="slug",
        required=False,
        widget=CheckboxSelectMultiple,
        help_text=pgettext_lazy(
            "story",
            "For publications whose readers are partly the same. What one of them told, in the same"
            " language, is found when an item comes in here; who works on this one then sees its"
            " titles, drafts too.",
        ),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        named = data.get("memory_of")
        if named is None:
            return data
        if self.instance.pk in {one.pk for one in named}:
            self.add_error(
                "memory_of",
                pgettext("story", "A publication's own stories always count: name others."),
            )
        elif len(named) > MOST:
            self.add_error(
                "memory_of", pgettext("story", "At most %(most)d publications.") % {"most": MOST}
            )
        return data
