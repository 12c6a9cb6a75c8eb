"""Incidents: an issue's refusals that wait for a person, and what each settlement suppressed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from subscribers.admin import keyset
from subscribers.admin.access import require, visible
from subscribers.admin.chrome import PagesAdmin, page
from subscribers.models import Incident
from subscribers.roles import Act

from ..models import Bounce, Issue
from ..sending import held

State = Incident.State
# Refusals shown with what the servers said; enough to tell one cause from many.
_SHOWN = 20


def address(incident: Incident) -> str:
    """The address of an incident's page."""
    return reverse("admin:subscribers_incident_change", args=[incident.pk])


def open_incident(issue: Issue) -> dict[str, Any]:
    """What a page of the issue says of refusals that wait for a person; empty if none do."""
    found = Incident.objects.filter(
        publication=issue.publication_id, about=f"issue:{issue.pk}", state=State.OPEN
    ).first()
    return {"incident": found, "said": held.sentence(found)} if found else {}


@require_safe
def listing(request: HttpRequest) -> HttpResponseBase:
    """The incidents of the user's publications, newest first; those that wait are marked."""
    require(request, Act.READERS, None)
    rows = Incident.objects.filter(publication__in=visible(request, Act.READERS))
    return page(
        request,
        "admin/sudi/incidents.html",
        title=_("Incidents"),
        slice=keyset.take(request, rows.select_related("publication"), ["id"]),
    )


def _find(request: HttpRequest, pk: int) -> Incident:
    incident = Incident.objects.select_related("publication").filter(pk=pk).first()
    if incident is None:
        raise Http404
    require(request, Act.READERS, incident.publication)
    return incident


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One incident: its figures, what the servers said, and what may be done."""
    incident = _find(request, pk)
    bounces = Bounce.objects.filter(incident=incident)
    return page(
        request,
        "admin/sudi/incident.html",
        title=_("Incident"),
        crumbs=[(_("Incidents"), reverse("admin:subscribers_incident_changelist"))],
        incident=incident,
        said=held.sentence(incident),
        issue=held.issue_of(incident),
        usual=100 * incident.habit,
        threshold=100 * incident.threshold,
        share=100 * incident.refusals / incident.attempts if incident.attempts else 0,
        standing=incident.suppressions.filter(lifted_at__isnull=True).count(),
        bounces=bounces.order_by("id")[:_SHOWN],
        more=max(0, bounces.count() - _SHOWN),
    )


@require_POST
def decide(request: HttpRequest, pk: int, what: str) -> HttpResponseBase:
    """Carry out, drop or lift: each one act by one person, on record."""
    incident = _find(request, pk)
    acts = {"carry-out": held.carry_out, "drop": held.drop, "lift": held.lift}
    if what not in acts:
        raise Http404
    done = acts[what](incident, by=request.user.get_username())
    if done is None:
        messages.info(
            request,
            _("Somebody was first: the incident is now “%(state)s”.")
            % {"state": incident.get_state_display()},
        )
    elif what == "carry-out":
        text = ngettext(
            "%(count)s address was suppressed.", "%(count)s addresses were suppressed.", done
        )
        messages.success(request, text % {"count": f"{done:,}"})
    elif what == "lift":
        text = ngettext(
            "Lifted: %(count)s address may be mailed again.",
            "Lifted: %(count)s addresses may be mailed again.",
            done,
        )
        messages.success(request, text % {"count": f"{done:,}"})
    else:
        messages.success(request, _("Dropped. None of these addresses was suppressed."))
    return HttpResponseRedirect(address(incident))


@admin.register(Incident)
class IncidentAdmin(PagesAdmin[Incident]):
    """Made by settlements only; a person decides, nobody edits."""

    act = Act.READERS
    pages = (
        ("", listing, "changelist"),
        ("<int:pk>/", show, "change"),
        ("<int:pk>/<str:what>/", decide, "act"),
    )
