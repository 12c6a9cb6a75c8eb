"""Issues and items found by any part of their titles."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from newsletter.models import Issue, Item
from subscribers import trigrams
from subscribers.models import Publication
from subscribers.trigrams import Trigrams

ISSUES = Trigrams("newsletter_issue", ("title", "slug"))
ITEMS = Trigrams("newsletter_item", ("title",))
# Of one or two characters, which Chinese words are, the newest so many are looked at.
_NEWEST = 400


def issues(text: str, publications: Sequence[Publication], most: int) -> list[Issue]:
    """Issues of these publications with the text in title or address name, newest date first."""
    rows = Issue.objects.filter(
        publication__in=publications,
        rehearses__isnull=True,
        roundup__subscription__isnull=True,
    ).select_related("publication")
    if len(text) < trigrams.SHORTEST:
        newest = list(rows.order_by("-pk")[:_NEWEST])
        low = text.lower()
        found = [one for one in newest if low in one.title.lower() or low in one.slug]
        return sorted(found, key=lambda one: (one.date, one.pk), reverse=True)[:most]
    ids = trigrams.matching(ISSUES, text)
    return list(rows.filter(pk__in=ids).order_by("-date", "-pk")[:most])


def items(text: str, publications: Sequence[Publication], most: int) -> list[Item]:
    """Items of these publications with the text in their title, newest issue first."""
    rows: QuerySet[Item] = (
        Item.objects.filter(
            issue__publication__in=publications,
            issue__rehearses__isnull=True,
            issue__roundup__subscription__isnull=True,
        )
        .select_related("issue", "issue__publication")
        .order_by("-pk")
    )
    if len(text) < trigrams.SHORTEST:
        low = text.lower()
        return [one for one in rows[:_NEWEST] if low in one.title.lower()][:most]
    return list(rows.filter(pk__in=trigrams.matching(ITEMS, text))[:most])
