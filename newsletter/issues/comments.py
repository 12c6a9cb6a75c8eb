"""What colleagues say of an issue before it goes: at the issue or at an item, until it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from newsletter.digest.markdown import clean
from newsletter.models import Comment, Issue, Item

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

LONGEST = 2000
# Open and done ones of an issue, together; a page shows them all.
MOST = 300


class BadComment(ValueError):
    """The comment was not kept; the message says why, in a sentence."""


def add(
    issue: Issue,
    text: str,
    *,
    by: AbstractBaseUser,
    item: Item | None = None,
    sent_back: bool = False,
) -> Comment:
    """Keep what `by` says. Raises BadComment for an empty or overlong text, or one too many."""
    text = clean(text).strip()
    if not text:
        raise BadComment(_("Write something first."))
    if len(text) > LONGEST:
        raise BadComment(
            _("A comment has at most %(most)d characters; this one has %(is)d.")
            % {"most": LONGEST, "is": len(text)}
        )
    if issue.comments.count() >= MOST:
        raise BadComment(_("An issue holds at most %(most)d comments.") % {"most": MOST})
    return Comment.objects.create(
        issue=issue, item=item, by_id=by.pk, text=text, sent_back=sent_back
    )


def settle(comment: Comment, by: AbstractBaseUser) -> bool:
    """Say that a comment is dealt with; False if somebody has."""
    return bool(
        Comment.objects.filter(pk=comment.pk, done_at__isnull=True).update(
            done_at=timezone.now(), done_by=by.pk
        )
    )


def of(issue: Issue) -> QuerySet[Comment]:
    """Those of an issue, the oldest first, with whom they are by."""
    return issue.comments.select_related("by", "done_by", "item").order_by("at", "pk")[:MOST]
