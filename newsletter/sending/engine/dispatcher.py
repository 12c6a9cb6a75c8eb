"""Who may go out by which relay, and when: rates, weights and slots taken ahead, in memory.

A limit is a row that all workers share (`rate_limit`); a worker takes some of its slots at a time,
so that no reader costs a transaction. A domain with a limit of its own is *limited*: its readers
wait beside the others and hold nobody up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from subscribers.addresses import domain_number

from . import rate_limit
from .members import Member
from .relays import Pool

# Seconds a slot may lie ahead when its reader is authorised.
_AHEAD = 0.3
_MOST_AT_ONCE = 64


class _Slots:
    """Slots of one rate that this worker has taken and not used yet."""

    __slots__ = ("interval", "left", "next_at", "wanted")

    def __init__(self) -> None:
        self.left = 0
        self.next_at = self.interval = 0.0
        self.wanted = False

    def time_of_next(self, now: float) -> float | None:
        """When the next slot is, if it is near enough to authorise somebody for it."""
        if self.left <= 0:
            self.wanted = True
            return None
        at = max(self.next_at, now)
        return at if at <= now + _AHEAD else None

    def take(self) -> None:
        self.left -= 1
        self.next_at += self.interval


class Dispatcher:
    """The limits of all relays of this worker. Times are the loop's."""

    def __init__(self, pools: Sequence[Pool]) -> None:
        self._pools = pools
        self._rates: dict[str, rate_limit.Rate] = {}
        self._limited: dict[int, str] = {}
        self._slots: dict[str, _Slots] = {}
        self._flying: dict[int, int] = {}
        # Names of the relays that may send an issue; an empty set: any.
        self._routes: dict[int, frozenset[str]] = {}

    # ---- what the database says

    def learn(self, rates: dict[str, rate_limit.Rate]) -> None:
        """The rates in force now."""
        self._rates = rates
        domains = filter(None, map(rate_limit.domain_of, rates))
        self._limited = {domain_number("@" + name): name for name in domains}

    def route(self, routes: dict[int, frozenset[str]]) -> None:
        """The relays by which each issue in hand may go (`routing`)."""
        self._routes = routes

    def knows(self, issues: Iterable[int]) -> bool:
        """Whether the way of each of these issues was looked up."""
        return self._routes.keys() >= set(issues)

    def wanted(self) -> list[tuple[str, int]]:
        """Rates somebody asked for a slot of, and how many slots to take of each."""
        wanted = []
        for key in [key for key, slots in self._slots.items() if slots.wanted]:
            self._slots[key].wanted = False
            rate = self._rates.get(key)
            if rate is None:
                del self._slots[key]
                continue
            count = _MOST_AT_ONCE
            if rate.interval:
                count = min(count, max(1, math.ceil(_AHEAD / rate.interval)))
            wanted.append((key, count))
        return wanted

    def got(self, key: str, taken: rate_limit.Slots, now: float) -> None:
        """These slots are ours."""
        slots = self._slots_of(key)
        slots.left, slots.interval = taken.number, taken.interval
        slots.next_at = now + taken.wait

    # ---- questions

    def limited(self, domain: int) -> bool:
        """Whether a domain has a rate of its own."""
        return domain in self._limited

    def pool(self, now: float, issue: int) -> Pool | None:
        """The open relay of an issue that had the least for its weight and has a slot."""
        best: Pool | None = None
        ways = self._routes.get(issue)
        for pool in self._pools:
            if ways and pool.name not in ways:
                continue
            if not pool.is_open(now) or (best is not None and pool.served >= best.served):
                continue
            if all(
                self._slots_of(key).time_of_next(now) is not None
                for key in self._keys(pool.server.name, None)
            ):
                best = pool
        return best

    def any_of(self, domain: int, now: float, issue: int) -> bool:
        """Whether an issue's reader of this domain could go now."""
        pool = self.pool(now, issue)
        return pool is not None and self._time(pool, domain, now) is not None

    # ---- in and out

    def only(self, now: float) -> Pool | None:
        """The one relay by which everybody may go at once; None: each has to be admitted."""
        if self._rates or len(self._pools) != 1 or not self._pools[0].is_open(now):
            return None
        return self._pools[0]

    def admit(self, member: Member, now: float) -> bool:
        """Choose a relay for a member and take its slots there; False: not now."""
        pool = self.pool(now, member.hold.lease.issue)
        if pool is None:
            return False
        at = 0.0
        if self._rates:
            found = self._time(pool, member.domain, now)
            if found is None:
                return False
            at = found if found > now else 0.0
            for key in self._keys(pool.server.name, member.domain):
                self._slots_of(key).take()
            if member.domain in self._limited:
                self._flying[member.domain] = self._flying.get(member.domain, 0) + 1
        member.pool, member.not_before = pool, at
        pool.served += 1 / pool.weight
        return True

    def leave(self, member: Member) -> None:
        """An admitted member is no longer on its way. Its slots stay used."""
        if self._flying and member.pool is not None and member.domain in self._flying:
            self._flying[member.domain] = max(0, self._flying[member.domain] - 1)

    # ---- inside

    def _keys(self, relay: str, domain: int | None) -> list[str]:
        """The rates that apply."""
        base = rate_limit.relay_key(relay)
        keys = [base, base + rate_limit.SLOW, base + rate_limit.WARM]
        if domain is not None and domain in self._limited:
            base = rate_limit.domain_key(relay, self._limited[domain])
            keys += [base, base + rate_limit.SLOW]
        return [key for key in keys if key in self._rates]

    def _slots_of(self, key: str) -> _Slots:
        slots = self._slots.get(key)
        if slots is None:
            slots = self._slots[key] = _Slots()
        return slots

    def _time(self, pool: Pool, domain: int, now: float) -> float | None:
        """When a reader of this domain may go out by this relay: now, soon, or None."""
        if domain in self._limited:
            rate = self._rates.get(rate_limit.domain_key(pool.server.name, self._limited[domain]))
            if rate is not None and self._flying.get(domain, 0) >= max(1, int(rate.burst)):
                return None
        latest = now
        for key in self._keys(pool.server.name, domain):
            at = self._slots_of(key).time_of_next(now)
            if at is None:
                return None
            latest = max(latest, at)
        return latest
