"""Finished answers by address: bounded in octets and in number, built by one thread at a time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field

# What Python needs for an entry besides its octets: key, headers, tags. Roughly.
_OVERHEAD = 2_000
# Seconds after which one who waits for another's build builds for himself.
_LONGEST_WAIT = 20.0


@dataclass(frozen=True, slots=True)
class Scope:
    """What an answer shows: `issue` 0 is a whole publication, `publication` 0 the whole site."""

    publication: int = 0
    issue: int = 0

    def touched_by(self, change: Scope) -> bool:
        """Whether a change of `change` may change an answer that shows this."""
        if 0 in (self.publication, change.publication):
            return True
        if self.publication != change.publication:
            return False
        return 0 in (self.issue, change.issue) or self.issue == change.issue


# What shows nothing of what is published: only a change of everything touches it.
NOTHING = Scope(-1)


@dataclass(frozen=True, slots=True)
class Body:
    """Octets in one content coding, and the headers they go with: lower case -> name, value."""

    octets: bytes
    headers: dict[str, tuple[str, str]]
    tag: str


@dataclass(eq=False, slots=True)
class Entry:
    """A finished answer. `changed` and `good_until` are seconds since 1970.

    `bodies` are by content coding (""), more of them made when first asked for. `language` is
    set where the address has an answer for each language.
    """

    status: int
    scope: Scope
    bodies: dict[str, Body]
    compressible: bool = False
    language: str = ""
    changed: int | None = None
    good_until: float | None = None

    @property
    def size(self) -> int:
        """Octets it takes, roughly."""
        return sum(_OVERHEAD + len(body.octets) for body in self.bodies.values())


@dataclass(eq=False, slots=True)
class _Build:
    done: threading.Event = field(default_factory=threading.Event)
    result: Entry | None = None
    stale: bool = False  # Something changed meanwhile: neither kept nor shown to who came later.


class Store:
    """Entries by key, the least lately used falling out beyond the bounds.

    Safe for threads. `built` is the only way in, so that what changed during a build is never
    kept.
    """

    def __init__(self, most_bytes: int, most_entries: int) -> None:
        self._most_bytes, self._most_entries = most_bytes, most_entries
        self._size = 0
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()
        self._building: dict[Hashable, _Build] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Entry | None:
        """What is kept under `key`."""
        with self._lock:
            found = self._entries.get(key)
            if found is not None:
                self._entries.move_to_end(key)
            return found

    def built(self, key: Hashable, build: Callable[[], Entry | None]) -> tuple[Entry | None, bool]:
        """(the entry, whether this caller's `build` ran).

        Of many who ask for one key at once, one builds and the others wait for the result. None
        if it cannot be kept: then each builds for itself.
        """
        with self._lock:
            running = self._building.get(key)
            if running is None:
                mine = self._building[key] = _Build()
        if running is not None:
            running.done.wait(_LONGEST_WAIT)
            return (running.result, False) if running.result is not None else (build(), True)
        try:
            mine.result = build()
        finally:
            with self._lock:
                if self._building.get(key) is mine:
                    del self._building[key]
                if mine.result is not None and not mine.stale:
                    self._put(key, mine.result)
            mine.done.set()
        return mine.result, True

    def add_body(self, entry: Entry, coding: str, body: Body) -> None:
        """Keep one more coding of an entry's octets."""
        with self._lock:
            if coding not in entry.bodies:
                before = entry.size
                entry.bodies[coding] = body
                if any(kept is entry for kept in self._entries.values()):
                    self._size += entry.size - before
                    self._evict()

    def forget(self, changes: Iterable[Scope]) -> None:
        """Drop what these changes touch; builds under way may have read rows from before them."""
        changes = list(changes)
        if not changes:
            return
        with self._lock:
            for build in self._building.values():
                build.stale = True
            self._building.clear()
            for key in [
                key
                for key, entry in self._entries.items()
                if any(entry.scope.touched_by(change) for change in changes)
            ]:
                self._size -= self._entries.pop(key).size

    def drop(self, key: Hashable) -> None:
        """Drop one."""
        with self._lock:
            if (entry := self._entries.pop(key, None)) is not None:
                self._size -= entry.size

    def clear(self) -> None:
        """Drop everything."""
        self.forget([Scope()])

    def figures(self) -> tuple[int, int]:
        """(entries, octets)."""
        with self._lock:
            return len(self._entries), self._size

    def _put(self, key: Hashable, entry: Entry) -> None:
        if (old := self._entries.pop(key, None)) is not None:
            self._size -= old.size
        self._entries[key] = entry
        self._size += entry.size
        self._evict()

    def _evict(self) -> None:
        while self._entries and (
            self._size > self._most_bytes or len(self._entries) > self._most_entries
        ):
            self._size -= self._entries.popitem(last=False)[1].size
