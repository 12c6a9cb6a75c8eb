"""The settings of a publication as a form: what may be written, and what it says of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from subscribers import domains, languages, pictures, rehearsal
from subscribers import theme as look
from subscribers.addresses import BadAddress, normalise
from subscribers.admin.text_box import TextBox
from subscribers.models import Publication
from subscribers.styles import DEFAULT, STYLES, TYPEFACES

from . import colour_box, roundup_settings
from .labels_field import LabelsField
from .memory_setting import MemorySetting
from .roundup_settings import RoundupSettings
from .sister_setting import SisterSetting
from .versioned import FIELD, VersionedForm
from .widgets import FileBox, NumberBox, Select, Textarea, TextInput
from .zone_field import ZoneField

if TYPE_CHECKING:
    _Form = forms.ModelForm[Publication]
else:
    _Form = forms.ModelForm

# Undo may be switched off; half an hour is as long as an editor waits.
_LONGEST_UNDO = 1800


class DescriptionBox(TextBox, Textarea):
    """The theme's text box."""


def _translation_fields() -> dict[str, forms.Field]:
    """A name and a description in every language; that of the publication's own is not shown."""
    made: dict[str, forms.Field] = {}
    for code, name in languages.offered():
        made[f"name_{code}"] = forms.CharField(
            label=format_lazy(_("Name in {language}"), language=name),
            required=False,
            max_length=100,
            widget=TextInput,
            help_text=_("For readers who use the pages in that language."),
        )
        made[f"description_{code}"] = forms.CharField(
            label=format_lazy(_("Description in {language}"), language=name),
            required=False,
            widget=DescriptionBox(attrs={"rows": 3}),
        )
    return made


