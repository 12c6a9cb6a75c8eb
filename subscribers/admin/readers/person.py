"""One reader's page: each subscription, the ledger, and what apps above this one know of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ... import additions, subscriptions, suppression
from ...choice import Choice, form_update
from ...models import Category, Publication, Subscriber, Subscription
from .. import form_drafts
from ..access import find_reader
from ..chrome import page, record
from .places import crumbs, reader_address
from .suppressing import standing

State = Subscription.State


@dataclass(frozen=True, slots=True)
class Tie:
    """One subscription as the page shows it."""

    row: Subscription
    live: list[Category]
    chosen: list[Category]
    new: bool
    tail: bool
    private: list[Category] = field(default_factory=list)

    @property
    def paused(self) -> bool:
        """Whether the pause still lasts."""
        return self.row.paused_until is not None and self.row.paused_until > timezone.now()


def _ties(subscriber: Subscriber, publications: list[Publication]) -> list[Tie]:
    found = []
    for row in (
        subscriber.subscriptions.filter(publication__in=publications)
        .select_related("publication", "subscriber")
        .order_by("publication__name")
    ):
        live = [
            category
            for category in row.publication.categories.filter(bit__isnull=False)
            if category.retired_at is None
        ]
        choice = Choice(row.choice)
        found.append(Tie(row, live, choice.categories(live), choice.new, choice.tail))
    return found


@require_safe
def reader(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Everything about one reader on one page."""
    subscriber, publications = find_reader(request, pk)
    ties = _ties(subscriber, publications)
    stands = standing(request, subscriber)
    events = (
        subscriber.consent_events.filter(Q(publication__in=publications) | Q(publication=None))
        .select_related("publication", "wording")
        .order_by("-id")[:200]
    )
    missing = [p for p in publications if p.pk not in {tie.row.publication_id for tie in ties}]
    return page(
        request,
        "admin/sudi/reader.html",
        title=subscriber.address,
        crumbs=crumbs(),
        reader=subscriber,
        ties=ties,
        standing=stands,
        events=events,
        panels=additions.panels(subscriber, [tie.row for tie in ties]),
        missing=missing,
        states=State.choices,
    )


def _subscription(request: HttpRequest, pk: int, tie: int) -> tuple[Subscriber, Subscription]:
    subscriber, publications = find_reader(request, pk)
    found = (
        subscriber.subscriptions.filter(pk=tie, publication__in=publications)
        .select_related("publication", "subscriber")
        .first()
    )
    if found is None:
        raise Http404
    return subscriber, found


@require_POST
def change_choice(request: HttpRequest, pk: int, tie: int) -> HttpResponseBase:
    """Other categories, at the reader's wish; the one place where private ones are given."""
    subscriber, row = _subscription(request, pk, tie)
    live = list(row.publication.categories.filter(bit__isnull=False))
    shown = [category for category in live if category.retired_at is None]
    wanted = set(request.POST.getlist("c"))
    ticked = [category for category in shown if category.slug in wanted]
    clear, add_bits = form_update(
        shown,
        ticked,
        live=live,
        new=bool(request.POST.get("new")),
        tail=bool(request.POST.get("tail")),
    )
    opened = request.POST.get("opened", "")
    if opened.isdecimal() and len(opened) < 20:
        # Of each category only what was ticked or unticked here: the rest is somebody else's, the
        # reader's own change of a minute ago, say.
        changed = (int(opened) ^ add_bits) & clear
        clear, add_bits = clear & changed, add_bits & changed
    by = request.user.get_username()
    with transaction.atomic():
        form_drafts.saved(request)
        if not subscriptions.change(row, clear=clear, chosen=add_bits, form="admin", by=by):
            messages.info(request, _("Nothing was different."))
            return HttpResponseRedirect(reader_address(subscriber))
        record(request, "reader changed", f"subscription:{row.pk}", row.publication, what="choice")
    messages.success(request, _("The categories were changed, on record."))
    return HttpResponseRedirect(reader_address(subscriber))


@require_POST
def change_state(request: HttpRequest, pk: int, tie: int) -> HttpResponseBase:
    """Unsubscribe, or make active again with the proof that the reader wants it."""
    subscriber, row = _subscription(request, pk, tie)
    back = HttpResponseRedirect(reader_address(subscriber))
    what = request.POST.get("do")
    proof = " ".join(request.POST.get("proof", "").split())[:200]
    by = request.user.get_username()
    if what == "activate" and (not proof or "@" in proof):
        messages.error(
            request,
            _("Say where and when the reader agreed, without an address. Nothing was changed."),
        )
        return back
    if (
        what == "activate"
        and suppression.suppressed(subscriber.address, row.publication) is not None
    ):
        messages.error(request, _("The address is suppressed. Lift that first."))
        return back
    if what in ("first", "not_first"):
        with transaction.atomic():
            if Subscription.objects.filter(pk=row.pk, first_in_line=what == "not_first").update(
                first_in_line=what == "first"
            ):
                target = f"subscription:{row.pk}"
                record(request, "reader changed", target, row.publication, what=what)
        return back
    if what not in ("unsubscribe", "activate"):
        raise Http404
    with transaction.atomic():
        if what == "activate":
            done = subscriptions.activate(row, proof=proof, by=by)
            action = "reader made active"
        else:
            detail = {"by": by, **({"proof": proof} if proof else {})}
            done = bool(subscriptions.leave([row], form="admin", detail=detail))
            action = "reader unsubscribed"
        if not done:
            messages.info(request, _("That was done already."))
            return back
        record(request, action, f"subscription:{row.pk}", row.publication)
    messages.success(request, _("Done, on record."))
    return back
