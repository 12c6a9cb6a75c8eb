"""Twins: two issues of a publication that hold mostly the same stories.

The second goes out only after a person has said by name that it may: readers would get the same
twice. A translation, a round-up and a correction say the same on purpose and are no twins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import pgettext

from newsletter.models import Issue, TwinConfirmation

from .stories import Told, told

# Readers have it, or will without anybody doing more.
_OUT = (
    Issue.State.SCHEDULED,
    Issue.State.SENDING,
    Issue.State.PAUSED,
    Issue.State.SENT,
    Issue.State.PUBLISHED,
)


@dataclass(frozen=True, slots=True)
class Twin:
    """An issue that is out, and how many of so many items it holds as well."""

    slug: str
    shared: int
    items: int


def unconfirmed(issue: Issue, found: Iterable[Told] | None = None) -> list[Twin]:
    """Issues that are out and hold more than half of this one's stories, nobody having said that
    this may go as well. `found` are its told stories, where they are known already.

    An item that follows up another does not say the same.
    """
    if issue.kind != Issue.Kind.REGULAR:
        return []
    total = issue.items.filter(hidden=False).count()
    follow = set(issue.items.filter(follows__isnull=False).values_list("pk", flat=True))
    confirmed = set(TwinConfirmation.objects.filter(issue=issue).values_list("twin", flat=True))
    shared: dict[int, set[int]] = {}
    slugs: dict[int, str] = {}
    for one in told(issue) if found is None else found:
        for earlier in one.earlier:
            out = earlier.state in _OUT and earlier.publication == issue.publication_id
            if out and earlier.issue not in confirmed and one.item.pk not in follow:
                shared.setdefault(earlier.issue, set()).add(one.item.pk)
                slugs[earlier.issue] = earlier.slug
    return [
        Twin(slugs[pk], len(items), total)
        for pk, items in sorted(shared.items())
        if len(items) * 2 > total
    ]


def reasons(twins: Iterable[Twin]) -> list[str]:
    """Why the issue cannot go out yet: a sentence for each."""
    return [
        pgettext(
            "story",
            "The issue %(twin)s holds %(shared)d of the %(items)d stories of this one. Readers "
            "would get them twice: say that it may go out all the same.",
        )
        % {"twin": one.slug, "shared": one.shared, "items": one.items}
        for one in twins
    ]


def confirm(issue: Issue, slug: str, by: str) -> bool:
    """`by` has seen that the issue `slug` holds the same stories; False if there is no such one."""
    twin = Issue.objects.filter(publication=issue.publication_id, slug=slug).first()
    if twin is None or twin.pk == issue.pk:
        return False
    TwinConfirmation.objects.get_or_create(issue=issue, twin=twin, defaults={"by": by})
    return True
