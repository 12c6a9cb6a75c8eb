"""Review and send: what would happen, in figures, and one button that repeats it."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from newsletter.issues import approvals, import_findings, stories
from newsletter.issues.channels import meant_for
from subscribers import times
from subscribers.admin.access import actor
from subscribers.models import Publication
from subscribers.roles import Act

from .. import editions, sending
from ..models import Edition, Issue
from . import channels, places, slots, together, told
from .frame import RELEASED, address, find_issue, issue_page
from .seen import Stale

Channels = Issue.Channels
# What is planned further ahead has a typing error in the year.
_FURTHEST = dt.timedelta(days=366)
# States in which an issue can be released: a draft, or what is on the site and was not mailed.
OPEN = (Issue.State.DRAFT, Issue.State.PUBLISHED)
_SHOWN, _LISTED = 5, 100  # Editions shown at once, and behind a click.


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
    """A short name for a warning's checkbox, the same while its figures move with the readers.

    Whether the text was edited, or the audience is another, is asked by `Seen`.
    """
    return hashlib.blake2b(re.sub(r"\d[\d,.]*", "#", text).encode(), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class _Look:
    """What the send page is about: where and when, and what pressing would do."""

    goes_to: str
    planned: Planned
    view: editions.IssueView
    plan: sending.Plan
    others: list[together.Going]
    rehearsed: channels.Rehearsal | None

    @classmethod
    def of(cls, request: HttpRequest, issue: Issue) -> _Look:
        """As the address or the form asks for it, by what is there now."""
        data = request.POST if request.method == "POST" else request.GET
        typed = data.get("at", "")
        goes_to = channels.chosen(issue, data.get("channels", ""))
        planned = read_time(typed, issue.publication) if typed else Planned()
        meant = meant_for(issue, goes_to)
        # The text before the audience: an edit in between is then found, not missed.
        view = editions.load(meant)
        plan = sending.plan(meant, planned.moment)
        others = together.going(issue, goes_to)
        rehearsed = channels.rehearsed(meant, view, goes_to)
        if rehearsed is not None:
            rehearsed = channels.with_others(rehearsed, [one.issue for one in others])
        return cls(goes_to, planned, view, plan, others, rehearsed)

    @property
    def mails(self) -> int:
        """Readers who get a mail, of the issue or of a translation that goes with it."""
        if self.goes_to == Channels.SITE:
            return 0
        return self.plan.mails + sum(one.plan.mails for one in self.others)

    @property
    def blockers(self) -> list[str]:
        """What forbids the release."""
        return [*self.plan.blockers, *together.of_each(self.others, "blockers")]

    @property
    def warnings(self) -> list[str]:
        """What must be ticked before."""
        return [*self.plan.warnings, *together.of_each(self.others, "warnings")]

    @property
    def seen(self) -> str:
        """What is on the page, for the form to bring back."""
        return together.token(self.view, self.plan, self.others)

    def takes_slots(self, issue: Issue) -> bool:
        """Whether it may go by itself: a draft, to readers, site and feeds, and no rehearsal."""
        whole = self.goes_to == Channels.ALL and self.rehearsed is None
        return whole and issue.state == Issue.State.DRAFT

    def button(self, issue: Issue) -> str:
        """What pressing will do."""
        if self.rehearsed is not None:
            return channels.rehearse_button(self.rehearsed)
        return channels.button(issue, self.goes_to, self.mails, self.planned.moment)


@dataclass(slots=True)
class _Pressed:
    """What became of pressing: an address to go on to, or why nothing was done."""

    done: str = ""
    stale: Sequence[str] = ()
    refused: Sequence[str] = ()


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The send page. `?at=` (local time of the publication) makes it a page for scheduling.

    `?channels=` says where it goes. While a rehearsal address is set pressing rehearses.
    """
    issue = find_issue(request, pk, Act.SEND)
    before = issue.state
    if before not in OPEN:
        return somebody_was_first(request, issue)
    if request.method == "POST" and request.POST.get("what") == "not_ready":
        slots.take_back(request, issue)
        return HttpResponseRedirect(address("send", issue))
    look = _Look.of(request, issue)
    plan = look.plan
    warnings = [{"text": text, "mark": _mark(text)} for text in look.warnings]
    ticked = set(request.POST.getlist("accept")) if request.method == "POST" else set()
    pressed = _Pressed()
    if request.method == "POST" and not look.planned.problem:
        pressed = _press(request, issue, look, [one["text"] for one in warnings])
        if pressed.done:
            return HttpResponseRedirect(pressed.done)
        issue.refresh_from_db()
        if issue.state != before:
            return somebody_was_first(request, issue)
    if pressed.stale:
        ticked = set()
    # A rehearsal is no release: it asks for no second person, and waits for no time.
    approval = _approval(request, issue) if look.rehearsed is None else {}
    links = places.links(request, issue, plan)
    stopped = look.blockers or look.planned.problem or any(approval.values())
    problem = pressed.refused or look.planned.problem
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/send.html",
        title=_("Review and send"),
        **plan_context(plan),
        look=look,
        warnings=[
            {**one, "ticked": one["mark"] in ticked, "links": links.get(one["text"], ())}
            for one in warnings
        ],
        blockers=[{"text": text, "links": links.get(text, ())} for text in look.blockers],
        seen=look.seen,
        stale=pressed.stale,
        refused=pressed.refused,
        now=timezone.now(),
        ways=channels.choices(issue, look.goes_to, look.planned.typed),
        meaning=channels.meaning(issue, look.goes_to),
        past_rehearsals=issue.rehearsals.order_by("-pk")[:_SHOWN],
        button=look.button(issue),
        **approval,
        **told.shown_to_send(request, issue),
        sendable=not stopped and (look.mails > 0 or look.goes_to == Channels.SITE),
        **(slots.of_draft(issue, look.view) if look.takes_slots(issue) else {}),
        status=409 if pressed.stale else 422 if problem else 200,
    )


