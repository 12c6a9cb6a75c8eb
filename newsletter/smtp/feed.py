"""The caller's side of a connection: who gives parcels and takes verdicts."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from newsletter.smtp.envelope import Parcel
from newsletter.smtp.verdicts import Verdict


class Feed(Protocol):
    """Who gives parcels and takes verdicts; the package's docstring says when and how."""

    def next(self) -> Parcel | None:
        """The next authorised parcel, None if there is none now."""
        ...

    def ready(self) -> Awaitable[bool]:
        """Until `next` may give one (True) or there will be no more (False)."""
        ...

    def begin(self, parcel: Parcel) -> bool:
        """Store that the content of `parcel` is begun; False forbids it."""
        ...

    def settle(self, parcel: Parcel, verdict: Verdict) -> None:
        """Take back `parcel` with what is known about it."""
        ...
