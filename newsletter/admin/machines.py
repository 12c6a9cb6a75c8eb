"""Machines: which may act on this database, which ask, and what would go out."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from subscribers.admin.access import actor
from subscribers.admin.chrome import PagesAdmin, page

from ..models import Machine
from ..sending import guard


def _site_only(request: HttpRequest) -> None:
    """Who sends is an act of the whole site, not of one publication's people."""
    if not actor(request).is_superuser:
        raise PermissionDenied


@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    """Every machine, and above them what waits for a person."""
    _site_only(request)
    return page(
        request,
        "admin/sudi/machines.html",
        title=pgettext("admin", "Machines"),
        asking=guard.asking(),
        lines=guard.would_go_out(),
        machines=Machine.objects.filter(state=Machine.State.ENROLLED).order_by("-seen")[:100],
    )


@require_POST
def let(request: HttpRequest) -> HttpResponseBase:
    """Let in every machine that asks."""
    _site_only(request)
    names = guard.agree(by=actor(request).get_username())
    if names:
        messages.success(request, _("May send now: %(names)s") % {"names": ", ".join(names)})
    else:
        messages.info(request, _("Somebody was first: no machine is asking any more."))
    return HttpResponseRedirect(reverse("admin:newsletter_machine_changelist"))


@admin.register(Machine)
class MachineAdmin(PagesAdmin[Machine]):
    """Entered by machines themselves; a person lets in those that ask."""

    pages = (("", listing, "changelist"), ("let/", let, "let"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(getattr(request.user, "is_superuser", False))

    def has_view_permission(self, request: HttpRequest, obj: Machine | None = None) -> bool:
        return bool(getattr(request.user, "is_superuser", False))
