"""An issue on its way: countdown with undo, live figures, and what a person may do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from subscribers.roles import Act

from .. import sending
from ..models import Issue
from . import standstill, together
from .frame import address, can, find_issue, issue_page
from .incidents import open_incident

State = Issue.State


@dataclass(frozen=True)
class Control:
    """Something a person may do to an issue on its way."""

    name: str
    title: Any
    consequence: Any
    button: Any
    states: tuple[str, ...]
    do: Callable[[Issue, Any], Any]
    # What the page says afterwards, or how it says it of how many `do` says it was for.
    done: Any
    danger: bool = False


def _another_round(count: int) -> str:
    return ngettext(
        "Another round has begun for %(count)s reader.",
        "Another round has begun for %(count)s readers.",
        count,
    ) % {"count": f"{count:,}"}


_CONTROLS = {
    control.name: control
    for control in (
        Control(
            "undo",
            gettext_lazy("Take it back"),
            gettext_lazy(
                "Nothing has been sent. The issue becomes a draft again and can be changed."
            ),
            gettext_lazy("Undo: back to a draft"),
            (State.SCHEDULED, State.PAUSED),
            lambda issue, user: sending.unschedule(issue, by=user),
            gettext_lazy("Taken back. Nothing was sent; the issue is a draft again."),
        ),
        Control(
            "pause",
            gettext_lazy("Pause"),
            gettext_lazy(
                "Nothing more is handed over once this is stored; what is on the wire in that"
                " moment is finished. It can go on at any time."
            ),
            gettext_lazy("Pause sending"),
            (State.SENDING,),
            lambda issue, user: sending.pause(issue, by=user),
            gettext_lazy("Paused. Nothing more is being handed over."),
        ),
        Control(
            "resume",
            gettext_lazy("Go on"),
            gettext_lazy("The readers who have not got it yet get it now. Nobody gets it twice."),
            gettext_lazy("Go on sending"),
            (State.PAUSED,),
            lambda issue, user: sending.resume(issue, by=user),
            gettext_lazy("Sending goes on."),
        ),
        Control(
            "cancel",
            gettext_lazy("Stop for good"),
            gettext_lazy(
                "Whoever has not got it yet will never get it. If it is on the site and in the"
                " feeds, it stays there. This cannot be undone."
            ),
            gettext_lazy("Stop for good"),
            (State.SENDING, State.PAUSED),
            lambda issue, user: sending.cancel(issue, by=user),
            gettext_lazy("Stopped. The remaining readers will not get this issue."),
            danger=True,
        ),
        Control(
            "retry-failed",
            gettext_lazy("Try the failed ones again"),
            gettext_lazy(
                "Only readers whose mail was refused get another try. Addresses that have been"
                " suppressed meanwhile are left out."
            ),
            gettext_lazy("Try the failed ones again"),
            (State.SENT, State.SENDING, State.PAUSED),
            lambda issue, user: sending.retry_failed(issue, by=user),
            _another_round,
        ),
        Control(
            "resend-in-doubt",
            gettext_lazy("Send again to those in doubt"),
            gettext_lazy(
                "For these readers nobody knows whether the mail arrived: the connection or a"
                " machine broke before the answer. Some of them may get it twice. Your name goes"
                " on record."
            ),
            gettext_lazy("Send again; some may get it twice"),
            (State.SENT, State.SENDING, State.PAUSED),
            lambda issue, user: sending.resend_in_doubt(issue, by=user),
            _another_round,
            danger=True,
        ),
    )
}

# The parts of the bar, in order; what is finished well comes first.
_PARTS = (
    ("sent", gettext_lazy("handed over")),
    ("in_flight", gettext_lazy("on the wire")),
    ("waiting", gettext_lazy("waiting")),
    ("deferred", gettext_lazy("to be tried again")),
    ("failed", gettext_lazy("refused")),
    ("in_doubt", gettext_lazy("in doubt")),
    ("skipped", gettext_lazy("nothing for them")),
    ("suppressed", gettext_lazy("suppressed")),
    ("cancelled", gettext_lazy("stopped")),
)


def figures(issue: Issue) -> dict[str, Any]:
    """What the live part shows; a constant number of queries whatever the issue's size."""
    progress = sending.progress(issue)
    counts = progress.counts
    whole = counts["recipients"]
    addressed = whole - counts["skipped"] - counts["suppressed"]
    return {
        "progress": progress,
        "parts": [{"name": name, "label": label, "count": counts[name]} for name, label in _PARTS],
        "standing": standstill.of_issue(issue),
        "whole": whole,
        "addressed": addressed,
        "percent": 100 * progress.done // whole if whole else 0,
        "seconds_to_start": (
            max(0, int((issue.send_at - timezone.now()).total_seconds()))
            if issue.state == State.SCHEDULED and issue.send_at
            else None
        ),
    }


def offered(issue: Issue, counts: dict[str, int]) -> list[Control]:
    """What can be done to the issue as it stands."""
    found = []
    for control in _CONTROLS.values():
        if issue.state not in control.states:
            continue
        if control.name == "undo" and issue.frozen_at is not None:
            continue
        if control.name == "cancel" and issue.frozen_at is None:
            continue
        if control.name == "retry-failed" and not counts["failed"]:
            continue
        if control.name == "resend-in-doubt" and not counts["in_doubt"]:
            continue
        found.append(control)
    return found


@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The page that stays open while an issue goes out."""
    issue = find_issue(request, pk, Act.SEE)
    if issue.state in (State.DRAFT, State.ARCHIVED, State.PUBLISHED):
        return HttpResponseRedirect(address("change", issue))
    shown = figures(issue)
    return issue_page(
        request,
        issue,
        "progress",
        "admin/sudi/progress.html",
        controls=offered(issue, shown["progress"].counts),
        live=not shown["progress"].final,
        pair=together.figures(request, issue),
        **shown,
        **open_incident(issue),
    )


@require_safe
def fragment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The live part alone; the page's script fetches it every two seconds."""
    issue = find_issue(request, pk, Act.SEE)
    return TemplateResponse(
        request,
        "admin/sudi/progress_now.html",
        {
            "issue": issue,
            "publication": issue.publication,
            "can": can(request, issue.publication),
            "pair": together.figures(request, issue),
            **figures(issue),
        },
    )


@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """GET says what will happen; POST does it."""
    issue = find_issue(request, pk, Act.SEND)
    control = _CONTROLS.get(name)
    if control is None:
        raise Http404
    if request.method == "POST":
        try:
            count = control.do(issue, request.user)
        except sending.ActRefused as error:
            for reason in error.reasons:
                messages.error(request, _("Not done. %(reason)s") % {"reason": reason})
        else:
            text = control.done(count) if callable(control.done) else str(control.done)
            if control.name == "undo" and issue.published_at is not None:
                text = _("Taken back. Nothing was sent; it stays on the site as it was.")
            messages.success(request, text)
        issue.refresh_from_db()
        if issue.state in (State.DRAFT, State.PUBLISHED):
            return HttpResponseRedirect(address("change", issue))
        return HttpResponseRedirect(address("progress", issue))
    if issue.state not in control.states:
        messages.error(
            request,
            _("Not possible: the issue is now “%(state)s”.") % {"state": issue.get_state_display()},
        )
        return HttpResponseRedirect(address("progress", issue))
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/confirm.html",
        title=str(control.title),
        control=control,
        counts=sending.ledger(issue),
        back=address("progress", issue),
    )
