"""Ratios of two measurements taken side by side, and how sure one may be of their median."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple


class Ratio(NamedTuple):
    """The median of some ratios and its 95 % interval."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.3f} ({self.low:.3f}-{self.high:.3f})"


def ratio(values: Sequence[float], others: Sequence[float]) -> Ratio:
    """The ratio of values over others, pair by pair.

    The interval is between two order statistics of the ratios, as narrow as it may be with at
    least 95 % of the binomial distribution between them: it assumes nothing about how the ratios
    are distributed, which on a shared machine is not normal. Raises ValueError below six pairs.
    """
    ratios = sorted(a / b for a, b in zip(values, others, strict=True))
    count = len(ratios)
    if count < 6:
        raise ValueError("six pairs are the fewest that have a 95 % interval")
    outside, below = 0.0, 0
    while (outside := outside + 2 * math.comb(count, below) / 2**count) <= 0.05:
        below += 1
    return Ratio(statistics.median(ratios), ratios[below - 1], ratios[count - below])


def interleaved(
    contestants: Mapping[str, Callable[[], float]], rounds: int
) -> dict[str, list[float]]:
    """What each measured in each round; who begins changes from round to round."""
    names = list(contestants)
    found: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            found[name].append(contestants[name]())
    return found
