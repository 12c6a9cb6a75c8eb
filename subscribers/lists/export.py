"""Readers to a file that any spreadsheet opens and `importing` reads back as it was.

A cell that a spreadsheet would run as a formula gets an apostrophe before it; `importing` takes it
away again. What is personal beyond the address, name and choice is not in it: that is what a
reader's own export is for.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from typing import Protocol

from subscribers import addresses
from subscribers.choice import Choice
from subscribers.models import Publication, Subscription
from subscribers.suppression import in_force

from .cells import defuse

HEADER = (
    "email",
    "name",
    "state",
    "suppressed",
    "categories",
    "new_categories",
    "tail_links",
    "rhythm",
    "language",
    "paused_until",
    "created_at",
    "confirmed_at",
)
_BATCH = 2000


class Out(Protocol):
    """Whatever takes text."""

    def write(self, text: str, /) -> object: ...


def write(
    out: Out,
    publication: Publication,
    *,
    states: tuple[str, ...] = (),
    on_written: Callable[[int], None] | None = None,
) -> int:
    """Write the readers of a publication, oldest first; how many. `states` empty: all.

    Erased readers have no address and are not in it. Memory is that of one batch.
    """
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(HEADER)
    live = list(publication.categories.filter(bit__isnull=False).order_by("position", "id"))
    rows = (
        Subscription.objects.filter(publication=publication, subscriber__erased_at__isnull=True)
        .select_related("subscriber")
        .order_by("id")
    )
    if states:
        rows = rows.filter(state__in=states)
    last, written = 0, 0
    # By key, not by cursor: on SQLite an open cursor would hold the log for as long as it takes.
    while batch := list(rows.filter(pk__gt=last)[:_BATCH]):
        suppressed = _suppressed(batch, publication)
        for tie in batch:
            value = Choice(tie.choice)
            table.writerow(
                map(
                    defuse,
                    (
                        tie.subscriber.address,
                        tie.subscriber.name,
                        tie.state,
                        suppressed.get(tie.subscriber_id, ""),
                        ", ".join(category.slug for category in value.categories(live)),
                        "yes" if value.new else "no",
                        "yes" if value.tail else "no",
                        tie.rhythm,
                        tie.language,
                        _time(tie.paused_until),
                        _time(tie.created_at),
                        _time(tie.confirmed_at),
                    ),
                )
            )
        last, written = batch[-1].pk, written + len(batch)
        if on_written is not None:
            on_written(written)
    return written


def _suppressed(batch: list[Subscription], publication: Publication) -> dict[int, str]:
    """Subscriber id -> reason, of those not mailed here, under whichever key version."""
    owners = {
        key: tie.subscriber_id for tie in batch for key in addresses.keys_of(tie.subscriber.address)
    }
    found = in_force(owners, publication)
    return {owners[key]: reason for key, reason in found.values_list("key", "reason")}


def _time(at: dt.datetime | None) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds") if at is not None else ""
