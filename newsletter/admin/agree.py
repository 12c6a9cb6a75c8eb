"""Two people and one issue: ask for a yes, say it, send it back, and talk about its items."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from newsletter.issues import approvals, asking, comments, last_looks
from newsletter.issues.channels import meant_for
from subscribers.admin import form_drafts
from subscribers.admin.access import actor
from subscribers.admin.chrome import record
from subscribers.admin.row_numbers import row_number
from subscribers.roles import Act, may

from .. import editions, sending
from ..models import Approval, Issue, Item
from . import channels, together
from .audience import plan_context
from .frame import address, find_issue, issue_page
from .release import OPEN, somebody_was_first
from .seen import Stale


@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The second person's look at the same plan, and their yes; or back to its writers."""
    issue = find_issue(request, pk, Act.APPROVE)
    if issue.state not in OPEN:
        return somebody_was_first(request, issue)
    if request.method == "POST" and request.POST.get("what") == "back":
        return _send_back(request, issue)
    standing = asking.standings([issue])[issue.pk]
    goes_to = channels.named(request, issue, standing.goes_to)
    meant = meant_for(issue, goes_to)
    view = editions.load(meant)
    plan = sending.plan(meant)
    others = together.going(issue, goes_to)
    stale: list[str] = []
    if request.method == "POST":
        stale = together.stale(request.POST.get("seen", ""), view, plan, others)
        try:
            if not stale:
                return _say_yes(request, issue, view, others, goes_to)
        except Stale:
            stale = [_("The issue was changed while you pressed.")]
    before, looked = approvals.given(issue), last_looks.look(issue, actor(request))
    if looked is not None and before is not None and before.at >= looked.at:
        looked = None  # Said of their yes already.
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/approve.html",
        title=_("Approve"),
        **plan_context(plan),
        others=others,
        blockers=[*plan.blockers, *together.of_each(others, "blockers")],
        warnings=[*plan.warnings, *together.of_each(others, "warnings")],
        seen=together.token(view, plan, others),
        stale=stale,
        before=before,
        since=_since(issue, before),
        looked=looked,
        last_issue=last_looks.since_last_issue(issue),
        standing=standing,
        goes_to=goes_to,
        ways=channels.ways(issue),
        open_comments=[one for one in comments.of(issue) if one.done_at is None],
        longest=comments.LONGEST,
        wrote_it_alone=not asking.may_say_yes(issue, actor(request)),
        status=409 if stale else 200,
    )


def _say_yes(
    request: HttpRequest,
    issue: Issue,
    view: editions.IssueView,
    others: list[together.Going],
    goes_to: str,
) -> HttpResponseBase:
    """The yes to what was seen; raises Stale if it is not what is there now."""
    try:
        with transaction.atomic():
            held = Issue.objects.select_for_update().get(pk=issue.pk)
            if held.state in OPEN and editions.load(meant_for(held, goes_to)) != view:
                raise Stale
            if together.changed(others, goes_to):
                raise Stale
            sending.approve(held, by=actor(request), channels=goes_to)
    except sending.ActRefused as error:
        issue.refresh_from_db()
        for reason in error.reasons:
            messages.error(request, reason)
    else:
        messages.success(
            request, _("Approved. Somebody else with the right to send may release it now.")
        )
    return HttpResponseRedirect(address("change", issue))


def _since(issue: Issue, before: Approval | None) -> list[str]:
    """What is different since the last yes, whether or not that still holds."""
    if before is None:
        return []
    return approvals.differences(before.state, approvals.state_of(issue))


def _send_back(request: HttpRequest, issue: Issue) -> HttpResponseBase:
    """No, and why: the words are kept with the issue, and an approval is taken back."""
    try:
        with transaction.atomic():
            held = Issue.objects.select_for_update().get(pk=issue.pk)
            if held.state not in OPEN:
                return somebody_was_first(request, held)
            comments.add(held, request.POST.get("words", ""), by=actor(request), sent_back=True)
            Issue.objects.filter(pk=held.pk).update(approved_by=None)
            record(request, "sent back", f"issue:{held.pk}", issue.publication)
            form_drafts.saved(request)
    except comments.BadComment as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(address("approve", issue))
    messages.success(request, _("Sent back with your words. It cannot be released as it is."))
    return HttpResponseRedirect(address("discussion", issue))


