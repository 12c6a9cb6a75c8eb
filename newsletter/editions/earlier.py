"""What told the story of a public item before, for "Earlier on this" on its page."""

from __future__ import annotations

from django.db.models import Q

from newsletter.models import Issue, Item
from subscribers.models import Category


def told_before(item: int, *, apart: Issue, most: int = 6) -> list[Item]:
    """Public items, each with its issue, that told the story of this one before; newest first.

    Not those of `apart`, its issue, nor the one that it says itself it goes on with; of another
    publication only what is not for its readers alone.
    """
    return list(
        Item.objects.filter(
            told_again__item=item,
            hidden=False,
            published_at__isnull=False,
            issue__listed=True,
            issue__published_at__isnull=False,
        )
        .exclude(category__visibility=Category.Visibility.PRIVATE)
        .exclude(~Q(issue__publication=apart.publication_id), issue__publication__readers_only=True)
        .exclude(issue=apart)
        .exclude(follow_ups=item)
        .select_related("issue__publication")
        .only("title", "anchor", "issue__slug", "issue__date", "issue__publication__slug")
        .order_by("-issue__date", "-pk")[:most]
    )
