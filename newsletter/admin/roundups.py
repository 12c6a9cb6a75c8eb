"""Round-ups for editors: what one would hold today, stars, mends, and what nobody else says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from subscribers import rhythm
from subscribers.admin.access import actor, require
from subscribers.admin.chrome import page, record
from subscribers.admin.row_numbers import row_number
from subscribers.models import Publication
from subscribers.roles import Act, may

from ..issues import mends, roundups
from ..issues.revisions import note_edit
from ..issues.roundup_periods import Period, PeriodRefused, next_end, of_days
from ..models import Roundup
from .frame import address, find_issue
from .items import NotADraft, hold_draft, refuse

OFF = Publication.Roundup.OFF


class PeriodForm(forms.Form):
    """Two days, both counted."""

    since = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: Any, *, publication: Publication) -> None:
        super().__init__(data)
        self._zone = ZoneInfo(publication.time_zone)
        self.period: Period | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("since") and data.get("until"):
            try:
                self.period = of_days(data["since"], data["until"], self._zone, timezone.now())
            except PeriodRefused as error:
                self.add_error(error.field, str(error))
        return data


def _kept(request: HttpRequest, slug: str, act: Act) -> Publication:
    publication = Publication.objects.filter(slug=slug).first()
    if publication is None:
        raise Http404
    require(request, act, publication)
    return publication


@require_http_methods(["GET", "POST"])
def today(request: HttpRequest, publication: str) -> HttpResponseBase:
    """What a round-up would hold if it were made now, or of other days. POST makes its draft."""
    kept = _kept(request, publication, Act.EDIT)
    now = timezone.now()
    typed = request.POST if request.method == "POST" else request.GET
    form = PeriodForm(typed if typed.get("since") else None, publication=kept)
    period = roundups.running_period(kept, now) if not form.is_bound else None
    if form.is_bound and form.is_valid():
        period = form.period
    on = kept.roundup != OFF
    if request.method == "POST" and period is not None and on:
        return _make(request, kept, period)
    items = roundups.held(kept, period) if period is not None else []
    return page(
        request,
        "admin/sudi/roundup.html",
        title=_("Round-up"),
        crumbs=[
            (pgettext("admin", "Issues"), reverse("admin:newsletter_issue_changelist")),
            (kept.name, f"{reverse('admin:newsletter_issue_changelist')}?publication={kept.slug}"),
        ],
        publication=kept,
        on=on,
        form=form,
        period=period,
        days=roundups.days(period) if period is not None else "",
        items=items,
        readers=rhythm.dependants(kept),
        next_end=next_end(kept, now) if on else None,
        may_set_up=may(request.user, Act.SET_UP, kept),
        settings=reverse("admin:subscribers_publication_change", args=[kept.pk]),
        status=422 if form.errors else 200,
    )


def _make(request: HttpRequest, publication: Publication, period: Period) -> HttpResponseBase:
    with transaction.atomic():
        made = roundups.make(publication, period)
        if made.created and made.issue is not None:
            record(request, "roundup made", f"issue:{made.issue.pk}", publication)
    if made.issue is None:
        messages.info(request, _("Nothing appeared in this time: no draft was made."))
        return HttpResponseRedirect(
            reverse("admin:newsletter_issue_roundup", args=[publication.slug])
        )
    if not made.created:
        messages.info(request, _("The round-up of these days was made already. This is it."))
    return HttpResponseRedirect(address("change", made.issue))


@require_POST
def star(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Mark an item as one for the round-up, or take the mark off; in every state of its issue."""
    issue = find_issue(request, pk, Act.EDIT)
    number = request.POST.get("item", "")
    on = request.POST.get("do") == "star"
    item = issue.items.filter(pk=row_number(number)).first()
    if item is None:
        raise Http404
    if issue.items.filter(pk=item.pk, starred=not on).update(starred=on):
        record(
            request,
            "item starred" if on else "item unstarred",
            f"issue:{issue.pk}",
            issue.publication,
            item=item.number,
        )
    return HttpResponseRedirect(f"{address('change', issue)}#item-{item.pk}")


@require_POST
def mend(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take the mended words of a copy's original, or keep the copy as it is."""
    issue = find_issue(request, pk, Act.EDIT)
    number = request.POST.get("item", "")
    copy = mends.offered(issue).filter(pk=row_number(number)).first()
    if copy is None:
        raise Http404
    if request.POST.get("do") != "take":
        mends.keep(copy)
        return HttpResponseRedirect(f"{address('change', issue)}#item-{copy.pk}")
    try:
        with transaction.atomic():
            hold_draft(issue)
            mends.take(copy)
            note_edit(issue, actor(request), _("item %(number)d") % {"number": copy.number})
            record(
                request,
                "item edited",
                f"issue:{issue.pk}",
                issue.publication,
                item=copy.number,
                what="mend",
            )
    except NotADraft:
        issue.refresh_from_db()
        return refuse(request, issue)
    return HttpResponseRedirect(f"{address('change', issue)}#item-{copy.pk}")


# ---- notices


@dataclass(frozen=True, slots=True)
class Notices:
    """What the first page says of round-ups: periods that want a look, readers nothing serves."""

    rows: Sequence[dict[str, Any]]
    unserved: Sequence[tuple[Publication, int]]
    kept: Sequence[Publication]

    def __bool__(self) -> bool:
        return bool(self.rows or self.unserved)


def notices(request: HttpRequest, publications: Sequence[Publication]) -> Notices:
    """The last empty periods and those that did not go by themselves, until somebody saw them."""
    rows = (
        Roundup.objects.filter(
            Q(issue__isnull=True) | ~Q(problem=""),
            publication__in=publications,
            subscription__isnull=True,
            seen_at__isnull=True,
        )
        .select_related("publication", "issue")
        .order_by("-ends_at")[:5]
    )
    # Those of 0.1.0, which offered round-ups and made none, until a person says what becomes of
    # them. Of a round-up that was switched off each is told by a mail.
    asleep = [p for p in publications if p.roundup == OFF and p.roundup_changed_at is None]
    found = [(publication, rhythm.unserved(publication)) for publication in asleep]
    return Notices(
        rows=[
            {"row": row, "days": roundups.days(_of(row)), "publication": row.publication}
            for row in rows
        ],
        unserved=[one for one in found if one[1] and may(request.user, Act.SET_UP, one[0])],
        kept=[p for p in publications if p.roundup != OFF and may(request.user, Act.EDIT, p)],
    )


def _of(row: Roundup) -> Period:
    return Period(row.begins_at, row.ends_at, row.since, row.until)


@require_POST
def seen(request: HttpRequest, row: int) -> HttpResponseBase:
    """Somebody saw the notice."""
    found = Roundup.objects.select_related("publication").filter(pk=row).first()
    if found is None:
        raise Http404
    require(request, Act.EDIT, found.publication)
    Roundup.objects.filter(pk=row, seen_at__isnull=True).update(seen_at=timezone.now())
    return HttpResponseRedirect(reverse("admin:index"))


@require_POST
def give_single_issues(request: HttpRequest, publication: str) -> HttpResponseBase:
    """Readers who chose a round-up that nothing makes are told, and get single issues."""
    kept = _kept(request, publication, Act.SET_UP)
    readers = rhythm.unserved(kept)
    if readers:
        with transaction.atomic():
            rhythm.switch(kept)
            kept.save(update_fields=["roundup_changed_at"])
            record(
                request, "round-up readers moved", f"publication:{kept.pk}", kept, readers=readers
            )
        messages.success(
            request, _("They are told by a mail each, and get single issues from then on.")
        )
    return HttpResponseRedirect(reverse("admin:index"))
