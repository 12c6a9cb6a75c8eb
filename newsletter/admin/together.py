"""What goes out with an issue: its translations, on the pages where people release and watch it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from subscribers.roles import Act, may

from .. import sending
from ..editions import IssueView, family, load
from ..issues.channels import meant_for
from ..models import Issue
from .seen import Seen

# Between the summaries of several issues in one field; none of them holds a space.
_BETWEEN = " "


@dataclass(frozen=True, slots=True)
class Going:
    """A translation that is released with an issue: its text, and what would go to whom."""

    issue: Issue
    view: IssueView
    plan: sending.Plan

    @property
    def nothing(self) -> int:
        """Readers who get no mail of it."""
        return sum(self.plan.none.values())


def going(issue: Issue, channels: str = Issue.Channels.ALL) -> list[Going]:
    """The translations that would be released with an issue, as they are now.

    Where they are two, what differs is said once, of the issue itself.
    """
    others = family.together(issue)[1:]
    found = []
    for one in others:
        meant = meant_for(one, channels)
        # The text before the audience, as for the issue itself.
        view = load(meant)
        plan = sending.plan(meant, compared=len(others) > 1, loaded=view, messages=False)
        found.append(Going(one, view, plan))
    return found


def of_each(others: Sequence[Going], name: str) -> list[str]:
    """The blockers or warnings of translations, each with the title of its issue."""
    return [
        _("“%(title)s”: %(reason)s")
        % {"title": f"{one.issue.title} ({one.issue.language})", "reason": sentence}
        for one in others
        for sentence in getattr(one.plan, name)
    ]


def token(view: IssueView, plan: sending.Plan, others: Sequence[Going]) -> str:
    """What the person saw, of the issue and all that goes with it, for a hidden field."""
    seen = [Seen.of(view, plan), *(Seen.of(one.view, one.plan) for one in others)]
    return _BETWEEN.join(one.token() for one in seen)


def stale(brought: str, view: IssueView, plan: sending.Plan, others: Sequence[Going]) -> list[str]:
    """What is different from what a form brought back, as sentences; empty if nothing is."""
    seen = [Seen.read(one) for one in brought.split(_BETWEEN)]
    if not all(seen):
        return [_("The form was too old to be read.")]
    now = [Seen.of(view, plan), *(Seen.of(one.view, one.plan) for one in others)]
    if len(seen) != len(now):
        return [pgettext("pair", "Other translations go with it now than when you looked.")]
    return [
        sentence
        for before, after in zip(seen, now, strict=True)
        if before is not None
        for sentence in before.differences(after)
    ]


def changed(others: Sequence[Going], channels: str = Issue.Channels.ALL) -> bool:
    """Whether a translation reads differently now; holds its row, in the act's transaction."""
    rows = Issue.objects.select_for_update(of=("self",)).select_related("publication")
    held = {one.pk: one for one in rows.filter(pk__in=[o.issue.pk for o in others]).order_by("pk")}
    return any(load(meant_for(held[one.issue.pk], channels)) != one.view for one in others)


def figures(request: HttpRequest, issue: Issue) -> list[dict[str, Any]]:
    """The rest of the family on the page of one that is on its way: each with its ledger."""
    found = []
    for one in family.rows(issue).exclude(pk=issue.pk):
        if not may(request.user, Act.SEE, one.publication):
            continue
        progress = sending.progress(one) if one.frozen_at is not None else None
        counts = progress.counts if progress is not None else {}
        whole = counts.get("recipients", 0)
        found.append(
            {
                "issue": one,
                "counts": counts,
                "percent": 100 * progress.done // whole if progress is not None and whole else 0,
            }
        )
    return found
