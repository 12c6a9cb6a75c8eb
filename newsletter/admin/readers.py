"""Readers: find one, see everything that happened, act on record.

An address never stands in a web address, since those end up in logs: searches are POSTed, and a
reader's page is known by a number.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from subscribers import consent, erasure, subscriptions, suppression
from subscribers.addresses import BadAddress, normalise
from subscribers.admin import keyset
from subscribers.admin.access import find_reader, require, visible
from subscribers.admin.chrome import PagesAdmin, page, record
from subscribers.choice import Choice, form_update
from subscribers.export import export
from subscribers.models import (
    Category,
    ConsentEvent,
    Publication,
    Subscriber,
    Subscription,
    Suppression,
)
from subscribers.roles import Act

from .. import sending
from ..models import Bounce, Issue

State = Subscription.State
Kind = ConsentEvent.Kind
# Found readers shown; who needs more types another letter.
_MOST_FOUND = 50
_SHORTEST_START = 3
# Issues looked back at on a reader's page: that many probes of the unique index.
_ISSUES = 30


def _crumbs() -> list[tuple[str, str]]:
    return [(_("Readers"), reverse("admin:subscribers_subscriber_changelist"))]


def reader_address(subscriber: Subscriber) -> str:
    """The address of a reader's page."""
    return reverse("admin:subscribers_subscriber_change", args=[subscriber.pk])


# --- the list ---------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def reader_list(request: HttpRequest) -> HttpResponseBase:
    """A publication's readers, newest first; POST searches by address or its beginning."""
    require(request, Act.READERS, None)
    publications = list(visible(request, Act.READERS))
    wanted = request.GET.get("publication")
    chosen = next(
        (p for p in publications if p.slug == wanted), publications[0] if publications else None
    )
    typed, problem, found = "", "", None
    if request.method == "POST":
        typed = request.POST.get("address", "").strip()
        found, problem = _search(publications, typed, everywhere=request.user.is_superuser)
        if found is not None and len(found) == 1:
            return HttpResponseRedirect(reader_address(found[0]))
    state = request.GET.get("state", "")
    rows = Subscription.objects.filter(publication=chosen).select_related("subscriber")
    if state in State.values:
        rows = rows.filter(state=state)
    else:
        state = ""
    return page(
        request,
        "admin/sudi/readers.html",
        title=_("Readers"),
        publications=publications,
        chosen=chosen,
        slice=keyset.take(request, rows, ["created_at", "id"]),
        state=state,
        states=State.choices,
        typed=typed,
        problem=problem,
        found=found[:_MOST_FOUND] if found is not None else None,
        more=found is not None and len(found) > _MOST_FOUND,
    )


def _search(
    publications: list[Publication], typed: str, *, everywhere: bool
) -> tuple[list[Subscriber] | None, str]:
    """Readers of these publications by whole address (by key) or its beginning (a range)."""
    if "@" in typed and not typed.endswith("@"):
        try:
            whole = consent.find(normalise(typed))
        except BadAddress:
            whole = None
        if whole is not None:
            ours = everywhere or whole.subscriptions.filter(publication__in=publications).exists()
            return ([whole] if ours else []), ""
    if len(typed) < _SHORTEST_START:
        return None, _("Type a whole address, or at least its first three characters.")
    # A range, since LIKE uses no index on SQLite; the address keeps the case it was given in.
    starts = {typed, typed.lower(), typed[:1].upper() + typed[1:].lower()}
    near = Q()
    for start in starts:
        near |= Q(address__gte=start, address__lt=f"{start}\U0010ffff")
    readers = Subscriber.objects.filter(near).order_by("address")
    if not everywhere:
        readers = readers.filter(subscriptions__publication__in=publications).distinct()
    return list(readers[: _MOST_FOUND + 1]), ""


# --- one reader -------------------------------------------------------------------------------


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


def _received(subscriber: Subscriber, ties: list[Tie]) -> list[dict[str, Any]]:
    """What became of the last issues for this reader: one probe an issue, whatever the history."""
    rows: list[dict[str, Any]] = []
    for tie in ties:
        issues = Issue.objects.filter(
            publication=tie.row.publication, frozen_at__isnull=False
        ).order_by("-date", "-id")[:_ISSUES]
        rows += [
            {"issue": issue, "why": sending.why(issue, tie.row), "tie": tie} for issue in issues
        ]
    rows.sort(key=lambda row: (row["issue"].date, row["issue"].pk), reverse=True)
    return rows[:_ISSUES]


