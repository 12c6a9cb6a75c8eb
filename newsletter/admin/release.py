"""Review and send: what would happen, in a sentence and figures, and one button that does it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from newsletter.issues import approvals, asking, import_findings, stories
from newsletter.issues.channels import meant_for
from subscribers.accounts import same_person
from subscribers.admin.access import actor
from subscribers.roles import Act

from .. import editions, sending
from ..models import Issue
from . import channels, rescheduling, slots, together
from .frame import RELEASED, address, find_issue, issue_page
from .seen import Stale
from .send_page import Look, Pressed, not_ticked, shown
from .sentence import only_asks

Channels = Issue.Channels
# States in which an issue can be released: a draft, or what is on the site and was not mailed.
OPEN = (Issue.State.DRAFT, Issue.State.PUBLISHED)


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The send page. `?at=` (local time of the publication) and `?channels=` say when and where.

    While a rehearsal address is set pressing rehearses. Of a scheduled issue it gives another time.
    """
    issue = find_issue(request, pk, Act.SEND)
    if rescheduling.asked_for(request, issue):
        return rescheduling.review(request, issue)
    before = issue.state
    if before not in OPEN:
        return somebody_was_first(request, issue)
    if request.method == "POST" and request.POST.get("what") == "not_ready":
        slots.take_back(request, issue)
        return HttpResponseRedirect(address("send", issue))
    look = Look.of(request, issue)
    pressed = Pressed()
    if request.method == "POST" and not only_asks(request) and not look.asked.planned.problem:
        pressed = _press(request, look)
        if pressed.done:
            return HttpResponseRedirect(pressed.done)
        issue.refresh_from_db()
        if issue.state != before:
            return somebody_was_first(request, issue)
    # A rehearsal is no release: it asks for no second person, and waits for no time.
    approval = _approval(request, issue, look.asked.goes_to) if look.rehearsed is None else {}
    stopped = look.blockers or look.asked.planned.problem or any(approval.values())
    return shown(
        request,
        look,
        pressed,
        warnings=look.warnings,
        sendable=not stopped and (look.mails > 0 or look.asked.goes_to == Channels.SITE),
        **approval,
    )


def _press(request: HttpRequest, look: Look) -> Pressed:
    """Release or rehearse what the form was about, or say that it is ready for a slot."""
    issue, brought = look.issue, request.POST.get("seen", "")
    otherwise = look.asked_otherwise(brought)
    stale = [*look.changed_since(brought), *_other_way(request, look.rehearsed)]
    stale += rescheduling.taken_back(request)
    if stale or otherwise:
        return Pressed(otherwise=otherwise, stale=stale)
    if refused := not_ticked(request, look.warnings):
        return Pressed(refused=refused)
    try:
        if look.asked.slot:
            slots.say_ready(request, issue, look.view, look.plan)
            return Pressed(done=address("send", issue))
        return Pressed(done=address("progress", _release(request, issue, look)))
    except Stale:
        return Pressed(stale=[_("The issue was changed while you pressed.")])
    except sending.ActRefused as error:
        return Pressed(refused=error.reasons)


def _other_way(request: HttpRequest, rehearsed: channels.Rehearsal | None) -> list[str]:
    """What the form said of a rehearsal, if it is not so any more."""
    now = "" if rehearsed is None else rehearsed.address
    if request.POST.get("rehearsal", "") == now:
        return []
    if not now:
        return [_("The rehearsal address was taken away: now it would go to readers.")]
    return [_("All mail goes to the rehearsal address %(address)s now.") % {"address": now}]


def _approval(request: HttpRequest, issue: Issue, goes_to: str) -> dict[str, Any]:
    """What of the second person's yes still stands between this user and the button."""
    lacking = approvals.lacking(issue, goes_to)
    needed = issue.publication.needs_approval and not lacking
    return {
        "waits_for_approval": lacking,
        "my_yes": bool(lacking) and asking.is_second(issue, actor(request)),
        "approved_by_me": needed and same_person(issue.approved_by, request.user),
    }


def _release(request: HttpRequest, issue: Issue, look: Look) -> Issue:
    """The issue that is on its way: itself, or its rehearsal."""
    with transaction.atomic():
        # Edits take this row's lock first, so what is compared here is what is released.
        held = Issue.objects.select_for_update(of=("self",)).select_related("publication")
        held_issue = held.get(pk=issue.pk)
        same = editions.load(meant_for(held_issue, look.asked.goes_to)) == look.view
        if held_issue.state in OPEN and not same:
            raise Stale
        if together.changed(look.others, look.asked.goes_to):
            raise Stale
        if look.rehearsed is not None:
            return sending.rehearse(held_issue, by=actor(request), channels=look.asked.goes_to)
        sending.release(
            held_issue, by=actor(request), at=look.asked.planned.moment, channels=look.asked.goes_to
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
