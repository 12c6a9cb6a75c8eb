"""What a person may ask for: everything stored about them, and to be erased."""

from __future__ import annotations

import json

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ... import consent, erasure
from ...export import export
from ..access import find_reader
from ..chrome import page, record
from .places import crumbs, only, reader_address


@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Erase the person for good; the address has to be typed to make sure it is the right one."""
    subscriber, publications = find_reader(request, pk)
    # Erasing reaches every publication, so one must care for the readers of all of them.
    elsewhere = subscriber.subscriptions.exclude(publication__in=publications).exists()
    problem = ""
    if elsewhere and not request.user.is_superuser:
        problem = _(
            "This reader is also subscribed to a publication you do not care for. Ask an"
            " administrator to erase them."
        )
    elif request.method == "POST":
        typed = request.POST.get("address", "").strip()
        if typed.casefold() != subscriber.address.casefold():
            problem = _("That is not the address of this reader. Nothing was erased.")
        else:
            erasure.erase(subscriber, by=request.user.get_username())
            messages.success(request, _("Erased. Only a keyed hash is left, so that no mail goes."))
            return HttpResponseRedirect(reverse("admin:subscribers_subscriber_changelist"))
    return page(
        request,
        "admin/sudi/reader_erase.html",
        title=_("Erase this reader"),
        crumbs=[*crumbs(), (subscriber.address, reader_address(subscriber))],
        reader=subscriber,
        problem=problem,
        possible=not elsewhere or request.user.is_superuser,
        back=reader_address(subscriber),
        status=422 if problem else 200,
    )


@require_POST
def export_reader(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Everything stored about the reader, as a file; on record, so it is a POST."""
    subscriber, publications = find_reader(request, pk)
    elsewhere = subscriber.subscriptions.exclude(publication__in=publications).exists()
    if elsewhere and not request.user.is_superuser:
        messages.error(
            request,
            _("This reader is also subscribed to a publication you do not care for."),
        )
        return HttpResponseRedirect(reader_address(subscriber))
    with transaction.atomic():
        consent.record(
            subscriber,
            consent.Kind.EXPORTED,
            form="admin",
            detail={"by": request.user.get_username()},
        )
        record(request, "reader exported", f"subscriber:{subscriber.pk}", only(publications))
    response = HttpResponse(
        json.dumps(export(subscriber), ensure_ascii=False, indent=2),
        content_type="application/json; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="reader-{subscriber.pk}.json"'
    return response
