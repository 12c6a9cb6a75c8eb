"""How many readers there are, who came and who went: kept figures, the same at ten or ten million.

    triggers   the database notes each change of a choice, in the transaction that makes it
    figures    what such changes do to the figures; pure
    folding    adds them up in the background

A page reads the figures and adds what is not folded yet (at most TAIL rows), so a change is seen
at once; `Readership.behind` says that a large import is still being added up.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from ..models import WHOLE, ReaderChange, ReaderCount, ReaderDay
from . import folding
from .figures import effects
from .folding import sweep

__all__ = ["WHOLE", "Moved", "Readership", "read", "sweep"]

# Rows that a page adds up itself.
TAIL = 1_000


@dataclass(frozen=True, slots=True)
class Moved:
    """Readers won and lost."""

    won: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Readership:
    """The figures of some publications. `days` by (publication, category or 0, day)."""

    counts: Counter[tuple[int, int]]
    days: dict[tuple[int, int, dt.date], Moved]
    behind: bool

    def readers(self, publication: int, bit: int | None = WHOLE) -> int:
        """Active readers who have this bit in their choice; by default all of them."""
        return 0 if bit is None else self.counts[publication, bit]

    def moved(
        self, publication: int, category: int = 0, *, since: dt.date, until: dt.date
    ) -> Moved:
        """Won and lost from one day to another, both included."""
        days = (since + dt.timedelta(days=n) for n in range((until - since).days + 1))
        found = [one for day in days if (one := self.days.get((publication, category, day)))]
        return Moved(sum(one.won for one in found), sum(one.lost for one in found))


def read(publications: Collection[int], since: dt.date) -> Readership:
    """The figures now, and the days from `since` on. Four queries, whatever the readership."""
    tail = list(ReaderChange.objects.order_by("pk").values_list(*folding.COLUMNS)[: TAIL + 1])
    fresh = effects(
        folding.as_changes([row for row in tail[:TAIL] if row[0] in publications]),
        folding.owners(publications),
    )
    counts = Counter(
        {
            (publication, bit): readers
            for publication, bit, readers in ReaderCount.objects.filter(
                publication__in=publications
            ).values_list("publication_id", "bit", "readers")
        }
    )
    counts.update(fresh.counts)
    rows = ReaderDay.objects.filter(publication__in=publications, day__gte=since)
    days = {
        (publication, category, day): Moved(won, lost)
        for publication, category, day, won, lost in rows.values_list(
            "publication_id", "category", "day", "won", "lost"
        )
    }
    for key in {*fresh.won, *fresh.lost}:
        old = days.get(key, Moved())
        days[key] = Moved(old.won + fresh.won[key], old.lost + fresh.lost[key])
    return Readership(counts, days, len(tail) > TAIL)
