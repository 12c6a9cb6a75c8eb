"""Who would get what of an issue, and why some get nothing: the send plan as pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from subscribers.roles import Act

from .. import sending
from ..models import Edition, Issue
from .frame import find_issue, issue_page

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
    plan = sending.plan(issue, messages=False)
    return issue_page(request, issue, "audience", "admin/sudi/audience.html", **plan_context(plan))
