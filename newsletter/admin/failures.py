"""Who did not get it, and why: lists by key of the failed and the doubtful, and one address."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from subscribers import finding
from subscribers.addresses import masked
from subscribers.admin import keyset
from subscribers.models import Subscription
from subscribers.roles import Act, may

from .. import sending
from ..models import PLACES, Delivery, Edition, Issue, Outcome
from .frame import address as page_address
from .frame import find_issue, issue_page
from .incidents import open_incident

# Readers named where what was typed fits several.
_PERHAPS = 12
_KINDS = {
    "failed": gettext_lazy("Refused"),
    "in_doubt": gettext_lazy("In doubt"),
    "deferred": gettext_lazy("To be tried again"),
}
_EXPLAINED = {
    "failed": gettext_lazy("The mail server said no, for good. Nothing is tried again by itself."),
    "in_doubt": gettext_lazy(
        "The mail was handed over and no answer was stored, because a connection or a machine"
        " broke. It may or may not have arrived; it is never sent again by itself."
    ),
    "deferred": gettext_lazy("The mail server asked to come back later. It is tried again."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One reader in the list."""

    address: str
    reader: int | None
    outcome: Outcome
    items: int
    place: int


def _latest(issue: Issue, kind: str) -> QuerySet[Outcome]:
    """Deliveries whose latest outcome is of this kind; the partial index on the kind finds them."""
    later = Outcome.objects.filter(delivery_id=OuterRef("delivery_id"), round__gt=OuterRef("round"))
    found = Outcome.objects.filter(
        state=kind,
        delivery_id__gte=issue.first_delivery,
        delivery_id__lte=issue.last_delivery,
    ).filter(~Exists(later))
    return found.filter(resolved_at__isnull=True) if kind == "in_doubt" else found


@require_safe
def listing(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """The readers of one kind, by page. Only those who care for readers see whole addresses."""
    issue = find_issue(request, pk, Act.SEE)
    if kind not in _KINDS:
        raise Http404
    open_addresses = may(request.user, Act.READERS, issue.publication)
    taken = keyset.take(request, _latest(issue, kind), ["delivery_id"], ascending=True)
    deliveries = Delivery.objects.in_bulk([outcome.delivery_id for outcome in taken.rows])
    ties = Subscription.objects.select_related("subscriber").in_bulk(
        [delivery.subscription_id for delivery in deliveries.values()]
    )
    editions = {
        edition.pk: len(edition.items)
        for edition in Edition.objects.filter(
            pk__in={delivery.edition_id for delivery in deliveries.values()}
        ).only("items")
    }
    rows = []
    for outcome in taken.rows:
        delivery = deliveries.get(outcome.delivery_id)
        tie = ties.get(delivery.subscription_id) if delivery else None
        text = tie.subscriber.address if tie else ""
        rows.append(
            Row(
                (text if open_addresses else masked(text)) if text else _("(erased)"),
                tie.subscriber_id if tie and text and open_addresses else None,
                outcome,
                editions.get(delivery.edition_id, 0) if delivery else 0,
                outcome.delivery_id % PLACES,
            )
        )
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/failures.html",
        title=str(_KINDS[kind]),
        kind=kind,
        explained=_EXPLAINED[kind],
        rows=rows,
        slice=taken,
        folded=issue.folded_at,
        back=page_address("progress", issue),
        **open_incident(issue),
    )


@require_http_methods(["GET", "POST"])
def why(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One reader: what they got of the issue, or why nothing; by address, or any part of a name.

    Asked by POST, so that the address does not end up in logs; it changes nothing.
    """
    issue = find_issue(request, pk, Act.READERS)
    typed = request.POST.get("address", "").strip()[:320] if request.method == "POST" else ""
    tie: Subscription | None = None
    answer, perhaps = "", list[str]()
    if typed:
        found = finding.readers(typed, [issue.publication], _PERHAPS).readers
        # A whole address is that reader, whoever else has it in theirs.
        first = [one for one in found[:1] if one.address.lower() == typed.lower()] or found
        if len(first) == 1:
            ties = Subscription.objects.select_related("subscriber")
            tie = ties.filter(subscriber=first[0], publication=issue.publication).first()
        else:
            perhaps = [one.address for one in first]
        if tie is not None:
            answer = sending.why(issue, tie)
        elif not perhaps:
            answer = _(
                "Nobody with this name or address is or was subscribed to %(publication)s."
            ) % {"publication": issue.publication.name}
    handed = tie is not None and sending.handed_over(issue, tie)
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/why.html",
        title=_("Why did somebody not get it?"),
        typed=typed,
        answer=answer,
        whom=tie.subscriber.address if tie is not None else typed,
        perhaps=perhaps,
        reader=tie.subscriber_id if tie is not None else None,
        received=tie if handed else None,
    )
