"""The setting of a publication that names the one it says the same as, in another language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subscribers.models import Publication

from .widgets import Select

if TYPE_CHECKING:
    _Form = forms.ModelForm[Publication]
else:
    _Form = forms.ModelForm


class SisterSetting(_Form):
    """One publication is the original, its sisters name it: so there are no chains or circles."""

    sister_of = forms.ModelChoiceField(
        label=gettext_lazy("Translation of"),
        queryset=Publication.objects.order_by("name", "pk"),
        to_field_name="slug",
        required=False,
        widget=Select,
        help_text=gettext_lazy(
            "The publication that says the same in another language. Issues of one date are linked"
            " as translations, and whoever reads both gets the one in their language."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.sister_of is not None and "sister_of" in self.fields:
            self.initial["sister_of"] = self.instance.sister_of.slug
        if self.instance.pk and "sister_of" in self.fields:
            # Itself is not offered; whoever sends it all the same is told why not.
            others = Publication.objects.exclude(pk=self.instance.pk).order_by("name", "pk")
            self.fields["sister_of"].widget.choices = [
                ("", "---------"),
                *((one.slug, str(one)) for one in others),
            ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        original = data.get("sister_of")
        if original is not None and (reason := _refusal(self.instance, original, data)):
            self.add_error("sister_of", reason)
        return data


def _refusal(publication: Publication, original: Publication, data: dict[str, Any]) -> str:
    """Why the one cannot be a translation of the other; "" if it can."""
    if original.pk == publication.pk:
        return _("A publication cannot be a translation of itself.")
    if original.sister_of_id == publication.pk:
        return _("“%(name)s” is declared a translation of this one: that would be a circle.") % {
            "name": original.name
        }
    if original.sister_of is not None:
        return _("“%(name)s” is a translation itself: name the original, “%(original)s”.") % {
            "name": original.name,
            "original": original.sister_of.name,
        }
    if publication.pk and (mine := publication.sisters.first()) is not None:
        return _(
            "“%(name)s” is declared a translation of this one, so it must be the original."
        ) % {"name": mine.name}
    if original.language == data.get("language"):
        return _("“%(name)s” is in the same language.") % {"name": original.name}
    return ""
