"""Preflight's findings as a page shows them: the sentence, where it leads, what one click mends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from newsletter.issues import findings, preflight, quick_mends
from newsletter.issues.findings import Finding, Level
from newsletter.issues.revisions import note_edit
from subscribers import times
from subscribers.admin.access import actor
from subscribers.admin.chrome import record
from subscribers.roles import Act, may

from .. import sending
from ..models import Issue
from .frame import address, find_issue
from .items import NotADraft, hold_draft, refuse

# Items that one finding links; an issue of 300 without sources has a list of its own.
_MOST = 12


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding on a page: `links` are (text, address), `mend` the code and words of a button."""

    message: str
    blocks: bool
    links: tuple[tuple[str, str], ...] = ()
    mend: tuple[str, str] | None = None


def shown(request: HttpRequest, issue: Issue, found: Iterable[Finding]) -> list[Shown]:
    """Findings with where this user can mend them; without links for who may not."""
    editable = issue.state == Issue.State.DRAFT and may(request.user, Act.EDIT, issue.publication)
    numbers = dict(issue.items.values_list("pk", "number"))
    return [
        Shown(
            finding.message,
            finding.level == Level.BLOCKER,
            tuple(_links(request, issue, finding, numbers, editable)),
            (finding.code, button)
            if editable and (button := quick_mends.offered(issue, finding.code))
            else None,
        )
        for finding in found
    ]


def links(
    request: HttpRequest, issue: Issue, plan: sending.Plan
) -> dict[str, tuple[tuple[str, str], ...]]:
    """The links of each sentence of a plan, for pages that show its sentences."""
    found = preflight.findings(plan.looked_at)
    return {one.message: one.links for one in shown(request, issue, found)}


def _links(
    request: HttpRequest,
    issue: Issue,
    finding: Finding,
    numbers: Mapping[int, int],
    editable: bool,
) -> Iterable[tuple[str, str]]:
    if editable:
        for item in finding.items[:_MOST]:
            if item in numbers:
                text = _("Item %(number)d") % {"number": numbers[item]}
                yield text, reverse("admin:newsletter_issue_item", args=[issue.pk, item])
    if finding.place == findings.ABOUT and editable:
        yield _("Title and subject"), address("about", issue)
    elif finding.place == findings.AUDIENCE:
        yield _("Audience"), address("audience", issue)
    elif finding.place == findings.DOCTOR:
        if actor(request).is_superuser:
            yield pgettext("preflight", "What to publish"), reverse("operation")
    elif may(request.user, Act.SET_UP, issue.publication):
        if finding.place == findings.PUBLICATION:
            name = "admin:subscribers_publication_change"
            yield _("Publication"), reverse(name, args=[issue.publication_id])
        elif finding.place == findings.CATEGORIES:
            yield _("Categories"), reverse("admin:subscribers_category_changelist")


@require_POST
def mend(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The button of a finding that has one right answer."""
    issue = find_issue(request, pk, Act.EDIT)
    code = request.POST.get("code", "")
    if code not in quick_mends.BUTTONS:
        raise Http404
    try:
        with transaction.atomic():
            hold_draft(issue)
            issue.refresh_from_db()
            today = times.day(timezone.now(), issue.publication)
            done = quick_mends.mend(issue, code, today)
            if done:
                note_edit(issue, actor(request), done)
                record(
                    request, "issue edited", f"issue:{issue.pk}", issue.publication, fields=[done]
                )
    except NotADraft:
        issue.refresh_from_db()
        return refuse(request, issue)
    messages.success(request, _("Mended.") if done else _("Nothing was different."))
    return HttpResponseRedirect(address("preflight", issue))
