"""A publication's page: its names, its look, its sender and rules, and who may do what."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from subscribers import events, languages, rehearsal
from subscribers import theme as look
from subscribers.addresses import BadAddress, normalise
from subscribers.admin.access import visible
from subscribers.admin.chrome import record
from subscribers.admin.text_box import TextBox
from subscribers.models import Publication, Role
from subscribers.roles import Act, may

from . import roundup_settings
from .roundup_settings import RoundupSettings

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin, TabularInline
    from django.forms import ModelChoiceField

    _Form = forms.ModelForm[Publication]
else:
    from unfold.admin import ModelAdmin, TabularInline

    _Form = forms.ModelForm

# Undo may be switched off; half an hour is as long as an editor waits.
_LONGEST_UNDO = 1800
# How far back the page says how many readers joined and left.
_LATELY = dt.timedelta(days=7)


class _TextBox(TextBox, UnfoldAdminTextareaWidget):  # type: ignore[misc]
    """The theme's text box."""


def _zones() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones())]


def _translation_fields() -> dict[str, forms.Field]:
    """A name and a description in every language; that of the publication's own is not shown."""
    made: dict[str, forms.Field] = {}
    for code, name in languages.offered():
        made[f"name_{code}"] = forms.CharField(
            label=format_lazy(_("Name in {language}"), language=name),
            required=False,
            max_length=100,
            widget=UnfoldAdminTextInputWidget,
            help_text=_("For readers who use the pages in that language."),
        )
        made[f"description_{code}"] = forms.CharField(
            label=format_lazy(_("Description in {language}"), language=name),
            required=False,
            widget=_TextBox(attrs={"rows": 3}),
        )
    return made


