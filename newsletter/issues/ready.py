"""Which draft may go by itself: a person with the right to send said so, of this very text.

Passing preflight is never ready. What was said is bound to a fingerprint of what would be sent, so
any change of the draft asks again; and it ends with the release, so what was taken back asks again
too. Where a second person must approve, that is asked as well.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from newsletter.editions import IssueView, family, load
from newsletter.models import Issue, Ready
from subscribers import accounts
from subscribers.roles import Act, may

from . import approvals

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


def fingerprint(view: IssueView) -> str:
    """64 hexadecimal digits for all an issue would show: items in order, texts, links, dates.

    What was found when its links were tried is nothing that it shows.
    """
    shown = dataclasses.asdict(view)
    shown["extra"] = {name: value for name, value in view.extra.items() if name != "dead_links"}
    written = json.dumps(shown, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def declare(issue: Issue, view: IssueView, by: AbstractBaseUser) -> None:
    """`by`, who has the right to send, looked at `view` and says that it may take a slot.

    The caller has checked the right and the blockers; both are asked again when a slot is due.
    """
    Ready.objects.update_or_create(
        issue=issue, defaults={"by_id": by.pk, "fingerprint": fingerprint(view)}
    )


def withdraw(issue: Issue) -> bool:
    """The draft takes no slot until somebody says so again; False if nobody had."""
    return bool(Ready.objects.filter(issue=issue).delete()[0])


def said(issue: Issue) -> Ready | None:
    """What somebody said of this draft, whether or not it still holds; as the row was read."""
    try:
        return issue.ready
    except Ready.DoesNotExist:
        return None


def lacking(issue: Issue, view: IssueView | None = None) -> list[str]:
    """What a draft still lacks of being ready, blockers of its text aside: sentences.

    What goes with it must be ready too: nobody has looked at a translation by looking at this.
    """
    found = _lacking(issue, view)
    for other in family.together(issue)[1:]:
        name = f"{other.title} ({other.language})"
        found += [
            _("“%(title)s”: %(reason)s") % {"title": name, "reason": reason}
            for reason in _lacking(other, None)
        ]
    return found


def _lacking(issue: Issue, view: IssueView | None) -> list[str]:
    publication = issue.publication
    found = []
    word = said(issue)
    if word is None:
        found.append(pgettext("slot", "Nobody has said yet that it is ready."))
    elif word.fingerprint != fingerprint(view or load(issue)):
        found.append(
            pgettext("slot", "It was changed since %(who)s said that it is ready.")
            % {"who": word.by.get_username()}
        )
    elif not may(word.by, Act.SEND, publication):
        found.append(
            pgettext("slot", "%(who)s, who said that it is ready, may not send any more.")
            % {"who": word.by.get_username()}
        )
    if publication.needs_approval:
        found += approvals.lacking(issue, Issue.Channels.ALL)
        if word is not None and accounts.same_person(word.by, issue.approved_by):
            found.append(
                pgettext("slot", "Somebody else than the one who approved it must say it is ready.")
            )
    return found
