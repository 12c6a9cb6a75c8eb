"""Review and send: what would happen, in figures, and one button that repeats it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from subscribers import times
from subscribers.admin.access import actor
from subscribers.models import Publication
from subscribers.roles import Act

from .. import editions, sending
from ..models import Edition, Issue
from .frame import RELEASED, address, find_issue, issue_page
from .seen import Seen

# An issue planned further ahead than this is a typing error in the year.
_FURTHEST = dt.timedelta(days=366)
# Editions shown at once, and behind a click; a large issue has thousands.
_SHOWN, _LISTED = 5, 100


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some readers get no mail, and how many."""

    text: str
    readers: int


def reasons_of(plan: sending.Plan) -> list[Reason]:
    """The plan's readers without mail, by reason, most first."""
    labels = dict(Edition.NoneBecause.choices)
    return sorted(
        (Reason(str(labels.get(key, key)), count) for key, count in plan.none.items() if count),
        key=lambda reason: -reason.readers,
    )


def plan_context(plan: sending.Plan) -> dict[str, Any]:
    """What the template of the plan shows."""
    editions_by_readers = sorted(plan.editions, key=lambda e: (-e.readers, e.selection))
    return {
        "plan": plan,
        "reasons": reasons_of(plan),
        "nothing": sum(plan.none.values()),
        "largest": max((edition.html_bytes for edition in plan.editions), default=0),
        "shown_editions": editions_by_readers[:_SHOWN],
        "hidden_editions": editions_by_readers[_SHOWN:_LISTED],
        "more_editions": max(0, len(plan.editions) - _LISTED),
    }


