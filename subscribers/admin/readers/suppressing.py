"""One reader's suppressions: stop the mail of a publication, or lift what stands, on record.

A person acts for the publications they care for. Only the site's owner stops all mail to an
address, or overrules a complaint (`suppression.may_lift`).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ... import suppression
from ...addresses import keys_of
from ...models import Publication, Subscriber, Suppression
from ...roles import Act
from ..access import actor, find_reader, visible
from ..chrome import page, record

# The scope of a form that means every publication.
SITE = "site"


@dataclass(frozen=True, slots=True)
class Standing:
    """A suppression in force as the page shows it."""

    row: Suppression
    may_lift: bool


def standing(request: HttpRequest, subscriber: Subscriber) -> list[Standing]:
    """What stands against a reader: for the whole site, or a publication the user may see."""
    rows = (
        Suppression.objects.filter(key__in=keys_of(subscriber.address), lifted_at__isnull=True)
        .filter(Q(publication__isnull=True) | Q(publication__in=visible(request, Act.READERS)))
        .select_related("publication", "incident__publication")
        .order_by("id")
    )
    return [Standing(row, suppression.may_lift(actor(request), row)) for row in rows]


@require_http_methods(["GET", "POST"])
def suppress(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Stop mail to the address, or lift that; a page says what it means first."""
    subscriber, publications = find_reader(request, pk)
    stands = standing(request, subscriber)
    there = {one.row.publication_id for one in stands}
    free = [] if None in there else [p for p in publications if p.pk not in there]
    whole_site = actor(request).is_superuser and None not in there
    address = reverse("admin:subscribers_subscriber_change", args=[subscriber.pk])
    if request.method == "POST":
        what = request.POST.get("do")
        if what == "suppress":
            _suppress(request, subscriber, free, whole_site=whole_site)
        elif what == "lift":
            _lift(request, stands)
        else:
            raise Http404
        return HttpResponseRedirect(address)
    return page(
        request,
        "admin/sudi/reader_suppress.html",
        title=_("Suppression"),
        crumbs=[
            (_("Readers"), reverse("admin:subscribers_subscriber_changelist")),
            (subscriber.address, address),
        ],
        reader=subscriber,
        standing=stands,
        free=free,
        whole_site=whole_site,
        back=address,
    )


def _suppress(
    request: HttpRequest, subscriber: Subscriber, free: list[Publication], *, whole_site: bool
) -> None:
    wanted = request.POST.get("scope", "")
    scopes: dict[str, Publication | None] = {p.slug: p for p in free}
    if whole_site:
        scopes[SITE] = None
    if not wanted and len(scopes) == 1:
        wanted = next(iter(scopes))
    if wanted not in scopes:
        messages.info(request, _("That was done already, or it is not yours to do."))
        return
    evidence = {"who": request.user.get_username()}
    note = " ".join(request.POST.get("note", "").split())[:200]
    if note and "@" not in note:
        evidence["note"] = note
    publication = scopes[wanted]
    with transaction.atomic():
        made = suppression.suppress(
            subscriber.address, Suppression.Reason.MANUAL, evidence, publication=publication
        )
        record(request, "address suppressed", f"suppression:{made.pk}", publication)
    messages.success(request, _("Nothing is mailed to this address any more, as you chose."))


def _lift(request: HttpRequest, stands: list[Standing]) -> None:
    able = [one.row for one in stands if one.may_lift]
    number = request.POST.get("suppression", "")
    chosen = [row for row in able if str(row.pk) == number] if number else able
    if len(chosen) != 1:
        messages.info(request, _("That was done already, or it is not yours to do."))
    elif suppression.lift(chosen[0], request.user.get_username()):
        messages.success(
            request, _("Lifted. The address may be mailed again; your name is on record.")
        )
    else:
        messages.info(request, _("That was done already."))
