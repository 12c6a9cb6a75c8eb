"""Stop all mail to one address, or lift that."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ... import suppression
from ...models import Suppression
from ..access import find_reader
from ..chrome import page, record
from .places import crumbs, only, reader_address


@require_http_methods(["GET", "POST"])
def suppress(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Stop all mail to the address, or lift that; a page says what it means first."""
    subscriber, publications = find_reader(request, pk)
    standing = suppression.suppressed(subscriber.address)
    if request.method == "POST":
        what = request.POST.get("do")
        note = " ".join(request.POST.get("note", "").split())[:200]
        if what == "suppress" and standing is None:
            evidence = {"who": request.user.get_username()}
            if note and "@" not in note:
                evidence["note"] = note
            with transaction.atomic():
                made = suppression.suppress(subscriber.address, Suppression.Reason.MANUAL, evidence)
                record(request, "address suppressed", f"suppression:{made.pk}", only(publications))
            messages.success(request, _("Nothing is mailed to this address any more."))
        elif what == "lift" and standing is not None:
            if suppression.lift(standing, request.user.get_username()):
                messages.success(
                    request, _("Lifted. The address may be mailed again; your name is on record.")
                )
            else:
                messages.info(request, _("That was done already."))
        elif what in ("suppress", "lift"):
            messages.info(request, _("That was done already."))
        else:
            raise Http404
        return HttpResponseRedirect(reader_address(subscriber))
    return page(
        request,
        "admin/sudi/reader_suppress.html",
        title=_("Lift the suppression") if standing else _("Suppress this address"),
        crumbs=[*crumbs(), (subscriber.address, reader_address(subscriber))],
        reader=subscriber,
        standing=standing,
        back=reader_address(subscriber),
    )
