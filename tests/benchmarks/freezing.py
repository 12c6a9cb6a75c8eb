"""What a freeze took, by two clocks, and how many times as much as another in the same round.

The clock on the wall says how long somebody waits; on a machine that others use as well only
processor time compares, with that of the database's own process (its parallel workers left out).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Took(NamedTuple):
    """Seconds."""

    processor: float
    clock: float

    def __add__(self, other: object) -> Took:
        assert isinstance(other, Took)
        return Took(self.processor + other.processor, self.clock + other.clock)


def freeze(issue: Any) -> Took:
    """Release an issue and freeze it."""
    from newsletter import sending

    sending.release(issue, by="bench", now=True)
    return frozen(issue)


def frozen(issue: Any) -> Took:
    """Freeze an issue that is released."""
    from newsletter import sending

    processor, clock = time.process_time() + server(), time.perf_counter()
    if not sending.freeze(issue.pk):
        raise SystemExit("the freeze was refused")
    return Took(time.process_time() + server() - processor, time.perf_counter() - clock)


def server() -> float:
    """Seconds that PostgreSQL's process of this connection has run (Linux); 0.0 on SQLite."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def seconds(rounds: Sequence[Took]) -> list[list[float]]:
    """(processor, clock) of each round."""
    return [[round(one, 2) for one in took] for took in rounds]


def over(rounds: Sequence[Took], usual: Sequence[Took], mails: float = 1.0) -> list[float]:
    """(processor, clock) over the usual's of the same round, the medians; `mails` is how many
    times as many readers were mailed."""
    pairs = list(zip(rounds, usual, strict=True))
    return [
        round(statistics.median(one[which] / other[which] for one, other in pairs) / mails, 2)
        for which in (0, 1)
    ]
