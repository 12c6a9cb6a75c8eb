"""Items into the memory of stories: when they are written, and the older ones in turn."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from django.db.models import Max

from newsletter.editions import taking_up
from newsletter.models import Issue, Item, Link, StoryCursor, TitleBand

from .addresses import link_key
from .bands import bands_of

log = logging.getLogger(__name__)

# Named anew when the rules for what a page is change: then all that was taken up is, once more.
_CURSOR = "titles 2"
_BATCH = 500


def remember(items: Iterable[Item]) -> None:
    """Make what the memory holds of these items' titles what they are now.

    Copies in a round-up, in a correction and in a rehearsal tell no story of their own. Call it in
    the transaction that writes the items; their links are found by their own rows.
    """
    rows = list(items)
    TitleBand.objects.filter(item__in=rows).delete()
    kinds = dict(
        Issue.objects.filter(pk__in={row.issue_id for row in rows}).values_list("pk", "kind")
    )
    own = [
        row
        for row in rows
        if row.copied_from_id is None and kinds.get(row.issue_id) == Issue.Kind.REGULAR
    ]
    _insert(own)


def _insert(rows: Iterable[Item]) -> None:
    chosen = list(rows)
    where = dict(
        Issue.objects.filter(pk__in={row.issue_id for row in chosen}).values_list(
            "pk", "publication_id"
        )
    )
    TitleBand.objects.bulk_create(
        (
            TitleBand(publication_id=where[row.issue_id], band=band, item=row)
            for row in chosen
            for band in bands_of(row.title)
        ),
        batch_size=1000,
        ignore_conflicts=True,
    )


def sweep() -> int:
    """Take up what was here before there was a memory, for a few seconds; how many items."""
    done = taking_up.sweep(_CURSOR, _take, _BATCH)
    if done > _BATCH:
        left = progress()
        log.info("stories: %d items taken up, %d of %d are known", done, *left)
    return done


def progress() -> tuple[int, int]:
    """How far the memory has come: the last item it knows, and the last there is."""
    cursor = StoryCursor.objects.filter(name=_CURSOR).first()
    last = Item.objects.aggregate(last=Max("pk"))["last"] or 0
    return (cursor.item if cursor else 0), last


def _take(keys: Sequence[int]) -> None:
    rows = list(
        Item.objects.filter(pk__in=keys)
        .only("pk", "title", "issue_id", "copied_from_id")
        .order_by("pk")
    )
    remember(rows)
    _name_pages(rows)


def _name_pages(rows: Iterable[Item]) -> None:
    """Links written under an older rule for what a page is, or past it, get the key of today."""
    changed = []
    for link in Link.objects.filter(item__in=[row.pk for row in rows]).exclude(url=""):
        if (key := link_key(link.url)) != link.url_key:
            link.url_key = key
            changed.append(link)
    Link.objects.bulk_update(changed, ["url_key"], batch_size=500)
