"""Which readers a turn asks to authorise: whose turn it is, and how many fit the window."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from . import timing
from .dispatcher import Dispatcher
from .members import Hold, Member

# Candidates a chunk gives before the next chunk's turn.
_A_FEW = 32
# Seconds of outcomes that the size of the window follows.
_LOOK_BACK = 1.0


class WindowSize:
    """How many deliveries may be authorised at once: one second of the rate, within bounds.

    Everything in a window may end in doubt when its worker is lost together with its disk, so it
    is no larger than the connections need. Times are the loop's, in seconds.
    """

    def __init__(self) -> None:
        self._rate = deque[tuple[float, int]](maxlen=64)

    def stored(self, now: float, outcomes: int) -> None:
        """So many outcomes were handed to a turn."""
        self._rate.append((now, outcomes))

    def at(self, now: float, connections: int) -> int:
        """The size now, in deliveries."""
        while self._rate and now - self._rate[0][0] > _LOOK_BACK:
            self._rate.popleft()
        rate = 0.0
        if self._rate:
            # From the first outcomes on: a fast relay is known after a few of its answers.
            rate = sum(n for _, n in self._rate) / max(0.05, now - self._rate[0][0])
        return max(2 * connections, min(timing.WINDOW, int(rate)))


def any_could_go(holds: Iterable[Hold], dispatcher: Dispatcher, now: float) -> bool:
    """Whether some candidate has a relay and a slot at this loop time."""
    return any(
        hold.let_go is None
        and dispatcher.pool(now, hold.lease.issue) is not None
        and (
            (hold.todo and hold.todo[0].again <= now)
            or any(
                members and dispatcher.any_of(domain, now, hold.lease.issue)
                for domain, members in hold.limited.items()
            )
        )
        for hold in holds
    )


def choose(
    holds: Iterable[Hold],
    dispatcher: Dispatcher,
    served: Mapping[int, float],
    room: int,
    now: float,
) -> dict[int, dict[int, Member]]:
    """At most `room` readers to authorise, by chunk and delivery; they leave their chunk's `todo`.

    The issue served longest ago comes first (`served`: loop times by issue), and every chunk gives
    a few before the first gives more: a small issue never waits behind a large one.
    """
    asked: dict[int, dict[int, Member]] = {}
    giving = [hold for hold in holds if hold.let_go is None]
    giving.sort(key=lambda hold: served.get(hold.lease.issue, 0.0))
    while room > 0 and giving:
        still = []
        for hold in giving:
            some = _pick(hold, dispatcher, min(room, _A_FEW), now)
            if some:
                asked.setdefault(hold.lease.id, {}).update((m.delivery, m) for m in some)
                room -= len(some)
                still.append(hold)
            if room <= 0:
                break
        giving = still
    return asked


def _pick(hold: Hold, dispatcher: Dispatcher, count: int, now: float) -> list[Member]:
    picked: list[Member] = []
    todo = hold.todo
    if not hold.limited and (pool := dispatcher.only(now)) is not None:
        for _ in range(min(count, len(todo))):
            if todo[0].again > now:
                break
            member = todo.popleft()
            member.pool, member.not_before = pool, 0.0
            picked.append(member)
        return picked
    for domain in list(hold.limited):
        members = hold.limited[domain]
        while members and len(picked) < count and dispatcher.admit(members[0], now):
            picked.append(members.popleft())
        if not members:
            del hold.limited[domain]
    while todo and len(picked) < count:
        member = todo[0]
        if member.again > now:
            break
        if dispatcher.admit(member, now):
            picked.append(todo.popleft())
        elif dispatcher.limited(member.domain):
            todo.popleft()
            hold.limited.setdefault(member.domain, deque()).append(member)
        else:
            break  # The relays' own limit, or no relay: it would be the same for everybody.
    return picked
