"""What surrounds every page of the admin: sidebar, crumbs, a line in the audit trail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from ..models import AuditEntry, Publication
from ..roles import Act
from .access import may_anywhere
from .form_drafts import rescued
from .widgets import ModelAdmin

M = TypeVar("M", bound=Model)
View = Callable[..., HttpResponseBase]
# What an actor's name is cut to: AuditEntry.actor.
_ACTOR = 150

# Pages that are no model's.
_OUTSIDE = ("today", "help", "look", "operation", "first_steps")
# A page that the first steps lead to knows by its address that it is one of them.
FROM_STEPS = "?from=first-steps"
_SERVICE_MAIL = pgettext_lazy("service mail", "Service mail")
_NOTICES, _WEBHOOKS = pgettext_lazy("notice", "Notices"), pgettext_lazy("webhook", "Webhooks")


def steps_address(request: HttpRequest, slug: str) -> str:
    """Where the first steps of a publication go on, for whoever came from them; else empty, and so
    where the site has no such page."""
    if f"?from={request.GET.get('from', '')}" != FROM_STEPS:
        return ""
    try:
        return reverse("first_steps_of", args=[slug])
    except NoReverseMatch:
        return ""


class PagesAdmin(ModelAdmin[M]):
    """A model whose admin is pages of our own: (route, view, name) under its address.

    The first page is the list; `act` is what opens it. The views check what each one needs.
    """

    pages: ClassVar[Sequence[tuple[str, View, str]]] = ()
    act: ClassVar[Act] = Act.SEE

    def get_urls(self) -> list[URLPattern]:
        label = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path(route, rescued(self.admin_site.admin_view(view)), name=f"{label}_{name}")
            for route, view, name in self.pages
        ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_anywhere(request, self.act)

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return may_anywhere(request, self.act)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


def page(
    request: HttpRequest,
    template: str,
    *,
    title: str,
    crumbs: Iterable[tuple[str, str]] = (),
    status: int = 200,
    **context: Any,
) -> TemplateResponse:
    """A page of the admin. `crumbs`: (text, address) of the pages above this one."""
    return TemplateResponse(
        request,
        template,
        {
            **admin.site.each_context(request),
            "title": title,
            "crumbs": [*crumbs, (title, "")],
            **context,
        },
        status=status,
    )


def record(
    request: HttpRequest, action: str, target: str, publication: Publication | None, **detail: Any
) -> None:
    """Write down who did what. Never an address: what is recorded outlives an erasure."""
    AuditEntry.objects.create(
        actor=request.user.get_username()[:_ACTOR],
        publication=publication,
        action=action,
        target=target,
        detail=detail,
    )


def _of_users(page: str) -> str:
    """The name of one of the pages about accounts, whose model the host chooses."""
    model = get_user_model()._meta
    return f"{model.app_label}_{model.model_name}_{page}"


def _shows_users(request: HttpRequest) -> bool:
    """Whether the page of accounts opens for the user: a host's admin has rules of its own."""
    model = get_user_model()
    if not admin.site.is_registered(model):
        return False
    return admin.site.get_model_admin(model).has_view_permission(request)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar: what an editor does daily comes first. Only what the user may open."""

    def entry(title: Any, icon: str, name: str, shown: bool = True) -> list[dict[str, Any]]:
        if not shown:
            return []
        try:
            link = reverse(name if name in _OUTSIDE else f"admin:{name}")
        except NoReverseMatch:
            return []
        return [
            {"title": title, "icon": icon, "link": link, "active": request.path.startswith(link)}
        ]

    user = request.user
    see, readers = may_anywhere(request, Act.SEE), may_anywhere(request, Act.READERS)
    set_up = may_anywhere(request, Act.SET_UP)
    root = bool(getattr(user, "is_superuser", False))
    groups = [
        (
            _("Publish"),
            [
                # Within a host: on our own site it is the start page, under no such name.
                *entry(_("Today"), "today", "today", see),
                *entry(
                    pgettext("admin", "Issues"), "newspaper", "newsletter_issue_changelist", see
                ),
                *entry(pgettext("slot", "Slots"), "event", "newsletter_slot_changelist", see),
            ],
        ),
        (
            _("Readers"),
            [
                *entry(_("Readers"), "group", "subscribers_subscriber_changelist", readers),
                *entry(_("Suppressions"), "block", "subscribers_suppression_changelist", readers),
                *entry(_("Incidents"), "report", "subscribers_incident_changelist", readers),
                *entry(_("Imports"), "upload_file", "subscribers_importjob_changelist", readers),
                *entry(_SERVICE_MAIL, "mark_email_read", "subscribers_servicemail_changelist", see),
            ],
        ),
        (
            _("Set-up"),
            [
                *entry(pgettext("first steps", "First steps"), "checklist", "first_steps", set_up),
                *entry(_("Publications"), "menu_book", "subscribers_publication_changelist", see),
                *entry(_("Categories"), "category", "subscribers_category_changelist", see),
                *entry(pgettext("of a publication", "Look"), "palette", "look", see),
                *entry(_("Remembered answers"), "rule", "newsletter_importrule_changelist", see),
                *entry(_NOTICES, "notifications", "newsletter_noticechoice_changelist", see),
                *entry(_WEBHOOKS, "webhook", "newsletter_webhook_changelist", set_up),
                *entry(pgettext("token", "Tokens"), "key", "newsletter_token_changelist", see),
                *entry(_("Users"), "badge", _of_users("changelist"), _shows_users(request)),
                *entry(pgettext("admin", "Machines"), "dns", "newsletter_machine_changelist", root),
                *entry(_("Audit"), "history", "subscribers_auditentry_changelist", set_up),
                *entry(pgettext("admin", "Operation"), "monitor_heart", "operation", set_up),
            ],
        ),
        (pgettext("admin", "Help"), [*entry(_("Handbook"), "help", "help", user.is_staff)]),
    ]
    return [{"title": title, "items": items} for title, items in groups if items]
