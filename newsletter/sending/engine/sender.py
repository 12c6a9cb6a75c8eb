"""The only sending function, `Sender.drain`: lease, authorise, send, record, until nothing is due.

Two threads. The event loop in its own holds the connections and all memory of what is where
(`books`); the caller's thread does nothing but the loop's database work, one job at a time, so the
loop never waits for a commit and the database sees one connection.
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
from collections.abc import Coroutine, Iterator, Sequence
from typing import Any, TypeVar

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError
from django.utils import timezone

from newsletter.message.dkim import Signers
from newsletter.models import Issue, Worker
from newsletter.smtp import Server, Timeouts, watch

from .. import hours, incidents, settling
from . import leasing, pace, relays, timing, turning
from .books import Books
from .errands import Errands
from .gate import Gate
from .gathering import Gathering
from .journal import Journal
from .moulds import Moulds
from .relays import Pool
from .turning import Done, Part

log = logging.getLogger(__name__)

T = TypeVar("T")
# Seconds what is in flight may take when we are to stop.
_FINISH_IN_FLIGHT = 3600.0


class Sender:
    """A worker's sending half: one journal, one loop, its connections.

    `start` once, `drain` as often as wanted (always from one thread), `close` at the end.
    """

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
        self._pools: list[Pool] = []
        self._gate = Gate(self._pools)
        self._look_for_retries: dict[int, float] = {}
        self._canary_out: set[int] = set()
        self._rate_look = self._lease_look = 0.0
        self._more = self._idle = False

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
        self._books = Books(
            self._loop,
            self.journal,
            self._pools,
            self._gate,
            self._moulds,
            self._signers,
            self._wake.set,
        )
        self._rows = relays.rows([server.name for server in self.servers])
        self._run(self._open_pools())

    async def _open_pools(self) -> None:
        if (wire := watch.of(self._loop)) is not None:
            wire.told = self._gathering.told
        for server in self.servers:
            row = self._rows[server.name]
            self._pools.append(Pool(server, row, self._timeouts, self._books, self._signers))

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
        self._books.stopping = False
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
                    if self._books.turn_is_due() and not await self._turn():
                        await asyncio.sleep(0.01)
                    delay = timing.DATABASE_RETRY[0]
                except (OperationalError, InterfaceError) as error:
                    log.warning("the database cannot be reached: %s", str(error).strip()[:200])
                    await asyncio.sleep(delay)
                    delay = min(2 * delay, timing.DATABASE_RETRY[1])
                    continue
                if self._idle and not forever and not self._books.holds and self._lease_look > 0:
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
        if self._books.turn_is_due():
            await asyncio.sleep(0)
            return
        now = self._loop.time()
        times = [self._lease_look, now + 0.5]
        if self._books.oldest is not None:
            times.append(self._books.oldest + timing.GROUP_WAIT)
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
        self._books.stopping = True
        give_up = self._loop.time() + _FINISH_IN_FLIGHT
        delay = timing.DATABASE_RETRY[0]
        while self._books.holds and self._loop.time() < give_up:
            self._books.let_go_of_all()
            try:
                await self._turn()
                await self._report()
            except (OperationalError, InterfaceError) as error:
                log.warning("the database cannot be reached: %s", str(error).strip()[:200])
                await asyncio.sleep(delay)
                delay = min(2 * delay, timing.DATABASE_RETRY[1])
                continue
            if self._books.holds:
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
        if not self._books.stopping and self._wants_chunks(now):
            await self._lease(now)
        for key, count in self._gate.wanted():
            self._gate.got(key, await self._db(pace.reserve, key, count), self._loop.time())

    def _wants_chunks(self, now: float) -> bool:
        if len(self._books.holds) >= timing.MOST_CHUNKS:
            return False
        if now >= self._lease_look:
            return True
        return self._more and self._books.at_hand < timing.AT_HAND // 2

    async def _lease(self, now: float) -> None:
        """Take chunks until enough is at hand: every issue gets its turn, retries theirs."""
        found = await self._db(hours.sending_now, timezone.now())
        for hold in self._books.holds.values():
            hold.let_go = None if hold.lease.issue in found else 0.0
            if len(self._books.holds) >= timing.MOST_CHUNKS and hold.kept_back and not hold.todo:
                hold.let_go = 15.0  # A slow domain's rest: its place is worth more than it.
        exhausted: set[int] = set()
        if any(pool.open for pool in self._pools) and not self._books.broken_journal:
            while len(self._books.holds) < timing.MOST_CHUNKS and len(exhausted) < len(found):
                held = {hold.lease.issue for hold in self._books.holds.values()}
                wanting = [i for i in found if i not in exhausted]
                if self._books.at_hand >= timing.AT_HAND:
                    wanting = [i for i in wanting if i not in held]
                if not wanting:
                    break
                issue = min(wanting, key=lambda i: (i in held, self._books.served.get(i, 0.0)))
                if not await self._lease_of(issue):
                    exhausted.add(issue)
        self._more = len(exhausted) < len(found)
        self._idle = not self._books.holds and not self._more
        self._lease_look = self._loop.time() + 0.5

    async def _lease_of(self, issue: int) -> bool:
        canary = False
        if issue not in self._canary_out:
            if await self._db(leasing.canary_is_out, issue):
                self._canary_out.add(issue)
            else:
                canary = True
        lanes = {
            hold.lease.lane
            for hold in self._books.holds.values()
            if hold.lease.issue == issue and self._gate.limited(hold.lease.lane)
        }
        # First rounds are always due earlier than retries: each gets every other chunk. Where no
        # retry is due, none is looked for again for a moment.
        now = self._loop.time()
        retries = self._look_for_retries.get(issue, 0.0) <= now
        lease = None
        for later_rounds in (True, False) if retries else (False,):
            lease = await self._db(
                lambda later=later_rounds: leasing.lease(
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
        self._books.hold(lease)
        return True

    # ---- turns

    async def _turn(self) -> bool:
        """One group commit and what follows from it; False: there was nothing to do."""
        turn = self._books.open_turn()
        if turn is None:
            return False
        try:
            done = await self._commit(turn.parts, turn.editions)
        except BaseException:
            self._books.put_back(turn)
            raise
        for issue in self._books.stored(turn, done):
            await self._db(leasing.finish, issue)
            self._lease_look = 0.0  # Look again before we say that nothing is left.
        return True

    async def _commit(self, parts: list[Part], editions: list[int]) -> list[Done]:
        """One turn, whatever the database does meanwhile; raises when it cannot be known yet."""
        try:
            return await self._db(self._commit_now, parts, editions)
        except IntegrityError:
            # A constraint refused it: a defect of ours in one chunk must not hold the others.
            log.exception("a turn was refused; each chunk on its own")
        done = []
        for part in parts:
            try:
                done += await self._db(self._commit_now, [part], editions)
            except IntegrityError:
                log.exception("chunk %s is let go of: its turn was refused", part.lease.id)
                done.append(Done(part.lease, fenced=True))
        return done

    def _commit_now(self, parts: list[Part], editions: list[int]) -> list[Done]:
        """In the database thread: load what is missing, then the transaction."""
        return turning.turn_once(parts, self._moulds.load(editions))

    async def _report(self) -> None:
        """Write down what was learned about relays, rates and troubles; each once it is stored."""
        troubles = self._books.troubles
        for key in list(troubles.slow):
            await self._db(pace.slow_down, key)
            troubles.slow.discard(key)
            self._rate_look = 0.0
        while troubles.to_tell:
            await self._db(settling.stop_for, *troubles.to_tell[0])
            troubles.told()
        for pool in self._pools:
            if pool.dirty:
                wait = pool.closed_until - self._loop.time()
                what = pool.per_connection, pool.failures, wait, pool.last_error
                pool.dirty = False
                try:
                    await self._db(relays.keep, pool.id, *what)
                except BaseException:
                    pool.dirty = True
                    raise
        self._books.try_journal()


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
