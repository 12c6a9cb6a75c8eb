"""Mails outside any issue, with what became of each: a confirmation that never came is here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from ..addresses import masked
from ..mailing.answers import said
from ..models import ServiceMail
from ..roles import Act
from . import keyset
from .access import require, visible
from .chrome import PagesAdmin, page

State = ServiceMail.State


@dataclass(frozen=True, slots=True)
class Row:
    """One mail as the list shows it; `reader` is given to who may open their page."""

    mail: ServiceMail
    address: str
    reader: int | None
    said: Any


@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    """Service mails of the user's publications, newest first; `?state=` limits them to one state.

    Whole addresses are for who cares for the readers of a mail's publication.
    """
    require(request, Act.SEE, None)
    caring = set(visible(request, Act.READERS).values_list("pk", flat=True))
    rows = ServiceMail.objects.select_related("publication", "subscriber")
    rows = rows.select_related("subscription__subscriber")
    if not request.user.is_superuser:
        rows = rows.filter(publication__in=visible(request))
    state = request.GET.get("state", "")
    if state in State.values:
        rows = rows.filter(state=state)
    taken = keyset.take(request, rows, ["id"])
    return page(
        request,
        "admin/sudi/service_mail.html",
        title=pgettext("service mail", "Service mail"),
        slice=taken,
        rows=[_row(mail, mail.publication_id in caring) for mail in taken.rows],
        state=state if state in State.values else "",
        states=[(value, label) for value, label in State.choices],
    )


def _row(mail: ServiceMail, whole: bool) -> Row:
    tie = mail.subscription
    person = mail.subscriber or (tie.subscriber if tie is not None else None)
    address = mail.address or (person.address if person is not None else "")
    if mail.kind == ServiceMail.Kind.NEW_ADDRESS and person is not None:
        address = person.new_address or address
    known = whole and person is not None and bool(person.address)
    return Row(
        mail,
        (address if whole else masked(address)) if address else "",
        person.pk if known and person is not None else None,
        said(mail.answer),
    )


@admin.register(ServiceMail)
class ServiceMailAdmin(PagesAdmin[ServiceMail]):
    """A list to look at: each mail goes by itself, or says why not."""

    act = Act.SEE
    pages = (("", listing, "changelist"),)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Not in Django's own list of models, which asks on every page: our sidebar has it."""
        return False
