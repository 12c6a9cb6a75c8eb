"""What cannot be changed, only read: who did what, and which addresses must not be mailed."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ..models import AuditEntry, Suppression
from ..roles import Act
from . import keyset
from .access import require, visible
from .chrome import PagesAdmin, page


@require_safe
def audit(request: HttpRequest) -> HttpResponseBase:
    """Who did what, newest first; `?publication=` limits it to one."""
    require(request, Act.SET_UP, None)
    publications = list(visible(request, Act.SET_UP))
    chosen = next((p for p in publications if p.slug == request.GET.get("publication")), None)
    entries = AuditEntry.objects.select_related("publication")
    if chosen is not None:
        entries = entries.filter(publication=chosen)
    elif not request.user.is_superuser:
        entries = entries.filter(publication__in=publications)
    return page(
        request,
        "admin/sudi/audit.html",
        title=_("Audit"),
        slice=keyset.take(request, entries, ["id"]),
        publications=publications,
        chosen=chosen,
    )


@require_safe
def suppressions(request: HttpRequest) -> HttpResponseBase:
    """Addresses that must not be mailed. Only hashes are kept, so the list shows no address.

    Those of the whole site, and of the publications the user cares for.
    """
    require(request, Act.READERS, None)
    rows = Suppression.objects.select_related("publication").filter(
        Q(publication__isnull=True) | Q(publication__in=visible(request, Act.READERS))
    )
    return page(
        request,
        "admin/sudi/suppressions.html",
        title=_("Suppressions"),
        slice=keyset.take(request, rows, ["id"]),
    )


@admin.register(AuditEntry)
class AuditAdmin(PagesAdmin[AuditEntry]):
    """Append-only."""

    act = Act.SET_UP
    pages = (("", audit, "changelist"),)


@admin.register(Suppression)
class SuppressionAdmin(PagesAdmin[Suppression]):
    """Lifting one is done on the reader's page, on record."""

    act = Act.READERS
    pages = (("", suppressions, "changelist"),)
