"""The HTML of items, kept for the next feed that holds them, in this process, up to a bound.

After a publishing every reader's own feed is built again, and most items are in all of them. Keys
hold the number of the publication's newest change, so nothing here is older than the rows.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable


class Kept:
    """Octets by key, the least lately used falling out beyond `most` octets in all."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, build: Callable[[], bytes]) -> bytes:
        """What is kept under `key`, else what `build` gives, kept from now on.

        Two threads may build the same thing at once; that is cheaper than one waiting.
        """
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        built = build()
        with self._lock:
            self._size += len(built) - len(self._kept.pop(key, b""))
            self._kept[key] = built
            while self._size > self._most:
                self._size -= len(self._kept.popitem(last=False)[1])
        return built

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._size = 0


# The items of a few months.
ITEMS = Kept(8_000_000)
