"""Another time for an issue that is scheduled: the send page once more, with the time to choose.

One act: the issue stays scheduled, and goes out at the new time instead of the old one.
"""

from __future__ import annotations

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import pgettext

from newsletter.issues.channels import meant_for
from subscribers import times
from subscribers.admin.access import actor

from .. import sending
from ..models import Issue
from .frame import address
from .send_page import Look, Pressed, not_ticked, shown
from .sentence import NOW, Planned, only_asks

# What a press of this page says that it is; a send page that was left open says nothing of it.
_MOVES = "moves"


def asked_for(request: HttpRequest, issue: Issue) -> bool:
    """Whether the send page of an issue is about another time for it."""
    waits = issue.state == Issue.State.SCHEDULED and issue.send_at is not None
    return waits and (request.method == "GET" or request.POST.get(_MOVES) == "1")


def taken_back(request: HttpRequest) -> list[str]:
    """What a press for another time is told of an issue that is not scheduled any more."""
    if request.POST.get(_MOVES) != "1":
        return []
    return [pgettext("release", "It was taken back meanwhile, and is a draft now.")]


def review(request: HttpRequest, issue: Issue) -> HttpResponseBase:
    """The page. It asks for a time; the channels and the text stay as they were released."""
    look = _look(request, issue)
    asked = look.asked.planned
    pressed = Pressed()
    warnings = _of_the_time(look) if asked.moment != issue.send_at else []
    if request.method == "POST" and not only_asks(request) and not asked.problem:
        pressed = _press(request, look, warnings)
        if pressed.done:
            return HttpResponseRedirect(pressed.done)
    another = asked.moment is None or asked.moment != issue.send_at
    return shown(
        request,
        look,
        pressed,
        warnings=warnings,
        sendable=another and not asked.problem and not look.blockers,
        moves=True,
    )


def _look(request: HttpRequest, issue: Issue) -> Look:
    """The issue as it would go out at the time that is asked for; its own, until one is."""
    look = Look.of(request, issue)
    assert issue.send_at is not None
    local = issue.send_at.astimezone(times.zone_of(issue.publication))
    # The field has no seconds: what stands there unchanged is the time that it has.
    own = Planned(f"{local:%Y-%m-%dT%H:%M}", issue.send_at)
    given = request.POST if request.method == "POST" else request.GET
    at_once = NOW in (given.get("what"), given.get("when"))
    typed = look.asked.planned.typed
    if typed == own.typed or not (typed or at_once):
        look = replace(look, asked=replace(look.asked, planned=own))
    return replace(look, rehearsed=None)


def _of_the_time(look: Look) -> list[str]:
    """What the new time alone gives to look at: all else was ticked when it was released."""
    before = sending.plan(meant_for(look.issue, look.asked.goes_to), look.issue.send_at).warnings
    return [text for text in look.plan.warnings if text not in before]


def _press(request: HttpRequest, look: Look, warnings: list[str]) -> Pressed:
    issue = look.issue
    if otherwise := look.asked_otherwise(request.POST.get("seen", "")):
        return Pressed(otherwise=otherwise)
    if refused := not_ticked(request, warnings):
        return Pressed(refused=refused)
    try:
        sent = sending.reschedule(issue, by=actor(request), at=look.asked.planned.moment)
    except sending.ActRefused as error:
        issue.refresh_from_db()
        if issue.state != Issue.State.SCHEDULED:
            for reason in error.reasons:
                messages.error(request, reason)
            return Pressed(done=address("progress", issue))
        return Pressed(refused=error.reasons)
    when = times.in_words(sent, issue.publication, timezone.now())
    messages.success(
        request, pgettext("release", "Changed: it goes out %(when)s.") % {"when": when}
    )
    return Pressed(done=address("progress", issue))
