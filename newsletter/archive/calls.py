"""How often a network may call what costs more than a page: counted in this process alone.

A search writes nothing, so its limit writes nothing either. With several processes a network may
do as many times more; it is there against a flood, not to count.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable


class Calls:
    """`burst` calls of a network at once, then one every `interval` seconds."""

    def __init__(
        self,
        interval: float,
        burst: int,
        *,
        most: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._interval, self._burst, self._most, self._clock = interval, burst, most, clock
        # Network -> when all of its calls are free again; the least lately seen first.
        self._free: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, network: str) -> bool:
        """Whether this network may call now. Nobody is held back for having asked too often."""
        with self._lock:
            now = self._clock()
            free = max(now, self._free.pop(network, now))
            allowed = free - now <= (self._burst - 1) * self._interval
            self._free[network] = free + self._interval if allowed else free
            while len(self._free) > self._most:
                self._free.popitem(last=False)
            return allowed

    def clear(self) -> None:
        """Forget everybody."""
        with self._lock:
            self._free.clear()
