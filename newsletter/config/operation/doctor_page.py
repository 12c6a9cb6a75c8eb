"""What the doctor found last, and a button to look again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from newsletter.models import CheckResult
from subscribers import limits
from subscribers.admin.access import require
from subscribers.limits import Rate
from subscribers.roles import Act

from .. import doctor
from .frame import owners_page

# Each look logs in to the relays: whoever presses again and again must not lock the account.
_AGAIN = Rate(interval=10.0)


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponseBase:
    """GET shows what is kept; POST looks again, which may take half a minute."""
    if request.method == "POST":
        require(request, Act.SET_UP, None)
        if limits.take("sweep:doctor-by-hand", _AGAIN):
            doctor.store(doctor.examine(doctor.Surroundings()))
        return HttpResponseRedirect(reverse("operation"))
    order = {check.name: number for number, check in enumerate(doctor.registry())}
    rows = sorted(CheckResult.objects.all(), key=lambda row: order.get(row.name, len(order)))
    shown = [(row, doctor.shown(row)) for row in rows]
    return owners_page(
        request,
        "operation",
        "admin/sudi/operation_doctor.html",
        title=pgettext("admin", "Doctor"),
        rows=shown,
        wrong=sum(result.ok is False for _row, result in shown),
        unseen=sum(result.ok is None for _row, result in shown),
        last=max((row.at for row in rows), default=None),
    )
