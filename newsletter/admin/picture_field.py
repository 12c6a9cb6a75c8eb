"""A picture in a form: what is stored is its name; a file may be chosen in its place, or none.

Without script the file goes with the form. With it (`pictures.js`) it is taken in at once, so that
the preview shows it and the form that is kept unsaved names it.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import pgettext

from subscribers import pictures
from subscribers.models import Picture

FILE, REMOVE = "-file", "-remove"


class PictureInput(forms.TextInput):
    """The name, hidden, the picture itself, a file to choose, a box to take it away.

    `upload` is where script sends a file.
    """

    template_name = "admin/sudi/picture_input.html"
    needs_multipart_form = True
    upload = ""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """What the template shows."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        picture = pictures.named(value) if isinstance(value, str) else None
        return context | {
            "picture": picture,
            "small": picture.path(picture.widths[0], picture.ending) if picture else "",
            "upload": self.upload,
            "file": name + FILE,
            "remove": name + REMOVE,
        }

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The file that was chosen, else the name; nothing where it is taken away."""
        if (file := files.get(name + FILE)) is not None:
            return file
        return "" if data.get(name + REMOVE) else data.get(name)


class PictureField(forms.CharField):
    """The name of a picture that is here."""

    widget = PictureInput

    def clean(self, value: Any) -> str:
        """Takes a file in. A name must be that of a picture somebody gave."""
        if isinstance(value, UploadedFile):
            try:
                return pictures.keep_upload(value).name
            except pictures.NotAPicture as refused:
                raise forms.ValidationError(str(refused)) from None
        name: str = super().clean(value)
        if name and not Picture.objects.filter(name=name).exists():
            raise forms.ValidationError(
                pgettext("picture", "This picture is not here any more. Choose the file again.")
            )
        return name
