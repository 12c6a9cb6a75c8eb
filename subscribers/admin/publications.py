"""A publication's page: its names, its look, its sender and rules, and who may do what."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from subscribers import events, languages, rehearsal
from subscribers.admin.access import may_anywhere, require, visible
from subscribers.admin.chrome import page, record, steps_address
from subscribers.admin.row_numbers import row_number
from subscribers.models import Publication
from subscribers.roles import Act, may

from . import form_drafts, people, roundup_settings
from .publication_form import DescriptionBox, PublicationForm
from .widgets import ModelAdmin, Textarea

# How far back the page says how many readers joined and left.
_LATELY = dt.timedelta(days=7)


@admin.register(Publication)
class PublicationAdmin(ModelAdmin[Publication]):
    """A user with a role sees the publication; its owner changes it; administrators add one."""

    form = PublicationForm
    change_form_template = add_form_template = "admin/sudi/change_form.html"
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
                    "version",
                )
            },
        ),
        (
            _("Look"),
            {
                "description": pgettext_lazy(
                    "of a publication",
                    "The page “Look”, under Set-up, draws your last issue in each style.",
                ),
                "fields": (
                    ("style", "typeface"),
                    ("accent", "accent_dark"),
                    "logo_file",
                    ("logo", "logo_alt"),
                    ("logo_width", "logo_height"),
                ),
            },
        ),
        (
            _("Sender"),
            {"fields": ("from_name", "from_address", "reply_to", "postal_identity")},
        ),
        (
            _("Imprint and privacy"),
            {"fields": ("imprint", "privacy")},
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
                    "memory_of",
                    "leave_out_told",
                    "rehearsal_address",
                )
            },
        ),
        (
            pgettext_lazy("sign-up", "Sign-up"),
            {"fields": ("show_readers", "blocked_domains", "allowed_domains")},
        ),
        roundup_settings.FIELDSET,
        (_("Translations"), {"fields": ("sister_of",)}),
        (
            pgettext_lazy("publication", "Archive and feeds"),
            {"fields": ("readers_only", "hub_url")},
        ),
        (_("Import"), {"fields": ("category_names", "labels", "fetch_pictures")}),
        (pgettext_lazy("role", "People"), {"fields": ("people",)}),
    )

    def get_urls(self) -> list[URLPattern]:
        """With the pages of who works on it."""
        label = "subscribers_publication"

        def view(of: Any) -> Any:
            return form_drafts.rescued(self.admin_site.admin_view(of))

        own = [
            path("of/<slug:slug>/people/", view(people.people), name=f"{label}_people"),
            path("of/<slug:slug>/people/<pk>/", view(people.person), name=f"{label}_person"),
        ]
        inherited = super().get_urls()
        for pattern in inherited:
            pattern.callback = form_drafts.rescued(pattern.callback)
        return own + inherited

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publication]:
        return visible(request)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Publication | None:
        """Locked while it is saved, so that nobody's change slips in between."""
        if request.method == "POST" and row_number(object_id):
            Publication.objects.select_for_update().filter(pk=object_id).first()
        return super().get_object(request, object_id, from_field)

    def get_form(
        self,
        request: HttpRequest,
        obj: Publication | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> type[ModelForm[Publication]]:
        """Two publications are tied to each other by who may set up both."""
        form = super().get_form(request, obj, change=change, **kwargs)
        allowed = visible(request, Act.SET_UP)
        kept: dict[str, list[int]] = {"sister_of": [], "memory_of": []}
        if obj is not None:
            kept["sister_of"] = [obj.sister_of_id] if obj.sister_of_id else []
            kept["memory_of"] = list(obj.memory_of.values_list("pk", flat=True))
        for name in kept:
            if name in form.base_fields:
                offered = allowed | Publication.objects.filter(pk__in=kept[name])
                if name == "memory_of" and obj is not None:
                    offered = offered.exclude(pk=obj.pk)
                field = copy.copy(form.base_fields[name])
                assert isinstance(field, ModelChoiceField)
                field.queryset = offered.distinct()
                form.base_fields[name] = field
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Publication | None = None) -> Any:
        """With the words in the languages that are not the publication's own. Who may only look
        sees what can be shown without the form, and no way to a page that refuses them."""
        own = obj.language if obj is not None else ""
        fields = [
            f"{part}_{one.code}"
            for one in languages.others(own)
            for part in ("name", "description")
        ]
        first, *rest = super().get_fieldsets(request, obj)
        if not self.has_change_permission(request, obj):
            return [first, *filter(None, map(self._shown, rest))]
        return [first, (_("In other languages"), {"fields": fields}), *rest]

    def _shown(self, fieldset: Any) -> Any:
        """What of it is stored in a column, or None."""
        columns = {field.name for field in Publication._meta.get_fields()}
        rows = [one if isinstance(one, tuple) else (one,) for one in fieldset[1]["fields"]]
        kept = [row for row in rows if columns.issuperset(row)]
        return (fieldset[0], {"fields": kept}) if kept else None

    def get_readonly_fields(
        self, request: HttpRequest, obj: Publication | None = None
    ) -> tuple[str, ...]:
        # Addresses of pages and feeds are permanent.
        shown = ("category_names", "people", "readers_lately")
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

    @admin.display(description=pgettext_lazy("role", "Who works on it"))
    def people(self, obj: Publication) -> str:
        """How many have a role, with the way to the page that gives and takes them."""
        if obj._state.adding:
            return str(_("Save the publication first."))
        return format_html(
            '{} <a href="{}">{}</a>',
            obj.roles.values("user").distinct().count(),
            reverse("admin:subscribers_publication_people", args=[obj.slug]),
            pgettext("role", "People and roles"),
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

    def response_add(
        self, request: HttpRequest, obj: Publication, post_url_continue: str | None = None
    ) -> HttpResponse:
        """On to the steps that lead to its first issue, where the site shows them."""
        try:
            return HttpResponseRedirect(reverse("first_steps_of", args=[obj.slug]))
        except NoReverseMatch:
            return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Publication) -> HttpResponse:
        """Back to those steps for whoever came from them, unless they go on here."""
        answer = super().response_change(request, obj)
        stays = "_continue" in request.POST or "_addanother" in request.POST
        back = "" if stays else steps_address(request, obj.slug)
        return HttpResponseRedirect(back) if back else answer

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
        """The publications the user sees; a page of ours, the theme's table has no landmarks."""
        require(request, Act.SEE, None)
        return page(
            request,
            "admin/sudi/publications.html",
            title=str(_("Publications")),
            rows=[(one, may(request.user, Act.SET_UP, one)) for one in visible(request)],
            may_add=self.has_add_permission(request),
        )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in ("blocked_domains", "allowed_domains"):
            kwargs["widget"] = Textarea(attrs={"rows": 4})
        elif db_field.name in ("description", "imprint", "privacy"):
            kwargs["widget"] = DescriptionBox
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_anywhere(request, Act.SEE)

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
        form_drafts.saved(request)
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
        detail: dict[str, Any] = {"fields": fields} if fields else {}
        record(request, "publication changed", f"publication:{object.pk}", object, **detail)
