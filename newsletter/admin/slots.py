"""The slots of a publication: a calendar of what would take them, and a draft's word for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import dates, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods

from subscribers import times
from subscribers.admin import form_drafts, last_worked
from subscribers.admin.access import actor, require, visible
from subscribers.admin.chrome import PagesAdmin, page, record
from subscribers.admin.row_numbers import row_number
from subscribers.models import Publication
from subscribers.roles import Act, may

from .. import editions, sending
from ..issues import import_findings, ready
from ..issues import slots as of_publication
from ..issues.slot_times import Occasion
from ..models import DayOff, Issue, Slot, SlotUse
from ..sending import slots as taking
from .seen import Stale

# How far the calendar looks ahead and back.
_AHEAD, _BACK = dt.timedelta(days=14), dt.timedelta(days=7)
_WEEKDAYS = [(str(number), dates.WEEKDAYS[number]) for number in range(7)]


class SlotForm(forms.Form):
    """A new slot."""

    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("Weekdays"),
        choices=_WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        initial=["0", "1", "2", "3", "4"],
        error_messages={"required": gettext_lazy("Choose at least one weekday.")},
    )
    at = forms.TimeField(
        label=gettext_lazy("Time"),
        input_formats=["%H:%M"],
        widget=forms.TimeInput(format="%H:%M", attrs={"placeholder": "07:30", "size": 5}),
        error_messages={
            "invalid": gettext_lazy("Write the time as 07:30, from 00:00 to 23:59."),
        },
    )
    edition = forms.SlugField(
        label=gettext_lazy("Edition"),
        max_length=30,
        required=False,
        help_text=pgettext_lazy(
            "slot",
            "Only for drafts of this edition, like “evening”: what their address name has after"
            " the date. Empty: for all that no other slot names.",
        ),
    )

    def __init__(self, *args: Any, publication: Publication, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.publication = publication

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        same = Slot.objects.filter(
            publication=self.publication, at=data.get("at"), edition=data.get("edition") or ""
        )
        if data.get("at") and same.exists():
            self.add_error("at", _("There is a slot at this time for this edition."))
        return data

    def save(self) -> Slot:
        data = self.cleaned_data
        return Slot.objects.create(
            publication=self.publication,
            weekdays=sum(1 << int(day) for day in data["weekdays"]),
            at=data["at"],
            edition=data["edition"],
        )


class DayOffForm(forms.Form):
    """A day on which the slots do not count."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label=pgettext_lazy("slot", "Why"), max_length=60, required=False)

    def __init__(self, *args: Any, publication: Publication, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.publication = publication

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"]
        zone = times.zone_of(self.publication)
        if day < timezone.now().astimezone(zone).date():
            raise forms.ValidationError(_("This day has passed."))
        if DayOff.objects.filter(publication=self.publication, day=day).exists():
            raise forms.ValidationError(_("This day is left out already."))
        return day

    def save(self) -> DayOff:
        return DayOff.objects.create(publication=self.publication, **self.cleaned_data)


@dataclass(frozen=True, slots=True)
class Line:
    """One occasion of the calendar: its local time, and what took it, or would."""

    local: dt.datetime
    slot: Slot
    use: SlotUse | None
    issue: Issue | None
    lacks: Sequence[str] = ()

    @property
    def day(self) -> dt.date:
        """Its day in the publication's zone; a template's date filter would take the server's."""
        return self.local.date()


@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest) -> HttpResponseBase:
    """The slots of one of the user's publications; `?publication=` says which."""
    require(request, Act.SEE, None)
    publications = list(visible(request))
    slug = request.GET.get("publication", "")
    if not publications:
        return HttpResponseRedirect(reverse("admin:subscribers_publication_changelist"))
    chosen = last_worked.choose(request, publications, slug)
    if chosen is None:
        raise Http404
    forms_ = {
        "add": SlotForm(publication=chosen),
        "leave_out": DayOffForm(publication=chosen),
    }
    status = 200
    if request.method == "POST":
        require(request, Act.SET_UP, chosen)
        wrong = _act(request, chosen)
        if wrong is None:
            return HttpResponseRedirect(address(chosen))
        forms_[request.POST["action"]], status = wrong, 422
    return page(
        request,
        "admin/sudi/slots.html",
        title=pgettext("slot", "Slots"),
        publication=chosen,
        publications=publications,
        may_change=may(request.user, Act.SET_UP, chosen),
        slots=[(slot, _days(slot)) for slot in chosen.slots.order_by("at", "edition")],
        days_off=chosen.days_off.filter(day__gte=(timezone.now() - _BACK).date()).order_by("day"),
        ahead=_ahead(chosen),
        back=_back(chosen),
        add=forms_["add"],
        leave_out=forms_["leave_out"],
        status=status,
    )


def address(publication: Publication) -> str:
    """The address of a publication's calendar."""
    return f"{reverse('admin:newsletter_slot_changelist')}?publication={publication.slug}"


