"""Which public items tell a story again: stored when they appear, for "Earlier on this".

Either of two items may appear first, since an archive may be imported after newer issues; so a new
one is tied to those before it and to those after it. A correction mends words and not what an item
is about: its ties stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from newsletter.editions import taking_up
from newsletter.models import Issue, Item, ToldBefore

from . import stories

_CURSOR = "told_before"
# Few, since SQLite has one writer: it is kept from others while these are looked up.
_BATCH = 40


def tie(issue: Issue, items: Sequence[Item] | None = None) -> None:
    """Store which earlier items told the stories of this public issue, and which later ones of its
    publication tell them again; of all its items, or of those given. A few queries whatever there
    is. Another publication whose past counts here does not go on with our stories for that."""
    found = stories.told(issue, items)
    near = {earlier.item for one in found for earlier in one.earlier}
    # Of a draft the words may still change; it is tied when it appears.
    public = set(
        Item.objects.filter(pk__in=near, published_at__isnull=False).values_list("pk", flat=True)
    )
    pairs: set[tuple[int, int]] = set()
    for one in found:
        for other in one.earlier:
            if other.item in public:
                before = (other.date, other.item) < (issue.date, one.item.pk)
                mine = one.item.pk
                if before:
                    pairs.add((mine, other.item))
                elif other.publication == issue.publication_id:
                    pairs.add((other.item, mine))
    ToldBefore.objects.bulk_create(
        [ToldBefore(item_id=item, earlier_id=earlier) for item, earlier in sorted(pairs)],
        ignore_conflicts=True,
    )


def sweep() -> int:
    """Tie imported archives, and what was here before, for a few seconds; how many items.

    Drafts are passed over: they are tied when they appear.
    """
    return taking_up.sweep(_CURSOR, _take, _BATCH)


def _take(keys: Sequence[int]) -> None:
    rows = Item.objects.filter(
        pk__in=keys, published_at__isnull=False, issue__published_at__isnull=False
    ).select_related("issue__publication")
    for _issue, items in groupby(rows.order_by("issue_id", "number"), lambda row: row.issue_id):
        mine = list(items)
        tie(mine[0].issue, mine)
