"""All items there are, taken up in turn by what came to be later: an index, a memory, ties.

Each has a cursor by its name, the last item it has seen. So it finds what was here before there was
such a thing, and what was written past it; it may run in several processes and be ended at any
moment, since the cursor moves in the transaction that does the work.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from django.db import transaction

from newsletter.models import Item, StoryCursor

# Seconds a chore may take before it lets the others have their turn.
_TURN = 5.0

Take = Callable[[Sequence[int]], None]


def sweep(name: str, take: Take, batch: int) -> int:
    """Take up the items above the cursor `name` for a few seconds; how many there were.

    `take` does the work for items of these keys, in order, within a transaction; `batch` is how
    many at once: on SQLite nobody else writes meanwhile.
    """
    until = time.monotonic() + _TURN
    done = 0
    while time.monotonic() < until:
        taken = next_batch(name, take, batch)
        done += taken
        if taken < batch:
            break
    return done


def next_batch(name: str, take: Take, batch: int) -> int:
    """The next items above the cursor; how many there were."""
    StoryCursor.objects.get_or_create(name=name)
    with transaction.atomic():
        cursor = StoryCursor.objects.select_for_update().get(name=name)
        above = Item.objects.filter(pk__gt=cursor.item).order_by("pk")
        keys = list(above.values_list("pk", flat=True)[:batch])
        if keys:
            take(keys)
            StoryCursor.objects.filter(name=name).update(item=keys[-1])
    return len(keys)
