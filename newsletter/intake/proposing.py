"""A program that may not release proposes it: a line in the issue's history, and whoever chose to
be told of proposals is told, by mail and by webhook (`newsletter.notices`).

Nothing else depends on it: the person who follows the link sees the same send page as always.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.models import Issue
from newsletter.notices.channels.mail import listeners
from subscribers.models import AuditEntry, Publication

from .releasing import Look

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ACTION = "release proposed"


def propose(issue: Issue, look: Look, by: User) -> bool:
    """Write down that `by`'s program proposes it; False if it did so for this very text already."""
    target = f"issue:{issue.pk}"
    said = AuditEntry.objects.filter(target=target, action=ACTION)
    if any(entry.detail.get("seen") == look.seen for entry in said):
        return False
    AuditEntry.objects.create(
        actor=by.get_username()[:150],
        publication=issue.publication,
        action=ACTION,
        target=target,
        detail={"seen": look.seen},
    )
    return True


def told(publication: Publication) -> int:
    """How many people are told of a proposal."""
    return len(listeners("issue.release_proposed", publication))