@require_http_methods(["GET", "POST"])
def discussion(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What was said about the issue, and a box to say something."""
    issue = find_issue(request, pk, Act.SEE)
    problem = ""
    if request.method == "POST":
        try:
            with transaction.atomic():
                item = _item(issue, request.POST.get("item", ""))
                said = comments.add(
                    issue, request.POST.get("words", ""), by=actor(request), item=item
                )
                record(request, "commented", f"issue:{issue.pk}", issue.publication)
                form_drafts.saved(request)
        except comments.BadComment as error:
            problem = str(error)
        else:
            return HttpResponseRedirect(f"{address('discussion', issue)}#comment-{said.pk}")
    asked = request.GET.get("item", "")
    standing = asking.standings([issue])[issue.pk]
    goes_to = channels.named(request, issue, standing.goes_to)
    return issue_page(
        request,
        issue,
        "discussion",
        "admin/sudi/discussion.html",
        said=list(comments.of(issue)),
        items=list(issue.items.order_by("number").values("pk", "number", "title")),
        chosen=request.POST.get("item") or (asked if asked.isdecimal() else ""),
        text=request.POST.get("words", ""),
        problem=problem,
        longest=comments.LONGEST,
        can_ask=may(request.user, Act.EDIT, issue.publication) and issue.state in OPEN,
        askable=[
            (str(one.pk), one.get_username(), str(one.pk) in standing.asked)
            for one in asking.people(issue.publication, actor(request))
        ],
        standing=standing,
        goes_to=goes_to,
        ways=channels.ways(issue),
        lacking=approvals.lacking(issue, goes_to),
        status=422 if problem else 200,
    )


def _item(issue: Issue, number: str) -> Item | None:
    """The item a comment is about. Raises Http404 for one that is not of this issue."""
    if not number:
        return None
    found = issue.items.filter(pk=row_number(number)).first()
    if found is None:
        raise Http404
    return found


@require_POST
def settled(request: HttpRequest, pk: int, comment: int) -> HttpResponseBase:
    """A comment is dealt with."""
    issue = find_issue(request, pk, Act.SEE)
    row = issue.comments.filter(pk=comment).first()
    if row is None:
        raise Http404
    if comments.settle(row, actor(request)):
        record(request, "comment settled", f"issue:{issue.pk}", issue.publication)
    return HttpResponseRedirect(f"{address('discussion', issue)}#comment-{row.pk}")


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask for a second person's yes: those who were ticked, or whoever may approve.

    Who is asked is told by mail, and finds it on their board.
    """
    issue = find_issue(request, pk, Act.EDIT)
    goes_to = channels.named(request, issue, Issue.Channels.ALL)
    if issue.state not in OPEN or not approvals.lacking(issue, goes_to):
        messages.info(request, _("There is nothing to approve."))
        return HttpResponseRedirect(address("discussion", issue))
    ticked = set(request.POST.getlist("who"))
    asked = [
        one for one in asking.people(issue.publication, actor(request)) if str(one.pk) in ticked
    ]
    # A yes to another way is none to this one: whoever looks at the draft is told that it waits.
    if approvals.goes_elsewhere(issue, goes_to):
        Issue.objects.filter(pk=issue.pk, state=issue.state).update(approved_by=None)
    record(
        request,
        asking.ASKED,
        f"issue:{issue.pk}",
        issue.publication,
        asked=[str(one.pk) for one in asked],
        people=[one.get_username() for one in asked],
        channels=goes_to,
    )
    if asked:
        text = pgettext("approval", "Asked: %(who)s. A mail is on its way.")
        names = ", ".join(one.get_username() for one in asked)
        messages.success(request, text % {"who": names})
    else:
        messages.success(
            request, pgettext("approval", "Asked: whoever may approve is told by mail.")
        )
    return HttpResponseRedirect(address("discussion", issue))