class PublicationForm(RoundupSettings, SisterSetting, MemorySetting, VersionedForm, _Form):
    """The publication's columns, with the look and the translations as fields of their own."""

    language = forms.ChoiceField(label=_("Language"), choices=languages.offered, widget=Select)
    time_zone = ZoneField(label=_("Time zone"), initial="UTC")
    locals().update(_translation_fields())
    # Declared, or the admin would not know the box that `VersionedForm` fills.
    locals()[FIELD] = forms.CharField(required=False, widget=forms.HiddenInput)
    style = forms.ChoiceField(
        label=_("Style"),
        required=False,
        choices=[(style.name, style.label) for style in STYLES.values()],
        widget=Select,
        help_text=_("The page “Look” shows each with your last issue."),
    )
    typeface = forms.ChoiceField(
        label=_("Typeface"),
        required=False,
        choices=[("", _("The style's own")), *((n, t.label) for n, t in TYPEFACES.items())],
        widget=Select,
    )
    accent = forms.CharField(
        label=_("Accent colour"),
        required=False,
        widget=TextInput(attrs=colour_box.attrs()),
        help_text=_(
            "Like #24577a: headings, buttons and the band on top of the mail and the site. Whatever"
            " you choose, text on it is kept legible."
        ),
    )
    accent_dark = forms.CharField(
        label=_("Accent colour in the dark"),
        required=False,
        widget=TextInput(attrs=colour_box.attrs(colour_box.DARK_PAPER)),
        help_text=_("Empty: made from the accent colour."),
    )
    logo_file = forms.FileField(
        label=pgettext_lazy("publication", "Logo or masthead from a file"),
        required=False,
        widget=FileBox(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif,image/gif"}),
        help_text=pgettext_lazy(
            "publication",
            "JPEG, PNG, WebP or GIF. It takes the place of the logo below, and sets its size.",
        ),
    )
    logo = forms.CharField(
        label=_("Logo"),
        required=False,
        widget=TextInput,
        help_text=_(
            "An https address or a path on this site. Without a logo the name is set in type, which"
            " also shows where a mail program blocks pictures."
        ),
    )
    logo_alt = forms.CharField(
        label=_("What the logo shows"),
        required=False,
        widget=TextInput,
        help_text=_("In words, for readers who do not see it."),
    )
    logo_width = forms.IntegerField(
        label=_("Logo width in pixels"), required=False, widget=NumberBox
    )
    logo_height = forms.IntegerField(
        label=_("Logo height in pixels"), required=False, widget=NumberBox
    )

    labels = LabelsField(label=_("Field labels for import"), widget=Textarea(attrs={"rows": 4}))

    class Meta:
        model = Publication
        fields = (
            "name", "slug", "language", "time_zone", "description", "open", "from_name",
            "from_address", "reply_to", "postal_identity", "imprint", "privacy",
            "needs_approval", "undo_seconds",
            "send_from", "send_until", "canary_size", "canary_max_failures",
            "late_start_minutes", "slot_notice_minutes", "welcome_latest_issue", "welcome_days",
            "memory_of", "leave_out_told",
            "readers_only", "show_readers", "blocked_domains", "allowed_domains",
            "rehearsal_address", *roundup_settings.FIELDS, "sister_of", "hub_url", "labels",
            "fetch_pictures",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        translations = self.instance.translations or {}
        for code, _name in languages.offered():
            for part in ("name", "description"):
                if f"{part}_{code}" in self.fields:
                    self.fields[f"{part}_{code}"].initial = translations.get(code, {}).get(part, "")
        theme = self.instance.theme or {}
        for name in look.KEYS:
            if name in self.fields:
                self.fields[name].initial = theme.get(name, "")
        self.fields["style"].initial = look.style_of(theme).name

    def conflict_text(self, name: str) -> str:
        """With the other value in it: the theme's page has no room beside the box."""
        theirs = getattr(self.fields[name], "theirs", "")
        return pgettext(
            "two people", "Meanwhile somebody else changed this to “%(value)s”. %(rest)s"
        ) % {"value": theirs, "rest": super().conflict_text(name)}

    def clean_from_address(self) -> str:
        return self._address("from_address")

    def clean_reply_to(self) -> str:
        return self._address("reply_to")

    def clean_blocked_domains(self) -> str:
        return self._domains("blocked_domains")

    def clean_allowed_domains(self) -> str:
        return self._domains("allowed_domains")

    def _domains(self, name: str) -> str:
        try:
            return domains.read(self.cleaned_data.get(name) or "")
        except domains.NoDomain as error:
            raise forms.ValidationError(str(error)) from None

    def clean_rehearsal_address(self) -> str:
        address = self._address("rehearsal_address")
        if address:
            rehearsal.check(address, self.instance)
        return address

    def _address(self, name: str) -> str:
        """Read as every other address: control characters and the like are refused."""
        value: str = self.cleaned_data.get(name) or ""
        if not value:
            return ""
        try:
            return normalise(value)
        except BadAddress as error:
            raise forms.ValidationError(str(error)) from None

    def clean_logo_file(self) -> pictures.Picture | None:
        file = self.cleaned_data.get("logo_file")
        if not file:
            return None
        try:
            return pictures.keep_upload(file)
        except pictures.NotAPicture as refused:
            raise forms.ValidationError(str(refused)) from None

    def clean_undo_seconds(self) -> int:
        seconds: int = self.cleaned_data["undo_seconds"]
        if seconds > _LONGEST_UNDO:
            raise forms.ValidationError(_("At most 1,800 seconds, which is half an hour."))
        return seconds

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("name", "from_name", "postal_identity"):
            if any(ord(c) < 32 or c in "\x7f\x85\u2028\u2029" for c in data.get(name) or ""):
                self.add_error(name, _("Write this on one line, without control characters."))
        if bool(data.get("send_from")) != bool(data.get("send_until")):
            self.add_error("send_until", _("Give both hours or neither."))
        self._translate(data)
        if (given := data.get("logo_file")) is not None:
            data["logo_width"], data["logo_height"] = look.logo_size(given.width, given.height)
            # Sharp where a pixel of the mail is two of the screen.
            copy = given.fitting(2 * data["logo_width"])
            data["logo"] = f"/p/{given.file(copy, given.ending)}"
        theme = dict(self.instance.theme or {})
        for name in look.KEYS:
            if name in data:
                said = theme.pop(name, None)
                # The usual style is shown where none was chosen; that chooses none.
                usual = name == "style" and said is None and data[name] == DEFAULT
                if data[name] not in ("", None) and not usual:
                    theme[name] = data[name]
        labels = {name: str(self.fields[name].label) for name in look.KEYS if name in self.fields}
        for key, problem in look.faults(theme, labels):
            self.add_error(key if key in self.fields else None, problem)
        self.instance.theme = theme
        return data

    def _translate(self, data: dict[str, Any]) -> None:
        """What the form says in other languages; in its own the publication has its own words."""
        translations = dict(self.instance.translations or {})
        for code, _name in languages.offered():
            if f"name_{code}" not in data:
                continue
            words = {
                part: data[f"{part}_{code}"].strip()
                for part in ("name", "description")
                if (data.get(f"{part}_{code}") or "").strip()
            }
            translations.pop(code, None)
            if words and code != data.get("language"):
                translations[code] = words
        self.instance.translations = translations
