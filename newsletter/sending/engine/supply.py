"""Which chunk a worker leases next: every issue in turn, retries in turn, enough and no more."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from .. import hours
from . import leasing, timing
from .dispatcher import Dispatcher
from .in_flight import InFlight

# Seconds between two looks for chunks while nothing asks for one, and for retries while none is
# due.
_LOOK = 0.5
_LOOK_FOR_RETRIES = 1.0
# Seconds that the rest of a slow domain's chunk is given back for, when its place is wanted.
_GIVEN_BACK = 15.0


class Supply:
    """Leases chunks for the in-flight state. Runs on the event loop; times are the loop's."""

    def __init__(
        self,
        worker: int,
        in_flight: InFlight,
        dispatcher: Dispatcher,
        loop: asyncio.AbstractEventLoop,
        database: Callable[..., Any],
    ) -> None:
        """`database` awaits a function with its arguments in the database thread."""
        self._worker = worker
        self._in_flight = in_flight
        self._dispatcher = dispatcher
        self._loop = loop
        self._database = database
        self.next_look = 0.0
        # The last look found nothing due, and nothing is held.
        self.idle = False
        self._more = False
        self._canary_out: set[int] = set()
        # When retries of an issue are looked for again; infinity: the other kind's turn.
        self._retries_from: dict[int, float] = {}

    def look_again(self) -> None:
        """What the last look found may have changed."""
        self.next_look = 0.0
        self.idle = False

    def is_wanted(self, now: float) -> bool:
        """Whether to look for chunks at this loop time."""
        if len(self._in_flight.holds) >= timing.MOST_CHUNKS:
            return False
        if now >= self.next_look:
            return True
        return self._more and self._in_flight.at_hand < timing.AT_HAND // 2

    async def refill(self, any_relay_open: bool) -> None:
        """Take chunks until enough is at hand; those outside their hours are to be let go of."""
        holds = self._in_flight.holds
        found = await self._database(hours.sending_now, timezone.now())
        for hold in holds.values():
            hold.let_go = None if hold.lease.issue in found else 0.0
            if len(holds) >= timing.MOST_CHUNKS and hold.kept_back and not hold.todo:
                hold.let_go = _GIVEN_BACK
        exhausted: set[int] = set()
        if any_relay_open and not self._in_flight.broken_journal:
            while len(holds) < timing.MOST_CHUNKS and len(exhausted) < len(found):
                held = {hold.lease.issue for hold in holds.values()}
                wanting = [issue for issue in found if issue not in exhausted]
                if self._in_flight.at_hand >= timing.AT_HAND:
                    # Enough in all: only an issue of which nothing is here gets a chunk.
                    wanting = [issue for issue in wanting if issue not in held]
                if not wanting:
                    break
                served = self._in_flight.served
                issue = min(wanting, key=lambda i: (i in held, served.get(i, 0.0)))
                if not await self._lease_of(issue):
                    exhausted.add(issue)
        self._more = len(exhausted) < len(found)
        self.idle = not holds and not self._more
        self.next_look = self._loop.time() + _LOOK

    async def _lease_of(self, issue: int) -> bool:
        canary = False
        if issue not in self._canary_out:
            if await self._database(leasing.canary_is_out, issue):
                self._canary_out.add(issue)
            else:
                canary = True
        lanes = {
            hold.lease.lane
            for hold in self._in_flight.holds.values()
            if hold.lease.issue == issue and self._dispatcher.limited(hold.lease.lane)
        }
        # First rounds are always due earlier than retries: each gets every other chunk. Where no
        # retry is due, none is looked for again for a moment.
        now = self._loop.time()
        retries = self._retries_from.get(issue, 0.0) <= now
        lease = None
        for later_rounds in (True, False) if retries else (False,):
            lease = await self._database(
                lambda later=later_rounds: leasing.lease(
                    self._worker, issue, retries=later, canary=canary, not_lanes=lanes
                )
            )
            if lease is not None:
                break
        if retries:
            got_one = lease is not None and lease.takes != "waiting"
            self._retries_from[issue] = math.inf if got_one else now + _LOOK_FOR_RETRIES
        elif self._retries_from.get(issue) == math.inf:
            self._retries_from[issue] = now
        if lease is None:
            return False
        self._in_flight.hold(lease)
        return True
