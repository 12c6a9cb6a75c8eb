"""What was built is kept for the next one who asks, in this process, up to a number of octets.

After a publishing every reader's copy is out of date at once: ten thousand polls of one address
must not build the same feed ten thousand times. Keys hold `Publication.changed_at`, so nothing
here is ever wrong for longer than the ETag would be; what is not asked for falls out.
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


# Sixty categories and as many combinations in three forms; and the items of a few months.
BODIES = Kept(32_000_000)
ITEMS = Kept(8_000_000)