class PublicationForm(RoundupSettings, _Form):
    """The publication's columns, with the look and the translations as fields of their own."""

    language = forms.ChoiceField(
        label=_("Language"), choices=languages.offered, widget=UnfoldAdminSelectWidget
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=_zones, widget=UnfoldAdminSelectWidget, initial="UTC"
    )
    locals().update(_translation_fields())
    accent = forms.CharField(
        label=_("Accent colour"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_(
            "Like #24577a: headings, buttons and the band on top of the mail and the site. Whatever"
            " you choose, text on it is kept legible."
        ),
    )
    accent_dark = forms.CharField(
        label=_("Accent colour in the dark"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Empty: made from the accent colour."),
    )
    logo = forms.CharField(
        label=_("Logo"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_(
            "An https address or a path on this site. Without a logo the name is set in type, which"
            " also shows where a mail program blocks pictures."
        ),
    )
    logo_alt = forms.CharField(
        label=_("What the logo shows"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("In words, for readers who do not see it."),
    )
    logo_width = forms.IntegerField(
        label=_("Logo width in pixels"), required=False, widget=UnfoldAdminIntegerFieldWidget
    )
    logo_height = forms.IntegerField(
        label=_("Logo height in pixels"), required=False, widget=UnfoldAdminIntegerFieldWidget
    )

    class Meta:
        model = Publication
        fields = (
            "name", "slug", "language", "time_zone", "description", "open", "from_name",
            "from_address", "reply_to", "postal_identity", "needs_approval", "undo_seconds",
            "send_from", "send_until", "canary_size", "canary_max_failures",
            "late_start_minutes", "slot_notice_minutes", "welcome_latest_issue", "welcome_days",
            "rehearsal_address", *roundup_settings.FIELDS, "hub_url", "labels",
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

    def clean_from_address(self) -> str:
        return self._address("from_address")

    def clean_reply_to(self) -> str:
        return self._address("reply_to")

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
        theme = dict(self.instance.theme or {})
        for name in look.KEYS:
            if name in data:
                theme.pop(name, None)
                if data[name] not in ("", None):
                    theme[name] = data[name]
        for problem in look.problems(theme):
            self.add_error(None, problem)
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


class RoleInline(TabularInline):  # type: ignore[type-arg]
    """Who may do what here."""

    model = Role
    extra = 0
    verbose_name_plural = _("roles")

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.filter(is_staff=True, is_active=True).order_by(
                "username"
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may(request.user, Act.SET_UP, obj)

    has_add_permission = has_view_permission
    has_change_permission = has_view_permission
    has_delete_permission = has_view_permission


@admin.register(Publication)
class PublicationAdmin(ModelAdmin[Publication]):
    """A user with a role sees the publication; its owner changes it; administrators add one."""

    form = PublicationForm
    inlines = (RoleInline,)
    list_display = ("name", "slug", "language", "from_address", "open", "needs_approval")
    list_display_links = ("name",)
    search_fields = ()
    ordering = ("name",)
    actions = None
    warn_unsaved_form = True
    formfield_overrides = {}
    prepopulated_fields = {}
    fieldsets = (
        (
            _("Publication"),
            {
                "fields": (
                    "name",
                    "slug",
                    "language",
                    "time_zone",
                    "description",
                    "open",
                    "readers_lately",
                )
            },
        ),
        (
            _("Look"),
            {
                "fields": (
                    ("accent", "accent_dark"),
                    ("logo", "logo_alt"),
                    ("logo_width", "logo_height"),
                )
            },
        ),
        (
            _("Sender"),
            {"fields": ("from_name", "from_address", "reply_to", "postal_identity")},
        ),
        (
            _("Sending"),
            {
                "fields": (
                    "needs_approval",
                    "undo_seconds",
                    ("send_from", "send_until"),
                    ("canary_size", "canary_max_failures"),
                    "late_start_minutes",
                    "slot_notice_minutes",
                    ("welcome_latest_issue", "welcome_days"),
                    "rehearsal_address",
                )
            },
        ),
        roundup_settings.FIELDSET,
        (_("Feeds"), {"fields": ("hub_url",)}),
        (_("Import"), {"fields": ("category_names", "labels")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publication]:
        return visible(request)

    def get_fieldsets(self, request: HttpRequest, obj: Publication | None = None) -> Any:
        """With the words in the languages that are not the publication's own."""
        own = obj.language if obj is not None else ""
        fields = [
            f"{part}_{one.code}"
            for one in languages.others(own)
            for part in ("name", "description")
        ]
        first, *rest = super().get_fieldsets(request, obj)
        return [first, (_("In other languages"), {"fields": fields}), *rest]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Publication | None = None
    ) -> tuple[str, ...]:
        # Addresses of pages and feeds are permanent.
        shown = ("category_names", "readers_lately")
        return ("slug", *shown) if obj is not None else shown

    @admin.display(description=_("categories"))
    def category_names(self, obj: Publication) -> str:
        """The live categories, with the way to their own pages."""
        if obj._state.adding:
            return str(_("Save the publication first."))
        names = obj.categories.filter(retired_at__isnull=True).values_list("name", flat=True)
        return format_html(
            '{} <a href="{}?publication={}">{}</a>',
            " · ".join(names) or "–",
            reverse("admin:subscribers_category_changelist"),
            obj.slug,
            _("Change the categories"),
        )

    @admin.display(description=_("Readers"))
    def readers_lately(self, obj: Publication) -> str:
        """How many joined and left in the last days."""
        if obj._state.adding:
            return "–"
        moved = events.movement(obj, timezone.now() - _LATELY)
        return str(
            _("In the last seven days %(joined)s joined and %(left)s left.")
            % {"joined": f"{moved.joined:,}", "left": f"{moved.left:,}"}
        )

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        found = visible(request).filter(pk=object_id).first() if object_id else None
        crumbs = [
            (_("Publications"), reverse("admin:subscribers_publication_changelist")),
            (found.name if found else _("New publication"), ""),
        ]
        return super().changeform_view(
            request, object_id, form_url, {**(extra_context or {}), "crumbs": crumbs}
        )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        return super().changelist_view(
            request, {**(extra_context or {}), "crumbs": [(_("Publications"), "")]}
        )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "labels":
            kwargs["widget"] = UnfoldAdminTextareaWidget(attrs={"rows": 4})
        elif db_field.name == "description":
            kwargs["widget"] = _TextBox
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request.user, Act.SEE, None)

    def has_view_permission(self, request: HttpRequest, obj: Publication | None = None) -> bool:
        return may(request.user, Act.SEE, obj)

    def has_change_permission(self, request: HttpRequest, obj: Publication | None = None) -> bool:
        return may(request.user, Act.SET_UP, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        # A new publication has no roles yet, so nobody but an administrator may create one.
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))

    def has_delete_permission(self, request: HttpRequest, obj: Publication | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Publication, form: Any, change: bool) -> None:
        if form.changed_data:
            obj.changed_at = timezone.now()
        super().save_model(request, obj, form, change)
        if form.moved:
            record(
                request, "round-up readers moved", f"publication:{obj.pk}", obj, readers=form.moved
            )
        rehearsal.began(obj)

    # Our own trail instead of Django's: it also knows what commands and workers did.
    def log_addition(self, request: HttpRequest, object: Publication, message: Any) -> Any:
        record(request, "publication created", f"publication:{object.pk}", object)

    def log_change(self, request: HttpRequest, object: Publication, message: Any) -> Any:
        changed = [part["changed"] for part in message if "changed" in part]
        fields = sorted({str(field) for one in changed for field in one.get("fields", [])})
        kinds = sorted({next(iter(part)) for part in message if next(iter(part)) != "changed"})
        detail: dict[str, Any] = {"fields": fields} if fields else {}
        if kinds or any("name" in one for one in changed):
            detail["roles"] = [
                f"{role.user.get_username()}: {role.kind}"
                for role in object.roles.select_related("user").order_by("id")
            ]
        record(request, "publication changed", f"publication:{object.pk}", object, **detail)
