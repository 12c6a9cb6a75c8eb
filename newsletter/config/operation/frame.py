"""What the pages of the site's operation have in common: who may see them, and their tabs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from subscribers.admin.access import require
from subscribers.admin.chrome import page
from subscribers.roles import Act


def require_administrator(request: HttpRequest) -> None:
    """What holds for the whole site is not for the owner of one of its publications.

    Raises Http404 or PermissionDenied.
    """
    require(request, Act.SET_UP, None)
    if not getattr(request.user, "is_superuser", False):
        raise PermissionDenied


def owners_page(
    request: HttpRequest, tab: str, template: str, *, title: str, **context: Any
) -> TemplateResponse:
    """One of the tabs. Raises PermissionDenied for who sets up no publication."""
    require(request, Act.SET_UP, None)
    tabs = [("operation", pgettext("admin", "Doctor")), ("operation_tasks", _("Regular tasks"))]
    if getattr(request.user, "is_superuser", False):
        tabs += [("operation_limits", _("Limits"))]
        tabs += [("operation_retention", pgettext("retention", "Retention"))]
        tabs += [("operation_errors", _("Errors"))]
    crumbs = [] if tab == "operation" else [(pgettext("admin", "Operation"), reverse("operation"))]
    return page(
        request,
        template,
        title=title,
        crumbs=crumbs,
        tab=tab,
        tabs=[(name, text, reverse(name)) for name, text in tabs],
        **context,
    )
