"""What the sign-up page tells about a publication: what it is worth to a visitor."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.utils import timezone

from newsletter.editions import published
from newsletter.models import Issue, Item
from subscribers import readership
from subscribers.models import Publication

# Issues looked back at, and from how many on the share of a category says something.
_LOOK_BACK = 10
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class SignUpFacts:
    """`sample`: the newest issue, where it is public. `often`: of the last `issues` how many had
    an item of a category, by its address name. `readers`: None where it is not to be said."""

    sample: Issue | None
    issues: int
    often: dict[str, int]
    readers: int | None


def facts(publication: Publication) -> SignUpFacts:
    """Read from the last ten issues: a visitor sees at once what would come."""
    last = list(published.single_issues(publication)[:_LOOK_BACK])
    often: dict[str, set[int]] = defaultdict(set)
    if len(last) >= _ENOUGH:
        rows = Item.objects.filter(issue__in=last, hidden=False, category__isnull=False)
        for slug, issue in rows.values_list("category__slug", "issue_id"):
            often[slug].add(issue)
    return SignUpFacts(
        sample=last[0] if last and not publication.readers_only else None,
        issues=len(last) if often else 0,
        often={slug: len(issues) for slug, issues in often.items()},
        readers=_readers(publication) if publication.show_readers else None,
    )


def _readers(publication: Publication) -> int:
    return readership.read([publication.pk], timezone.localdate()).readers(publication.pk)
