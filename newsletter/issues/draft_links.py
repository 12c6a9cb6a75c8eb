"""A colleague without an account reads a draft by a link that ends.

It opens one issue and nothing else, for reading, until it ends, is revoked, or the issue is out
(then the site has it). It also ends when whoever made it may not edit the issue any more.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import secrets
from typing import TYPE_CHECKING

from django.utils import timezone

from newsletter.models import DraftLink, Issue
from subscribers.roles import Act, may

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

# Days that a link holds: at first, and at most.
DAYS, LONGEST = 7, 30
# The purpose stands in the secret and in what is hashed: no other token opens a draft.
_PURPOSE = "draft-"
_BYTES = 20
# Before it is out, and on nobody's site.
_READABLE = (Issue.State.DRAFT, Issue.State.SCHEDULED)


def make(issue: Issue, by: AbstractBaseUser, days: int, note: str = "") -> tuple[DraftLink, str]:
    """A new link and its secret, which nobody can see again; `days` is from 1 to LONGEST."""
    if not 1 <= days <= LONGEST:
        raise ValueError(f"a link holds from 1 to {LONGEST} days")
    secret = _PURPOSE + base64.b32encode(secrets.token_bytes(_BYTES)).decode().lower()
    now = timezone.now()
    link = DraftLink.objects.create(
        issue=issue,
        by_id=by.pk,
        note=note[:60],
        digest=_hashed(secret),
        made_at=now,
        ends_at=now + dt.timedelta(days=days),
    )
    return link, secret


def find(secret: str) -> DraftLink | None:
    """The link of this secret, if it opens its draft now. None says nothing about why not."""
    if not secret.startswith(_PURPOSE):
        return None
    rows = DraftLink.objects.select_related("issue__publication", "by")
    link = rows.filter(digest=_hashed(secret)).first()
    return link if link is not None and opens(link) else None


def opens(link: DraftLink) -> bool:
    """Whether a link opens its draft now."""
    issue = link.issue
    return (
        link.revoked_at is None
        and timezone.now() < link.ends_at
        and issue.state in _READABLE
        and issue.published_at is None
        and may(link.by, Act.EDIT, issue.publication)
    )


def can_have(issue: Issue) -> bool:
    """Whether there is a draft to read: not a rehearsal's copy, and not yet out."""
    waits = issue.state in _READABLE and issue.published_at is None
    return waits and issue.rehearses_id is None


def revoke(link: DraftLink) -> bool:
    """End a link at once; False if it had been."""
    rows = DraftLink.objects.filter(pk=link.pk, revoked_at__isnull=True)
    return bool(rows.update(revoked_at=timezone.now()))


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
