"""Who was asked for a second person's yes, by whom, and whether it was sent back since.

The asking itself is an entry on record (`approval asked`) with the keys of the accounts that
were asked by name; none of them: whoever may approve is asked, and the first takes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model

from newsletter.models import Approval, Comment, Issue, Revision
from subscribers import accounts
from subscribers.models import AuditEntry, Publication
from subscribers.roles import Act, holders, may

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, User

ASKED = "approval asked"
_ALL = str(Issue.Channels.ALL)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a draft is: who asked last and whom by name (the accounts' keys as texts), and the
    words that sent it back since."""

    by: str = ""
    asked: tuple[str, ...] = ()
    # Where it was said to go.
    goes_to: str = _ALL
    back: Comment | None = None


def people(publication: Publication, but: AbstractBaseUser | None = None) -> list[User]:
    """Who can be asked by name: all who may approve, but the one who asks."""
    found = holders(Act.APPROVE, publication)
    return [one for one in found if but is None or not accounts.same_person(one, but)]


def standings(issues: Iterable[Issue]) -> dict[int, Standing]:
    """Each issue's standing, by its number. Three reads."""
    targets = {f"issue:{one.pk}": one.pk for one in issues}
    entries = AuditEntry.objects.filter(target__in=targets, action=ASKED).order_by("pk")
    last = {targets[entry.target]: entry for entry in entries}
    backs = Comment.objects.select_related("by").filter(
        issue__in=targets.values(), sent_back=True, done_at__isnull=True
    )
    open_backs = {one.issue_id: one for one in backs.order_by("at", "pk")}
    later = dict(Approval.objects.filter(issue__in=targets.values()).values_list("issue", "at"))
    found = {}
    for number in targets.values():
        entry, back = last.get(number), open_backs.get(number)
        if (
            back is not None
            and max(later.get(number, back.at), entry.at if entry else back.at) > back.at
        ):
            back = None  # It was mended and asked for again, or there was a yes since.
        found[number] = Standing(
            by=entry.actor if entry is not None else "",
            asked=tuple(entry.detail.get("asked", ())) if entry is not None else (),
            goes_to=entry.detail.get("channels", _ALL) if entry is not None else _ALL,
            back=back,
        )
    return found


def is_second(issue: Issue, user: AbstractBaseUser) -> bool:
    """Whether this user has the right to approve, and a yes of theirs is a second person's."""
    return may(user, Act.APPROVE, issue.publication) and may_say_yes(issue, user)


def may_say_yes(issue: Issue, by: AbstractBaseUser) -> bool:
    """Whether a yes of `by`, who has the right to approve, is a second person's.

    It is not where they alone wrote the draft and somebody else could say yes. Where nobody else
    could, whoever sends it is the second person: that is never the one who approved.
    """
    kinds = (Revision.Kind.IMPORT, Revision.Kind.EDIT)
    written = issue.revisions.filter(kind__in=kinds).order_by()
    # A program's revisions have no account.
    keys = set(written.values_list("by", flat=True).distinct())
    writers = get_user_model().objects.filter(pk__in=keys - {None})
    alone = bool(keys) and None not in keys and all(accounts.same_person(w, by) for w in writers)
    return not (alone and people(issue.publication, but=by))
