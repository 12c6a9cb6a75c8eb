"""Where an issue goes besides the mail: onto the site and into the feeds, without any reader."""

from __future__ import annotations

import copy
import datetime as dt

from django.db import transaction
from django.utils import timezone

from newsletter.editions import search
from newsletter.models import Issue, Item, Revision
from subscribers.models import AuditEntry, Publication

from . import told_before
from .revisions import add_revision


def meant_for(issue: Issue, channels: str) -> Issue:
    """The issue as it would be if it were released to these channels; nothing is stored."""
    meant = copy.copy(issue)
    meant.channels = channels
    return meant


def show(issue: Issue, now: dt.datetime) -> None:
    """Its items are public, and the publication's pages and feeds have changed."""
    Item.objects.filter(issue=issue, published_at__isnull=True).update(published_at=now)
    search.write(Item.objects.filter(issue=issue))
    told_before.tie(issue)
    # Whoever follows the feeds is told by this moment: `feeds.websub`.
    Publication.objects.filter(pk=issue.publication_id).update(changed_at=now)


def publish(issue_id: int) -> bool:
    """Scheduled for the site alone -> published. False: somebody was first, or it is not due.

    An approval was for this release: mailing it later asks for another.
    """
    now = timezone.now()
    with transaction.atomic():
        due = Issue.objects.filter(
            pk=issue_id,
            state=Issue.State.SCHEDULED,
            channels=Issue.Channels.SITE,
            send_at__lte=now,
        )
        if not due.update(
            state=Issue.State.PUBLISHED, state_reason="", published_at=now, approved_by=None
        ):
            return False
        issue = Issue.objects.select_related("publication", "released_by").get(pk=issue_id)
        show(issue, now)
        add_revision(issue, Revision.Kind.RELEASE, issue.released_by, note="")
        AuditEntry.objects.create(
            actor="worker",
            publication_id=issue.publication_id,
            action="publish",
            target=f"issue:{issue.pk}",
        )
    return True
