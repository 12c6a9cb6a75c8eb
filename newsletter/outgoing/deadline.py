"""One moment by which a whole request must be over."""

from __future__ import annotations

import time

from .errors import TimedOut


class Deadline:
    """`seconds` from now, by a clock that is never set."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self, doing: str) -> float:
        """Seconds left, more than 0. Raises TimedOut with `doing` as its reason."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimedOut(doing)
        return left
