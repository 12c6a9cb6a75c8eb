"""Items into the memory of stories: when they are written, and the older ones in turn."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max

from newsletter.models import Issue, Item, Link, StoryCursor, TitleBand

from .addresses import link_key
from .bands import bands_of

log = logging.getLogger(__name__)

_CURSOR = "titles"
_BATCH = 500
# Seconds a chore may take before it lets the others have their turn.
_TURN = 5.0


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
    """Take up the items above the cursor, for a few seconds; how many there were.

    It finds what was here before there was a memory, and what was written past it. It may run in
    several processes, and be ended at any moment: the cursor moves with what was done.
    """
    until = time.monotonic() + _TURN
    done = 0
    while time.monotonic() < until:
        taken = catch_up()
        done += taken
        if taken < _BATCH:
            break
    if done > _BATCH:
        left = progress()
        log.info("stories: %d items taken up, %d of %d are known", done, *left)
    return done


def progress() -> tuple[int, int]:
    """How far the memory has come: the last item it knows, and the last there is."""
    cursor = StoryCursor.objects.filter(name=_CURSOR).first()
    last = Item.objects.aggregate(last=Max("pk"))["last"] or 0
    return (cursor.item if cursor else 0), last


def catch_up() -> int:
    """The next batch of items above the cursor; how many there were."""
    StoryCursor.objects.get_or_create(name=_CURSOR)
    with transaction.atomic():
        cursor = StoryCursor.objects.select_for_update().get(name=_CURSOR)
        rows = list(
            Item.objects.filter(pk__gt=cursor.item)
            .only("pk", "title", "issue_id", "copied_from_id")
            .order_by("pk")[:_BATCH]
        )
        if not rows:
            return 0
        remember(rows)
        _name_pages(rows)
        StoryCursor.objects.filter(name=_CURSOR).update(item=rows[-1].pk)
    return len(rows)


def _name_pages(rows: Iterable[Item]) -> None:
    """Links written under an older rule for what a page is, or past it, get the key of today."""
    changed = []
    for link in Link.objects.filter(item__in=[row.pk for row in rows]).exclude(url=""):
        if (key := link_key(link.url)) != link.url_key:
            link.url_key = key
            changed.append(link)
    Link.objects.bulk_update(changed, ["url_key"], batch_size=500)
