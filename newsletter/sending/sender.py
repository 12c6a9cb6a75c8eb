"""The only sending function, `Sender.drain`: lease, authorise, send, record, until nothing is due.

Two threads. The event loop in its own holds the connections and all memory of what is where; the
caller's thread does nothing but the loop's database work, one job at a time, so the loop never
waits for a commit and the database sees one connection. Everything here that touches members or
pools runs on the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import math
import os
import secrets
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError
from django.utils import timezone

from newsletter.dkim import Signers
from newsletter.models import Issue, Worker
from newsletter.rendering import headers
from newsletter.smtp import Ended, Server, State, Timeouts, Verdict, watch

from . import hours, incidents, pace, policy, relays, store, timing
from .errands import Errands
from .gate import Gate
from .gathering import Gathering
from .journal import Journal
from .moulds import Moulds
from .relays import BEGUN, OFFERED, READY, SETTLED, TODO, Member, Pool

log = logging.getLogger(__name__)

T = TypeVar("T")
# Seconds what is in flight may take when we are to stop.
_FINISH_IN_FLIGHT = 3600.0


# Seconds that also pass while the machine sleeps: a lease does not stop for us.
_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_clock_gettime, _monotonic = time.clock_gettime, time.monotonic
_NOT_SENT = State.NOT_SENT
# How exactly the time of an outcome is kept, in seconds.
_MOMENT = 0.1


@dataclass(slots=True, eq=False)
class Hold:
    """A chunk we hold, with its members."""

    lease: store.Lease
    todo: deque[Member] = field(default_factory=deque)
    # Members whose domain has a limit and no slot now, by domain number.
    limited: dict[int, deque[Member]] = field(default_factory=dict)
    window: dict[int, Member] = field(default_factory=dict)
    settled: list[store.Settled] = field(default_factory=list)
    done_slots: list[int] = field(default_factory=list)
    renewed: float = 0.0
    turned: float = 0.0
    # Loop time at which the window was last searched for members to ask about again.
    looked: float = 0.0
    lost: bool = False
    let_go: float | None = None

    @property
    def at_hand(self) -> int:
        """Members that may be authorised whenever there is room."""
        return len(self.todo)

    @property
    def kept_back(self) -> int:
        return sum(len(members) for members in self.limited.values())


class Sender:
    """A worker's sending half: one journal, one loop, its connections.

    `start` once, `drain` as often as wanted (always from one thread), `close` at the end.
    """

    # As in `Conversation`.
    __slots__ = (
        "_broken_journal",
        "_canary_out",
        "_db",
        "_errands",
        "_gate",
        "_gathering",
        "_group_alarm",
        "_holds",
        "_idle",
        "_lease_look",
        "_look_for_retries",
        "_loop",
        "_moment",
        "_moment_until",
        "_more",
        "_moulds",
        "_oldest",
        "_outcomes",
        "_pools",
        "_rate_look",
        "_rows",
        "_runs",
        "_sent",
        "_served",
        "_signers",
        "_slow",
        "_stopping",
        "_thread",
        "_timeouts",
        "_trouble",
        "_wake",
        "journal",
        "name",
        "servers",
        "worker",
    )

    def __init__(
        self, servers: Sequence[Server] | None = None, timeouts: Timeouts | None = None
    ) -> None:
        self.servers = list(servers) if servers is not None else relays.servers()
        self._timeouts = timeouts or Timeouts()
        self.name = f"w-{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"
        self.worker: int = 0
        self._errands = Errands()
        self._db = self._errands.do
        self._moulds = Moulds()
        self._holds: dict[int, Hold] = {}
        self._pools: list[Pool] = []
        self._gate = Gate(self._pools)
        self._served: dict[int, float] = {}
        self._look_for_retries: dict[int, float] = {}
        self._canary_out: set[int] = set()
        self._runs: dict[int, int] = {}
        self._slow: set[str] = set()
        self._trouble: list[tuple[int | None, str, str]] = []
        self._outcomes = 0
        self._oldest: float | None = None
        self._group_alarm: asyncio.TimerHandle | None = None
        self._sent = deque[tuple[float, int]](maxlen=64)
        self._stopping = self._broken_journal = False
        self._rate_look = self._lease_look = 0.0
        self._more = self._idle = False
        self._moment, self._moment_until = timezone.now(), 0.0

    # ---- life

    def start(self) -> None:
        """Enter the worker in the database, open the journal, start the loop."""
        # Two threads take turns. Python's usual 5 ms before one must give way to the other would
        # stop the connections twice in every turn for as long as 25 messages take.
        sys.setswitchinterval(min(sys.getswitchinterval(), 0.0005))
        # Nor look again and again at all that was imported and stays, for garbage among it.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        # Before anything else: a key that cannot be used must not become unsigned mail.
        self._signers = Signers.from_setting(settings.DKIM_KEYS)
        incidents.guard_restored()
        self.worker = Worker.objects.create(
            name=self.name, machine=socket.gethostname()[:100], version=_version()
        ).pk
        incidents.seen(self.worker)
        self.journal = Journal(self.name, 2 * timing.WINDOW + 64)
        self._gathering = Gathering()
        self._loop = asyncio.SelectorEventLoop(self._gathering)
        self._wake = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._rows = relays.rows([server.name for server in self.servers])
        self._run(self._open_pools())

    async def _open_pools(self) -> None:
        if (wire := watch.of(self._loop)) is not None:
            wire.told = self._gathering.told
        for server in self.servers:
            row = self._rows[server.name]
            self._pools.append(Pool(server, row, self._timeouts, self, self._signers))

    def drain(
        self,
        seconds: float | None = None,
        stop: threading.Event | None = None,
        *,
        forever: bool = False,
    ) -> None:
        """Send until nothing is due (`forever`: also then), the time is over, or `stop` is set.

        What is in flight when it ends is finished first; no chunk is held afterwards.
        """
        self._run(self._drain(seconds, stop, forever))

    def close(self) -> None:
        """Say goodbye to the relays, drop the journal if it has nothing more to tell."""
        self._run(self._close_pools())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        if self._signers is not None:
            self._signers.close()
        held = incidents.holds_anything(self.worker)
        self.journal.close(remove=not held)

    async def _close_pools(self) -> None:
        await asyncio.gather(*(pool.close(5.0) for pool in self._pools))

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._errands.run(self._loop, coroutine)

    # ---- the loop

    async def _drain(
        self, seconds: float | None, stop: threading.Event | None, forever: bool
    ) -> None:
        self._stopping = False
        until = None if seconds is None else self._loop.time() + seconds
        watch = asyncio.ensure_future(self._watch(stop)) if stop is not None else None
        delay = timing.DATABASE_RETRY[0]
        self._lease_look = self._rate_look = 0.0
        self._idle = False
        try:
            while not (stop is not None and stop.is_set()):
                if until is not None and self._loop.time() >= until:
                    break
                try:
                    await self._look()
                    if self._turn_is_due() and not await self._turn():
                        await asyncio.sleep(0.01)
                    delay = timing.DATABASE_RETRY[0]
                except (OperationalError, InterfaceError) as error:
                    log.warning("the database cannot be reached: %s", str(error).strip()[:200])
                    await asyncio.sleep(delay)
                    delay = min(2 * delay, timing.DATABASE_RETRY[1])
                    continue
                if self._idle and not forever and not self._holds and self._lease_look > 0:
                    break
                await self._sleep(until)
            await self._wind_down()
        finally:
            if watch is not None:
                watch.cancel()

    async def _watch(self, stop: threading.Event) -> None:
        while not stop.is_set():
            await asyncio.sleep(0.1)
        self._wake.set()

    async def _sleep(self, until: float | None) -> None:
        """Until there may be something to do."""
        if self._turn_is_due():
            await asyncio.sleep(0)
            return
        now = self._loop.time()
        times = [self._lease_look, now + 0.5]
        if self._oldest is not None:
            times.append(self._oldest + timing.GROUP_WAIT)
        if until is not None:
            times.append(until)
        self._wake.clear()
        wait = min(times) - now
        if wait > 0:
            await self._rest(wait)

    async def _rest(self, seconds: float) -> None:
        """Until we are woken, at most so long. `asyncio.wait_for` makes a task of it each time."""
        alarm = self._loop.call_later(seconds, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            alarm.cancel()

    async def _wind_down(self) -> None:
        """Finish what is on the wire, store it, let go of every chunk."""
        self._stopping = True
        give_up = self._loop.time() + _FINISH_IN_FLIGHT
        delay = timing.DATABASE_RETRY[0]
        while self._holds and self._loop.time() < give_up:
            for hold in self._holds.values():
                hold.let_go = 0.0
                self._pull(hold)
            try:
                await self._turn()
                await self._report()
            except (OperationalError, InterfaceError) as error:
                log.warning("the database cannot be reached: %s", str(error).strip()[:200])
                await asyncio.sleep(delay)
                delay = min(2 * delay, timing.DATABASE_RETRY[1])
                continue
            if self._holds:
                self._wake.clear()
                await self._rest(0.05)
        await self._report()

    # ---- looking around: rates, hours, chunks

    async def _look(self) -> None:
        now = self._loop.time()
        if now >= self._rate_look:
            self._rate_look = now + 2.0
            self._gate.learn(await self._db(pace.rates))
        await self._report()
        if not self._stopping and self._wants_chunks(now):
            await self._lease(now)
        for key, count in self._gate.wanted():
            self._gate.got(key, await self._db(pace.reserve, key, count), self._loop.time())

    def _wants_chunks(self, now: float) -> bool:
        if len(self._holds) >= timing.MOST_CHUNKS:
            return False
        if now >= self._lease_look:
            return True
        at_hand = sum(hold.at_hand for hold in self._holds.values())
        return self._more and at_hand < timing.AT_HAND // 2

    async def _lease(self, now: float) -> None:
        """Take chunks until enough is at hand: every issue gets its turn, retries theirs."""
        found = await self._db(hours.sending_now, timezone.now())
        for hold in self._holds.values():
            hold.let_go = None if hold.lease.issue in found else 0.0
            if len(self._holds) >= timing.MOST_CHUNKS and hold.kept_back and not hold.todo:
                hold.let_go = 15.0  # A slow domain's rest: its place is worth more than it.
        exhausted: set[int] = set()
        if any(pool.open for pool in self._pools) and not self._broken_journal:
            while len(self._holds) < timing.MOST_CHUNKS and len(exhausted) < len(found):
                held = {hold.lease.issue for hold in self._holds.values()}
                at_hand = sum(hold.at_hand for hold in self._holds.values())
                wanting = [i for i in found if i not in exhausted]
                if at_hand >= timing.AT_HAND:
                    wanting = [i for i in wanting if i not in held]
                if not wanting:
                    break
                issue = min(wanting, key=lambda i: (i in held, self._served.get(i, 0.0)))
                if await self._lease_of(issue):
                    self._served[issue] = self._loop.time()
                else:
                    exhausted.add(issue)
        self._more = len(exhausted) < len(found)
        self._idle = not self._holds and not self._more
        self._lease_look = self._loop.time() + 0.5

    async def _lease_of(self, issue: int) -> bool:
        canary = False
        if issue not in self._canary_out:
            if await self._db(store.canary_is_out, issue):
                self._canary_out.add(issue)
            else:
                canary = True
        lanes = {
            hold.lease.lane
            for hold in self._holds.values()
            if hold.lease.issue == issue and self._gate.limited(hold.lease.lane)
        }
        # First rounds are always due earlier than retries: each gets every other chunk. Where no
        # retry is due, none is looked for again for a moment.
        now = self._loop.time()
        retries = self._look_for_retries.get(issue, 0.0) <= now
        lease = None
        for later_rounds in (True, False) if retries else (False,):
            lease = await self._db(
                lambda later=later_rounds: store.lease(
                    self.worker, issue, retries=later, canary=canary, not_lanes=lanes
                )
            )
            if lease is not None:
                break
        if retries:
            got_one = lease is not None and lease.takes != "waiting"
            self._look_for_retries[issue] = math.inf if got_one else now + 1.0
        elif self._look_for_retries.get(issue) == math.inf:
            self._look_for_retries[issue] = now
        if lease is None:
            return False
        hold = Hold(lease, renewed=_clock_gettime(_BOOT_CLOCK), turned=self._loop.time())
        for delivery, edition, domain in lease.members:
            hold.todo.append(Member(delivery, edition, domain, hold))
        lease.members = []
        self._holds[lease.id] = hold
        return True

    # ---- turns

    def _turn_is_due(self) -> bool:
        if not self._holds:
            return False
        now = self._loop.time()
        if self._outcomes >= timing.GROUP:
            return True
        if self._oldest is not None and now >= self._oldest + timing.GROUP_WAIT:
            return True
        room = self._window_size() - self._in_window()
        for hold in self._holds.values():
            if now - hold.turned >= timing.HEARTBEAT:
                return True
            if not hold.window and not hold.kept_back and not hold.todo:
                return True  # Nothing left: close it.
            if hold.let_go is not None and not hold.window:
                return True
            if now - hold.turned > timing.STALE and any(
                self._is_stale(member, now) for member in hold.window.values()
            ):
                return True
        if room < timing.ROOM * self._window_size():
            return False
        return self._could_authorise(now)

    def _could_authorise(self, now: float) -> bool:
        if self._stopping or self._broken_journal or self._gate.pool(now) is None:
            return False
        return any(
            hold.let_go is None
            and ((hold.todo and hold.todo[0].again <= now) or self._some_limited(hold, now))
            for hold in self._holds.values()
        )

    def _some_limited(self, hold: Hold, now: float) -> bool:
        return any(
            members and self._gate.any_of(domain, now) for domain, members in hold.limited.items()
        )

    def _is_stale(self, member: Member, now: float) -> bool:
        return member.at in (READY, OFFERED) and now - member.checked > timing.STALE

    def _in_window(self) -> int:
        return sum(len(hold.window) for hold in self._holds.values())

    def _window_size(self) -> int:
        """Deliveries that may be authorised: one second of the rate, within bounds."""
        connections = sum(pool.server.connections for pool in self._pools)
        now = self._loop.time()
        while self._sent and now - self._sent[0][0] > 1.0:
            self._sent.popleft()
        rate = 0.0
        if self._sent:
            # From its first look on: a fast relay is known after a few of its answers.
            rate = sum(n for _, n in self._sent) / max(0.05, now - self._sent[0][0])
        return max(2 * connections, min(timing.WINDOW, int(rate)))

    def _pull(self, hold: Hold) -> None:
        """Take back what no connection has yet; what one has is finished, or was forbidden."""
        for member in list(hold.window.values()):
            if member.at is READY:
                self._back(hold, member)

    def _back(self, hold: Hold, member: Member) -> None:
        """A member leaves the window with the next turn and is a candidate again."""
        hold.window.pop(member.delivery, None)
        self._gate.leave(member)
        member.at, member.pool = TODO, None
        member.withdrawn = False
        hold.todo.appendleft(member)

    async def _turn(self) -> bool:
        """One group commit and what follows from it; False: there was nothing to do."""
        now = self._loop.time()
        self._move_from_closed_pools(now)
        parts, asked = self._parts(now)
        if not parts:
            return False
        started = _clock_gettime(_BOOT_CLOCK)
        waiting = [(hold, hold.settled, hold.done_slots) for hold in self._holds.values()]
        for hold in self._holds.values():
            hold.settled, hold.done_slots = [], []
        if self._outcomes:
            self._sent.append((now, self._outcomes))
        self._outcomes, self._oldest = 0, None
        if self._group_alarm is not None:
            self._group_alarm.cancel()
        wanted = {m.edition for members in asked.values() for m in members.values()}
        wanted |= {m.edition for h in self._holds.values() for m in h.window.values()}
        try:
            done = await self._commit(parts, wanted)
        except BaseException:
            # Nothing is known to be stored, nothing is forgotten: the same again, later.
            for hold, settled, slots in waiting:
                hold.settled = settled + hold.settled
                hold.done_slots = slots + hold.done_slots
                self._outcomes += sum(len(one.deliveries) for one in settled)
            for chunk, members in asked.items():
                for member in members.values():
                    self._gate.leave(member)
                    member.pool = None
                    self._holds[chunk].todo.appendleft(member)
            if self._outcomes:
                self._oldest = self._loop.time()
            raise
        for _hold, _settled, slots in waiting:
            for slot in slots:
                self.journal.free(slot)
        again = {part.lease.id: part.again for part in parts}
        for one in done:
            chunk = one.lease.id
            self._take(one, asked.get(chunk, {}), again.get(chunk, []), started)
        for pool in self._pools:
            pool.wake()
        ended = {one.lease.issue for one in done if one.ended}
        for issue in ended - {hold.lease.issue for hold in self._holds.values()}:
            await self._db(store.finish, issue)
            self._lease_look = 0.0  # Look again before we say that nothing is left.
        return True

    def _parts(self, now: float) -> tuple[list[store.Part], dict[int, dict[int, Member]]]:
        """What each chunk needs of the turn. Candidates leave `todo` here."""
        asked = self._candidates(now)
        parts = []
        for hold in self._holds.values():
            if hold.lost:
                continue
            ask = asked.get(hold.lease.id, {})
            again = []
            if now - hold.looked > timing.STALE / 4:
                hold.looked = now
                again = [m.delivery for m in hold.window.values() if self._is_stale(m, now)]
            rest = len(hold.todo) + hold.kept_back
            idle = not (hold.settled or ask or again) and (hold.window or rest)
            leaving = hold.let_go is not None and not hold.window
            if idle and not leaving and now - hold.turned < timing.HEARTBEAT:
                continue
            parts.append(
                store.Part(
                    hold.lease,
                    keep=list(hold.window),
                    settled=hold.settled,
                    ask=list(ask),
                    again=again,
                    rest=rest,
                    let_go=hold.let_go,
                )
            )
        return parts, asked

    def _candidates(self, now: float) -> dict[int, dict[int, Member]]:
        """Readers to authorise: as many as the window has room for and slots are at hand."""
        asked: dict[int, dict[int, Member]] = {}
        if self._stopping or self._broken_journal:
            return asked
        room = self._window_size() - self._in_window()
        holds = [h for h in self._holds.values() if h.let_go is None and not h.lost]
        # The issue served longest ago first; within a round every chunk gives a few.
        holds.sort(key=lambda h: self._served.get(h.lease.issue, 0.0))
        while room > 0 and holds:
            still = []
            for hold in holds:
                some = self._pick(hold, min(room, 32), now)
                if some:
                    asked.setdefault(hold.lease.id, {}).update((m.delivery, m) for m in some)
                    room -= len(some)
                    still.append(hold)
                if room <= 0:
                    break
            holds = still
        return asked

    def _pick(self, hold: Hold, count: int, now: float) -> list[Member]:
        picked: list[Member] = []
        gate, todo = self._gate, hold.todo
        if not hold.limited and (pool := gate.only(now)) is not None:
            for _ in range(min(count, len(todo))):
                if todo[0].again > now:
                    break
                member = todo.popleft()
                member.pool, member.not_before = pool, 0.0
                picked.append(member)
            return picked
        for domain in list(hold.limited):
            members = hold.limited[domain]
            while members and len(picked) < count and gate.admit(members[0], now):
                picked.append(members.popleft())
            if not members:
                del hold.limited[domain]
        while todo and len(picked) < count:
            member = todo[0]
            if member.again > now:
                break
            if gate.admit(member, now):
                picked.append(todo.popleft())
            elif gate.limited(member.domain):
                todo.popleft()
                hold.limited.setdefault(member.domain, deque()).append(member)
            else:
                break  # The relays' own limit, or no relay: nobody's turn.
        return picked

    def _move_from_closed_pools(self, now: float) -> None:
        """What waits for a relay that is down goes to another, or back."""
        for hold in self._holds.values():
            for member in list(hold.window.values()):
                if member.at is READY and member.pool is not None and not member.pool.open:
                    self._back(hold, member)

    async def _commit(self, parts: list[store.Part], editions: Iterable[int]) -> list[store.Done]:
        """One turn, whatever the database does meanwhile; raises when it cannot be known yet."""
        try:
            return await self._db(self._commit_now, parts, list(editions))
        except IntegrityError:
            # A constraint refused it: a defect of ours in one chunk must not hold the others.
            log.exception("a turn was refused; each chunk on its own")
        done = []
        for part in parts:
            try:
                done += await self._db(self._commit_now, [part], list(editions))
            except IntegrityError:
                log.exception("chunk %s is let go of: its turn was refused", part.lease.id)
                done.append(store.Done(part.lease, fenced=True))
        return done

    def _commit_now(self, parts: list[store.Part], editions: list[int]) -> list[store.Done]:
        """In the database thread: load what is missing, then the transaction."""
        return store.turn_once(parts, self._moulds.load(editions))

    def _take(
        self, done: store.Done, asked: dict[int, Member], again: list[int], started: float
    ) -> None:
        """Apply to memory what the turn stored."""
        hold = self._holds.get(done.lease.id)
        if hold is None:
            return
        if done.fenced:
            self._lose(hold, asked)
            return
        now = self._loop.time()
        hold.lease.turn += 1
        hold.lease.deferred = done.deferred
        hold.renewed, hold.turned = started, now
        window, mould_of = hold.window, self._moulds.of
        signer = None
        if self._signers is not None:
            publication = self._moulds.publication(hold.lease.issue)
            signer = self._signers.of(headers.domain(publication))
        for reader in done.authorised:
            delivery = reader[2]
            member = asked[delivery]
            member.reader = reader
            member.mould = mould_of(member.edition)
            member.checked = now
            member.withdrawn = False
            member.signer = signer
            window[delivery] = member
            pool = member.pool
            assert pool is not None
            pool.add(member)
        for delivery in reversed(done.held):
            self._back(hold, asked[delivery])
        if len(done.authorised) + len(done.held) < len(asked):
            staying = {reader.delivery for reader in done.authorised} | set(done.held)
            for delivery, member in asked.items():
                if delivery not in staying:  # Left: the outcome is stored already.
                    member.at = SETTLED
                    self._gate.leave(member)
        if again:
            withdrawn = set(done.withdraw)
            for member in [window[delivery] for delivery in again if delivery in window]:
                if member.delivery not in withdrawn:
                    member.checked = now
                elif member.at is READY:
                    self._back(hold, member)
                elif member.at is OFFERED:
                    member.withdrawn = True
        if not done.sending:
            self._pull(hold)
            hold.let_go = 0.0
        if done.ended:
            del self._holds[done.lease.id]

    def _lose(self, hold: Hold, asked: dict[int, Member]) -> None:
        """We are fenced: forget the chunk and write no more of its content."""
        log.warning("chunk %s was taken from us", hold.lease.id)
        hold.lost = True
        for member in (*hold.window.values(), *asked.values()):
            self._gate.leave(member)
            if member.at in (TODO, READY):
                member.at = SETTLED
        for slot in hold.done_slots:
            self.journal.free(slot)
        self._holds.pop(hold.lease.id, None)

    # ---- what the pools ask and tell

    def begin(self, member: Member) -> bool:
        """Whether this member's content may be written now; writes the journal."""
        hold: Hold = member.hold
        delivery = member.delivery
        if hold.lost or member.withdrawn or delivery not in hold.window:
            return False
        if _clock_gettime(_BOOT_CLOCK) - hold.renewed > timing.LEASE_LOOK:
            return False
        lease = hold.lease
        try:
            member.slot = self.journal.begin(lease.id, lease.epoch, delivery)
        except OSError as error:
            log.error("the journal cannot be written: %s", error)
            self._broken_journal = True
            return False
        member.at = BEGUN
        return True

    def settle(self, pool: Pool, member: Member, verdict: Verdict) -> None:
        """One verdict: an outcome for the next turn, or back to the candidates."""
        hold: Hold = member.hold
        slot = member.slot
        if member.at is SETTLED or hold.lost:
            if slot is not None:  # Whoever took the chunk has settled it.
                self.journal.free(slot)
                member.slot = None
            return
        if verdict[0] is _NOT_SENT:
            self._not_sent(hold, member, verdict)
            return
        judgement = policy.judge(verdict)
        state, code, status, _detail, hard, _throttled, _ours = judgement
        if slot is not None:
            try:
                self.journal.answer(slot, state, code or 0, status, hard)
            except OSError as error:  # Known here; only a crash before the next turn forgets it.
                log.error("the journal cannot be written: %s", error)
                self._broken_journal = True
            hold.done_slots.append(slot)
        delivery = member.delivery
        member.at = SETTLED
        hold.window.pop(delivery, None)
        self._gate.leave(member)
        now = _monotonic()
        if now > self._moment_until:
            # Outcomes of one moment share its time, and a row of them is one object.
            self._moment, self._moment_until = timezone.now(), now + _MOMENT
        settled = hold.settled
        if (
            settled
            and (last := settled[-1])[1] is judgement
            and last[2] == pool.id
            and last[3] is self._moment
        ):
            last[0].append(delivery)
        else:
            settled.append(store.Settled([delivery], judgement, pool.id, self._moment))
        self._outcomes += 1
        if self._oldest is None:
            self._oldest = now
            self._group_alarm = self._loop.call_later(timing.GROUP_WAIT, self._wake.set)
        if self._outcomes == timing.GROUP:
            self._wake.set()
        if state != "sent":
            self._judge_run(hold.lease.issue, pool, member, verdict, judgement)
        elif self._runs:
            self._runs.pop(hold.lease.issue, None)

    def _not_sent(self, hold: Hold, member: Member, verdict: Verdict) -> None:
        """Nothing of it was begun: a candidate again."""
        if member.slot is not None:
            hold.done_slots.append(member.slot)
            member.slot = None
        self._back(hold, member)
        if verdict.code == 421 and verdict.phase == "rcpt":
            member.again = self._loop.time() + 5.0
        self._wake.set()

    def hungry(self) -> None:
        """A connection found nothing to do."""
        self._wake.set()

    def ended(self, pool: Pool, ended: Ended) -> None:
        """A connection ended; failed logins in a row are told to the editor."""
        if pool.login_failures >= policy.LOGIN_RUN and not any(
            other.open and not other.login_failures for other in self._pools
        ):
            pool.login_failures = 0
            self._trouble.append((None, "login", f"{pool.server.name}: {ended.text}"))
        self._wake.set()

    def _judge_run(
        self,
        issue: int,
        pool: Pool,
        member: Member,
        verdict: Verdict,
        judgement: policy.Judgement,
    ) -> None:
        """Slow down, and stop when refusal follows refusal for reasons of our own."""
        if judgement.throttled:
            name = pool.server.name
            domain = member.reader.address.rpartition("@")[2] if member.reader else ""
            at_domain = verdict.phase == "rcpt" and bool(domain)
            self._slow.add(pace.domain_key(name, domain) if at_domain else pace.relay_key(name))
        if judgement.ours or judgement.state == "in_doubt":
            run = self._runs.get(issue, 0) + 1
            self._runs[issue] = run
            if run == policy.POLICY_RUN:
                kind = "policy" if judgement.ours else "doubt"
                self._trouble.append((issue, kind, f"{judgement.code or ''} {judgement.detail}"))
                self._runs[issue] = 0

    async def _report(self) -> None:
        """Write down what was learned about relays, rates and troubles."""
        slow, self._slow = self._slow, set()
        for key in slow:
            await self._db(pace.slow_down, key)
            self._rate_look = 0.0
        trouble, self._trouble = self._trouble, []
        for issue, kind, text in trouble:
            await self._db(incidents.pause_for, issue, kind, text.strip())
            self._runs.clear()
        for pool in self._pools:
            if pool.dirty:
                pool.dirty = False
                wait = pool.closed_until - self._loop.time()
                await self._db(
                    relays.keep,
                    pool.id,
                    pool.per_connection,
                    pool.failures,
                    wait,
                    pool.last_error,
                )
        if self._broken_journal and not self._in_window():
            self._broken_journal = not self._journal_works()

    def _journal_works(self) -> bool:
        """Whether the disk takes a record again; the slot is given back at once."""
        try:
            self.journal.free(self.journal.begin(0, 0, 0))
        except OSError:
            return False
        return True


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("sudi")[:20]
    except PackageNotFoundError:
        return ""


@contextlib.contextmanager
def running() -> Iterator[Sender]:
    """A started `Sender`, closed afterwards."""
    sender = Sender()
    sender.start()
    try:
        yield sender
    finally:
        sender.close()


def drain(seconds: float | None = None, stop: threading.Event | None = None) -> None:
    """Send everything that is due, with connections of its own, then return.

    For commands and jobs; the worker keeps a `Sender` for its life.
    """
    if Issue.objects.filter(state=Issue.State.SENDING).exists():
        with running() as sender:
            sender.drain(seconds, stop)