@require_safe
def audience(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who would get what, or, once released, who was to get what."""
    issue = find_issue(request, pk, Act.SEE)
    if issue.state == Issue.State.ARCHIVED:
        return issue_page(request, issue, "audience", "admin/sudi/audience.html", plan=None)
    plan = sending.plan(issue)
    return issue_page(request, issue, "audience", "admin/sudi/audience.html", **plan_context(plan))


@dataclass(frozen=True, slots=True)
class Planned:
    """The time to send: as typed, as a moment, and what is wrong with it.

    `choices` are the times that could be meant instead: (how to write it, in words).
    """

    typed: str = ""
    moment: dt.datetime | None = None
    problem: str = ""
    choices: tuple[tuple[str, str], ...] = ()


def read_time(text: str, publication: Publication) -> Planned:
    """A time as typed, the publication's unless it has an offset."""
    try:
        moment = times.read(text, times.zone_of(publication))
    except times.TimeProblem as problem:
        choices = zip(
            times.answers(problem, publication),
            (times.say(choice, publication) for choice in problem.choices),
            strict=True,
        )
        return Planned(text, problem=times.explain(problem, publication), choices=tuple(choices))
    now = timezone.now()
    if moment <= now:
        return Planned(text, problem=_("This time has passed."))
    if moment - now > _FURTHEST:
        return Planned(text, problem=_("That is more than a year ahead."))
    return Planned(text, moment)


def _mark(text: str) -> str:
    """A short name for a warning's checkbox."""
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def button_text(plan: sending.Plan, publication: Publication, at: dt.datetime | None) -> str:
    """What pressing will do: how many mails, and when."""
    count = plan.mails
    readers = ngettext("%(count)s reader", "%(count)s readers", count) % {"count": f"{count:,}"}
    if at is not None:
        return _("Schedule for %(readers)s at %(when)s") % {
            "readers": readers,
            "when": times.say(at, publication),
        }
    if publication.undo_seconds:
        minutes, seconds = divmod(publication.undo_seconds, 60)
        wait = (
            ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
            if not seconds
            else ngettext("%(n)d second", "%(n)d seconds", publication.undo_seconds)
            % {"n": publication.undo_seconds}
        )
        return _("Send to %(readers)s in %(wait)s") % {"readers": readers, "wait": wait}
    return _("Send to %(readers)s now, without undo") % {"readers": readers}


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The send page. `?at=` (local time of the publication) makes it a page for scheduling."""
    issue = find_issue(request, pk, Act.SEND)
    if issue.state != Issue.State.DRAFT:
        return _somebody_was_first(request, issue)
    typed = (request.POST if request.method == "POST" else request.GET).get("at", "")
    planned = read_time(typed, issue.publication) if typed else Planned()
    at, time_problem = planned.moment, planned.problem
    # The text before the audience: an edit in between is then found, not missed.
    view = editions.load(issue)
    plan = sending.plan(issue)
    now = Seen.of(view, plan)
    warnings = [{"text": text, "mark": _mark(text)} for text in plan.warnings]
    stale: list[str] = []
    refused: list[str] = []
    ticked = set(request.POST.getlist("accept")) if request.method == "POST" else set()
    if request.method == "POST" and not time_problem:
        seen = Seen.read(request.POST.get("seen", ""))
        stale = [_("The form was too old to be read.")] if seen is None else seen.differences(now)
        refused = [
            _("Not ticked: %(warning)s") % {"warning": one["text"]}
            for one in warnings
            if not stale and one["mark"] not in ticked
        ]
        if not stale and not refused:
            try:
                _release(request, issue, view, at)
            except _Stale:
                stale = [_("The issue was changed while you pressed.")]
            except sending.ActRefused as error:
                refused = error.reasons
            else:
                return HttpResponseRedirect(address("progress", issue))
            issue.refresh_from_db()
            if issue.state != Issue.State.DRAFT:
                return _somebody_was_first(request, issue)
        if stale:
            ticked = set()
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/send.html",
        title=_("Review and send"),
        **plan_context(plan),
        warnings=[{**one, "ticked": one["mark"] in ticked} for one in warnings],
        blockers=plan.blockers,
        seen=now.token(),
        stale=stale,
        refused=refused,
        at=at,
        planned=planned,
        now=timezone.now(),
        button=button_text(plan, issue.publication, at),
        **(approval := _approval(request, issue)),
        sendable=not (plan.blockers or time_problem or any(approval.values())) and plan.mails > 0,
        status=409 if stale else 422 if refused or time_problem else 200,
    )


class _Stale(Exception):
    """An edit was stored between the look and the release."""


def _approval(request: HttpRequest, issue: Issue) -> dict[str, bool]:
    """What of the second person's yes still stands between this user and the button."""
    needed = issue.publication.needs_approval
    return {
        "waits_for_approval": needed and issue.approved_by_id is None,
        "approved_by_me": needed and issue.approved_by_id == request.user.pk,
    }


def _release(
    request: HttpRequest, issue: Issue, view: editions.IssueView, at: dt.datetime | None
) -> None:
    with transaction.atomic():
        # Edits take this row's lock first, so what is compared here is what is released.
        held = Issue.objects.select_for_update().select_related("publication").get(pk=issue.pk)
        if held.state == Issue.State.DRAFT and editions.load(held) != view:
            raise _Stale
        sending.release(held, by=actor(request), at=at)


def _somebody_was_first(request: HttpRequest, issue: Issue) -> HttpResponseRedirect:
    """A clear answer to a second press: nothing was done again."""
    if request.method == "POST":
        if issue.state == Issue.State.SCHEDULED or issue.state in RELEASED:
            who = issue.released_by.get_username() if issue.released_by else "–"
            messages.info(
                request,
                _("It was already released by %(who)s. Nothing was sent twice.") % {"who": who},
            )
        else:
            messages.error(request, _("This issue cannot be sent: it was published without mail."))
    if issue.state == Issue.State.ARCHIVED:
        return HttpResponseRedirect(address("change", issue))
    return HttpResponseRedirect(address("progress", issue))


@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The second person's look at the same plan, and their yes."""
    issue = find_issue(request, pk, Act.APPROVE)
    if issue.state != Issue.State.DRAFT:
        return _somebody_was_first(request, issue)
    view = editions.load(issue)
    plan = sending.plan(issue)
    now = Seen.of(view, plan)
    stale: list[str] = []
    if request.method == "POST":
        seen = Seen.read(request.POST.get("seen", ""))
        stale = [_("The form was too old to be read.")] if seen is None else seen.differences(now)
        if not stale:
            try:
                with transaction.atomic():
                    held = Issue.objects.select_for_update().get(pk=issue.pk)
                    if held.state == Issue.State.DRAFT and editions.load(held) != view:
                        raise _Stale
                    sending.approve(held, by=actor(request))
            except _Stale:
                stale = [_("The issue was changed while you pressed.")]
            except sending.ActRefused as error:
                issue.refresh_from_db()
                for reason in error.reasons:
                    messages.error(request, reason)
                return HttpResponseRedirect(address("change", issue))
            else:
                messages.success(
                    request, _("Approved. Somebody else with the right to send may release it now.")
                )
                return HttpResponseRedirect(address("change", issue))
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/approve.html",
        title=_("Approve"),
        **plan_context(plan),
        blockers=plan.blockers,
        warnings=plan.warnings,
        seen=now.token(),
        stale=stale,
        status=409 if stale else 200,
    )
