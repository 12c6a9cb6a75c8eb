"""What is different since somebody last looked at an issue that they are to approve.

A visit is many looks (a page is opened, left for the preview, opened again), so what they saw
before it is kept beside what they saw last.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from newsletter.models import Approval, ApprovalLook, Issue

from . import approvals

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

# Looks that are further apart are two visits.
_VISIT = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Since:
    """What is different since a moment, as sentences; `title` names an issue, where it is one."""

    at: dt.datetime
    what: tuple[str, ...]
    title: str = ""


def look(issue: Issue, by: AbstractBaseUser) -> Since | None:
    """Keep that `by` looks at the issue now; what is different since the visit before this one.

    None in the first visit. Two pages opened at once keep the same.
    """
    state, now = approvals.state_of(issue), timezone.now()
    row = ApprovalLook.objects.filter(issue=issue, by_id=by.pk).first()
    before_at, before = (row.before_at, row.before) if row is not None else (None, None)
    if row is not None and now - row.at >= _VISIT:
        before_at, before = row.at, row.state
    ApprovalLook.objects.update_or_create(
        issue=issue,
        by_id=by.pk,
        defaults={"at": now, "state": state, "before_at": before_at, "before": before},
    )
    if before is None or before_at is None:
        return None
    return Since(before_at, tuple(approvals.differences(before, state)))


def since_last_issue(issue: Issue) -> Since | None:
    """What of the publication is different since its last approved issue went out: the sender, the
    look, the hours, the categories. None where there is no such issue."""
    rows = Approval.objects.select_related("issue").filter(
        issue__publication=issue.publication_id,
        issue__kind=Issue.Kind.REGULAR,
        issue__language=issue.language,
        issue__published_at__isnull=False,
    )
    last = rows.exclude(issue=issue.pk).order_by("-issue__published_at", "-issue").first()
    if last is None or last.issue.published_at is None:
        return None
    now = approvals.of_publication_alone(approvals.state_of(issue))
    what = approvals.differences(approvals.of_publication_alone(last.state), now)
    return Since(last.issue.published_at, tuple(what), last.issue.title)
