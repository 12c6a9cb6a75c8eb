"""What is asked of other machines, all at once, each for so many seconds at the most.

A relay, a web server or a mailbox behind a firewall does not refuse: it does not answer, and the
system's own limits (half a minute to look a name up, minutes to connect) would add up. Whoever
examines a site waits for a page. Only what needs no database is asked so: a thread would have
another connection.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Late(Exception):
    """No answer in time."""


class Asked(Generic[T]):
    """A question that is already on its way. Its thread is left behind when time is over."""

    def __init__(self, ask: Callable[[], T], seconds: float) -> None:
        self._ask = ask
        self._until = time.monotonic() + seconds
        self._found: list[T] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="doctor", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._found.append(self._ask())
        except BaseException as error:
            self._error = error

    def answer(self) -> T:
        """What came back. Raises what was raised there, and Late."""
        self._thread.join(max(0.0, self._until - time.monotonic()))
        if self._error is not None:
            raise self._error
        if not self._found:
            raise Late
        return self._found[0]