def _press(request: HttpRequest, issue: Issue, look: _Look, warnings: list[str]) -> _Pressed:
    """Release or rehearse what the form was about, or say that it is ready for a slot."""
    stale = together.stale(request.POST.get("seen", ""), look.view, look.plan, look.others)
    stale += _other_way(request, look.rehearsed)
    if stale:
        return _Pressed(stale=stale)
    ticked = request.POST.getlist("accept")
    refused = [
        _("Not ticked: %(warning)s") % {"warning": text}
        for text in warnings
        if _mark(text) not in ticked
    ]
    if refused:
        return _Pressed(refused=refused)
    try:
        if request.POST.get("what") == "ready" and look.takes_slots(issue):
            slots.say_ready(request, issue, look.view, look.plan)
            return _Pressed(done=address("send", issue))
        return _Pressed(done=address("progress", _release(request, issue, look)))
    except Stale:
        return _Pressed(stale=[_("The issue was changed while you pressed.")])
    except sending.ActRefused as error:
        return _Pressed(refused=error.reasons)


def _other_way(request: HttpRequest, rehearsed: channels.Rehearsal | None) -> list[str]:
    """What the form said of a rehearsal, if it is not so any more."""
    now = "" if rehearsed is None else rehearsed.address
    if request.POST.get("rehearsal", "") == now:
        return []
    if not now:
        return [_("The rehearsal address was taken away: now it would go to readers.")]
    return [_("All mail goes to the rehearsal address %(address)s now.") % {"address": now}]


def _approval(request: HttpRequest, issue: Issue) -> dict[str, Any]:
    """What of the second person's yes still stands between this user and the button."""
    lacking = approvals.lacking(issue)
    needed = issue.publication.needs_approval and not lacking
    return {
        "waits_for_approval": lacking,
        "approved_by_me": needed and issue.approved_by_id == request.user.pk,
    }


def _release(request: HttpRequest, issue: Issue, look: _Look) -> Issue:
    """The issue that is on its way: itself, or its rehearsal."""
    with transaction.atomic():
        # Edits take this row's lock first, so what is compared here is what is released.
        held = Issue.objects.select_for_update(of=("self",)).select_related("publication")
        held_issue = held.get(pk=issue.pk)
        same = editions.load(meant_for(held_issue, look.goes_to)) == look.view
        if held_issue.state in OPEN and not same:
            raise Stale
        if together.changed(look.others, look.goes_to):
            raise Stale
        if look.rehearsed is not None:
            return sending.rehearse(held_issue, by=actor(request), channels=look.goes_to)
        sending.release(
            held_issue, by=actor(request), at=look.planned.moment, channels=look.goes_to
        )
        # All were ticked.
        for one in (held_issue, *(other.issue for other in look.others)):
            import_findings.accept(one, actor(request).get_username())
            stories.keep_all(one, actor(request).get_username())
    return held_issue


def somebody_was_first(request: HttpRequest, issue: Issue) -> HttpResponseRedirect:
    """A clear answer to a second press: nothing was done again."""
    if request.method == "POST":
        if issue.state in (Issue.State.SCHEDULED, Issue.State.PUBLISHED, *RELEASED):
            who = issue.released_by.get_username() if issue.released_by else "–"
            messages.info(
                request,
                _("It was already released by %(who)s. Nothing was sent twice.") % {"who": who},
            )
        else:
            messages.error(request, _("This issue cannot be sent: it was published without mail."))
    if issue.state in (Issue.State.ARCHIVED, Issue.State.PUBLISHED):
        return HttpResponseRedirect(address("change", issue))
    return HttpResponseRedirect(address("progress", issue))


@require_http_methods(["GET", "POST"])
def rest(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Mail what was sent to the readers who have no delivery of it: how many, and one button."""
    issue = find_issue(request, pk, Act.SEND)
    if request.method == "POST":
        try:
            mails = sending.mail_rest(issue, by=actor(request))
        except sending.ActRefused as error:
            for reason in error.reasons:
                messages.error(request, _("Not done. %(reason)s") % {"reason": reason})
        else:
            text = ngettext(
                "%(count)s more reader gets it now.", "%(count)s more readers get it now.", mails
            )
            messages.success(request, text % {"count": f"{mails:,}"})
        return HttpResponseRedirect(address("progress", issue))
    if issue.state != Issue.State.SENT or issue.folded_at:
        return HttpResponseRedirect(address("progress", issue))
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/rest.html",
        title=_("Mail it to those who have not got it"),
        mails=sending.left_over(issue),
    )