def _act(request: HttpRequest, publication: Publication) -> forms.Form | None:
    """Do what the form says, on record; a form that is wrong comes back."""
    action, number = request.POST.get("action", ""), request.POST.get("number", "")
    target = f"publication:{publication.pk}"
    if action in ("add", "leave_out"):
        kind = SlotForm if action == "add" else DayOffForm
        form = kind(request.POST, publication=publication)
        if not form.is_valid():
            return form
        made = form.save()
        form_drafts.saved(request)
        record(request, f"slot: {action}", target, publication, what=str(made))
        return None
    if action not in ("remove", "keep") or not row_number(number):
        raise Http404
    model = Slot if action == "remove" else DayOff
    row = model.objects.filter(publication=publication, pk=row_number(number)).first()
    if row is not None:
        record(request, f"slot: {action}", target, publication, what=str(row))
        row.delete()
    return None


def _days(slot: Slot) -> str:
    """The weekdays of a slot in words, each of them or a span."""
    if slot.weekdays == 127:
        return pgettext("slot", "every day")
    if slot.weekdays == 31:
        return pgettext("slot", "Monday to Friday")
    names = [str(dates.WEEKDAYS[n]) for n in range(7) if slot.weekdays >> n & 1]
    return pgettext("between names", ", ").join(names)


def _ahead(publication: Publication) -> list[Line]:
    now, zone = timezone.now(), times.zone_of(publication)
    occasions = of_publication.between(publication, now, now + _AHEAD)
    used = of_publication.uses(occasions)
    open_, drafts = taking.upcoming(publication, now + _AHEAD, now)
    lines = []
    for one in occasions:
        use = used.get((one.slot.pk, one.day))
        draft = drafts.get((one.slot.pk, one.day)) if one in open_ else None
        issue = draft.issue if draft else use.issue if use else None
        local = one.at.astimezone(zone)
        lines.append(Line(local, one.slot, use, issue, draft.lacks if draft else ()))
    return lines


def _back(publication: Publication) -> list[Line]:
    """What became of the last occasions, newest first."""
    now, zone = timezone.now(), times.zone_of(publication)
    occasions = of_publication.between(publication, now - _BACK, now)
    used = of_publication.uses(occasions)
    lines = []
    for one in reversed(occasions):
        use = used.get((one.slot.pk, one.day))
        if use is not None:
            lines.append(Line(one.at.astimezone(zone), one.slot, use, use.issue))
    return lines


# ---- a draft's word


def of_draft(issue: Issue, view: editions.IssueView) -> dict[str, Any]:
    """What the send page of a draft says of slots; nothing where the publication has none."""
    publication = issue.publication
    if not publication.slots.exists():
        return {}
    now = timezone.now()
    word = ready.said(issue)
    lacks = ready.lacking(issue, view)
    occasion = next_for(issue, now, said=word is not None and not lacks)
    return {
        "slots": address(publication),
        "word": word if word is not None and not lacks else None,
        "lacks": lacks if word is not None else (),
        "slot": occasion and occasion.at.astimezone(times.zone_of(publication)),
    }


def next_for(issue: Issue, now: dt.datetime, *, said: bool) -> Occasion | None:
    """The occasion that a ready draft (`said`) takes, or the next that fits one that is not yet.

    None if there is none in two weeks.
    """
    publication = issue.publication
    draft = of_publication.Draft(issue, of_publication.edition_of(issue))
    names = of_publication.named(publication)
    open_, takes = taking.upcoming(publication, now + _AHEAD, now)
    for one in open_:
        taker = takes.get((one.slot.pk, one.day))
        its_own = taker is not None and taker.issue.pk == issue.pk
        if its_own or (not said and of_publication.fits(draft, one, names)):
            return one
    return None


def say_ready(
    request: HttpRequest, issue: Issue, view: editions.IssueView, plan: sending.Plan
) -> None:
    """The person's word that this text may take the next slot. Raises Stale, ActRefused."""
    if plan.blockers:
        raise sending.ActRefused(list(plan.blockers))
    if not plan.mails:
        raise sending.ActRefused([_("Nobody would get a mail, so there is nothing to send.")])
    with transaction.atomic():
        held = Issue.objects.select_for_update().get(pk=issue.pk)
        if held.state != Issue.State.DRAFT or editions.load(held) != view:
            raise Stale
        ready.declare(held, view, actor(request))
        import_findings.accept(held, actor(request).get_username())  # All were ticked.
        record(request, "ready", f"issue:{issue.pk}", issue.publication)
    messages.success(request, pgettext("slot", "Ready: it takes the next slot by itself."))


def take_back(request: HttpRequest, issue: Issue) -> None:
    """The draft takes no slot until somebody says so again."""
    if ready.withdraw(issue):
        record(request, "not ready", f"issue:{issue.pk}", issue.publication)
    messages.success(request, pgettext("slot", "It takes no slot until you say so again."))


@admin.register(Slot)
class SlotAdmin(PagesAdmin[Slot]):
    """One page: the calendar, with what changes it."""

    pages = (("", calendar, "changelist"),)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Not in Django's own list of models, which asks on every page: our sidebar has it."""
        return False