@require_safe
def reader(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Everything about one reader on one page."""
    subscriber, publications = find_reader(request, pk)
    ties = _ties(subscriber, publications)
    standing = suppression.suppressed(subscriber.address)
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
        crumbs=_crumbs(),
        reader=subscriber,
        ties=ties,
        standing=standing,
        events=events,
        received=_received(subscriber, ties),
        bounces=Bounce.objects.filter(subscriber=subscriber).order_by("-at")[:50],
        missing=missing,
        states=State.choices,
    )


class AddForm(forms.Form):
    """A reader put in by a person, with the reason why that is right."""

    address = forms.CharField(label=gettext_lazy("Address"), max_length=320)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100, required=False)
    publication = forms.ModelChoiceField(
        label=gettext_lazy("Publication"), queryset=Publication.objects.none(), empty_label=None
    )
    state = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=[
            ("pending", gettext_lazy("Ask them: a confirmation is mailed, nothing else")),
            ("active", gettext_lazy("Active at once: their consent is on record elsewhere")),
        ],
        widget=forms.RadioSelect,
        initial="pending",
    )
    proof = forms.CharField(
        label=gettext_lazy("Proof of consent"),
        required=False,
        max_length=200,
        help_text=gettext_lazy(
            "Needed for “active at once”: where and when they agreed. Write no address."
        ),
    )

    def __init__(self, *args: Any, publications: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser = self.fields["publication"]
        assert isinstance(chooser, forms.ModelChoiceField)
        chooser.queryset = publications

    def clean_address(self) -> str:
        try:
            return normalise(self.cleaned_data["address"])
        except BadAddress as error:
            raise forms.ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("state") == "active" and not (data.get("proof") or "").strip():
            self.add_error("proof", _("Say where and when they agreed."))
        if "@" in (data.get("proof") or ""):
            self.add_error("proof", _("Write no address here: it would outlive an erasure."))
        if any(ord(c) < 32 for c in data.get("name") or ""):
            self.add_error("name", _("Write this on one line, without control characters."))
        return data


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponseBase:
    """Put one reader in."""
    require(request, Act.READERS, None)
    form = AddForm(
        request.POST if request.method == "POST" else None,
        publications=visible(request, Act.READERS),
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        publication = data["publication"]
        standing = suppression.suppressed(data["address"])
        if standing is not None:
            form.add_error(
                "address",
                _("This address must not be mailed: %(reason)s.")
                % {"reason": standing.get_reason_display()},
            )
        else:
            with transaction.atomic():
                tie, made = subscriptions.enter(
                    publication,
                    data["address"],
                    form="admin",
                    active=data["state"] == "active",
                    name=data["name"].strip(),
                    detail={"proof": data["proof"].strip()} if data["proof"].strip() else None,
                )
                if made:
                    record(
                        request,
                        "reader added",
                        f"subscription:{tie.pk}",
                        publication,
                        state=data["state"],
                    )
            if made:
                messages.success(
                    request,
                    _("Added.")
                    if data["state"] == "active"
                    else _("Added; the confirmation is mailed within a minute."),
                )
            else:
                messages.info(request, _("This reader is here already; nothing was changed."))
            return HttpResponseRedirect(reader_address(tie.subscriber))
    return page(
        request,
        "admin/sudi/reader_add.html",
        title=_("Add a reader"),
        crumbs=_crumbs(),
        form=form,
        status=422 if form.errors else 200,
    )


def _tie(request: HttpRequest, pk: int, tie: int) -> tuple[Subscriber, Subscription]:
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
    subscriber, row = _tie(request, pk, tie)
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
    by = request.user.get_username()
    with transaction.atomic():
        if not subscriptions.change(row, clear=clear, chosen=add_bits, form="admin", by=by):
            messages.info(request, _("Nothing was different."))
            return HttpResponseRedirect(reader_address(subscriber))
        record(request, "reader changed", f"subscription:{row.pk}", row.publication, what="choice")
    messages.success(request, _("The categories were changed, on record."))
    return HttpResponseRedirect(reader_address(subscriber))


@require_POST
def change_state(request: HttpRequest, pk: int, tie: int) -> HttpResponseBase:
    """Unsubscribe, or make active again with the proof that the reader wants it."""
    subscriber, row = _tie(request, pk, tie)
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
    if what == "activate" and suppression.suppressed(subscriber.address) is not None:
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
                record(
                    request, "address suppressed", f"suppression:{made.pk}", _first(publications)
                )
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
        crumbs=[*_crumbs(), (subscriber.address, reader_address(subscriber))],
        reader=subscriber,
        standing=standing,
        back=reader_address(subscriber),
    )


def _first(publications: list[Publication]) -> Publication | None:
    return publications[0] if len(publications) == 1 else None


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
        crumbs=[*_crumbs(), (subscriber.address, reader_address(subscriber))],
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
            subscriber, Kind.EXPORTED, form="admin", detail={"by": request.user.get_username()}
        )
        record(request, "reader exported", f"subscriber:{subscriber.pk}", _first(publications))
    response = HttpResponse(
        json.dumps(export(subscriber), ensure_ascii=False, indent=2),
        content_type="application/json; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="reader-{subscriber.pk}.json"'
    return response


@admin.register(Subscriber)
class ReaderAdmin(PagesAdmin[Subscriber]):
    """Readers are millions: no list counts them, and no form edits a row by itself."""

    act = Act.READERS
    pages = (
        ("", reader_list, "changelist"),
        ("add/", add, "add"),
        ("<int:pk>/", reader, "change"),
        ("<int:pk>/choice/<int:tie>/", change_choice, "choice"),
        ("<int:pk>/state/<int:tie>/", change_state, "state"),
        ("<int:pk>/suppress/", suppress, "suppress"),
        ("<int:pk>/erase/", erase, "erase"),
        ("<int:pk>/export/", export_reader, "export"),
    )
