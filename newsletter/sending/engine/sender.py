"""The only sending function, `Sender.drain`: lease, authorise, send, record, until nothing is due.

Two threads. The event loop has one of its own, with the connections and all memory of what is
where (`in_flight`). The caller's thread does nothing but the loop's database work, one job at a
time, so the loop never waits long for a commit and the database sees one connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import secrets
import socket
import sys
import threading
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from django.db import IntegrityError, InterfaceError, OperationalError
from django.utils import timezone

from newsletter import conf
from newsletter.message.dkim import Signers
from newsletter.models import Worker
from newsletter.smtp import Server, Timeouts, watch

from .. import guard, hours, incidents, relay_hours, settling
from . import leasing, rate_limit, relays, routing, timing, turning
from .database_thread import DatabaseThread
from .decisions import Part
from .dispatcher import Dispatcher
from .gathering import Gathering
from .in_flight import InFlight
from .journal import Journal
from .message_templates import MessageTemplates
from .relays import Pool
from .supply import Supply
from .turning import Done

log = logging.getLogger(__name__)

T = TypeVar("T")
# The editions that are needed of each revision.
Texts: TypeAlias = Mapping[int | None, Iterable[int]]
# Seconds that messages in flight may take to finish when the worker is told to stop.
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
        self._database = DatabaseThread()
        self._db = self._database.do
        self._templates = MessageTemplates()
        self._pools: list[Pool] = []
        self._dispatcher = Dispatcher(self._pools)
        self._rate_look = self._way_look = 0.0
        # Whether this machine may act on the database, as last asked.
        self._may_act = False

    # ---- life

    def start(self) -> None:
        """Enter the worker in the database, open the journal, start the loop."""
        # Two threads share the interpreter. After Python's usual 5 ms one gives way to the other,
        # which would stop the connections twice in every turn for as long as 25 messages take.
        sys.setswitchinterval(min(sys.getswitchinterval(), 0.0005))
        # What was imported stays: the garbage collector need not search it again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        # Before anything else: a key that cannot be used must not become unsigned mail.
        self._signers = Signers.from_setting(conf.dkim_keys())
        # Before this worker is in the database, which would look as if one had sent from it.
        self._may_act = guard.may_act()
        self.worker = Worker.objects.create(
            name=self.name, machine=socket.gethostname()[:100], version=version()
        ).pk
        incidents.seen(self.worker)
        self.journal = Journal(self.name, 2 * timing.WINDOW + 64)
        self._gathering = Gathering()
        self._loop = asyncio.SelectorEventLoop(self._gathering)
        self._wake = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._in_flight = InFlight(
            self._loop,
            self.journal,
            self._pools,
            self._dispatcher,
            self._templates,
            self._signers,
            self._wake.set,
        )
        self._supply = Supply(self.worker, self._in_flight, self._dispatcher, self._loop, self._db)
        self._rows = relays.rows([server.name for server in self.servers])
        self._run(self._open_pools())

    async def _open_pools(self) -> None:
        if (wire := watch.of(self._loop)) is not None:
            wire.told = self._gathering.told
        for server in self.servers:
            row = self._rows[server.name]
            self._pools.append(Pool(server, row, self._timeouts, self._in_flight, self._signers))

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
        # A copy made since the last beat would pass for the whole truth without the journal: the
        # machine must remember that the database has gone on.
        guard.look_again()
        self.journal.close(remove=guard.may_act() and not held)

    async def _close_pools(self) -> None:
        await asyncio.gather(*(pool.close(5.0) for pool in self._pools))

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._database.run(self._loop, coroutine)

    # ---- the loop

    async def _drain(
        self, seconds: float | None, stop: threading.Event | None, forever: bool
    ) -> None:
        self._in_flight.stopping = False
        until = None if seconds is None else self._loop.time() + seconds
        watch = asyncio.ensure_future(self._watch(stop)) if stop is not None else None
        delay = timing.DATABASE_RETRY[0]
        self._rate_look = 0.0
        self._supply.look_again()
        try:
            while not (stop is not None and stop.is_set()):
                if until is not None and self._loop.time() >= until:
                    break
                try:
                    await self._look()
                    if self._in_flight.turn_is_due() and not await self._turn():
                        await asyncio.sleep(0.01)
                    delay = timing.DATABASE_RETRY[0]
                except (OperationalError, InterfaceError) as error:
                    log.warning("the database cannot be reached: %s", str(error).strip()[:200])
                    # What comes back may be an older one, restored meanwhile.
                    guard.look_again()
                    self._may_act, self._rate_look = False, 0.0
                    await asyncio.sleep(delay)
                    delay = min(2 * delay, timing.DATABASE_RETRY[1])
                    continue
                nothing_due = self._supply.idle or not self._may_act
                if nothing_due and not forever and not self._in_flight.holds:
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
        if self._in_flight.turn_is_due():
            await asyncio.sleep(0)
            return
        now = self._loop.time()
        times = [self._supply.next_look, now + 0.5]
        if self._in_flight.oldest is not None:
            times.append(self._in_flight.oldest + timing.GROUP_WAIT)
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
        self._in_flight.stopping = True
        give_up = self._loop.time() + _FINISH_IN_FLIGHT
        delay = timing.DATABASE_RETRY[0]
        while self._in_flight.holds and self._loop.time() < give_up:
            self._in_flight.let_go_of_all()
            try:
                await self._turn()
                await self._report()
            except (OperationalError, InterfaceError) as error:
                log.warning("the database cannot be reached: %s", str(error).strip()[:200])
                await asyncio.sleep(delay)
                delay = min(2 * delay, timing.DATABASE_RETRY[1])
                continue
            if self._in_flight.holds:
                self._wake.clear()
                await self._rest(0.05)
        await self._report()

    # ---- looking around: rates and chunks

    async def _look(self) -> None:
        now = self._loop.time()
        if now >= self._rate_look:
            self._rate_look = now + 2.0
            self._may_act = self._may_act_from_now(await self._db(guard.may_act))
            self._dispatcher.learn(await self._db(rate_limit.rates))
            await self._learn_hours()
        await self._report()
        if self._may_act and not self._in_flight.stopping and self._supply.is_wanted(now):
            await self._supply.refill(any(pool.open for pool in self._pools))
        await self._find_ways(now)
        for key, count in self._dispatcher.wanted():
            taken = await self._db(rate_limit.reserve, key, count)
            self._dispatcher.got(key, taken, self._loop.time())

    async def _learn_hours(self) -> None:
        """Until when each relay may be used."""
        now, wall = self._loop.time(), timezone.now()
        left = await self._db(relay_hours.left, [pool.id for pool in self._pools], wall)
        for pool in self._pools:
            pool.hours_end = now + left[pool.id]

    async def _find_ways(self, now: float) -> None:
        """Which relays may send what is in hand; a new issue is asked for before it is sent."""
        if len(self._pools) < 2:
            return
        held = {hold.lease.issue for hold in self._in_flight.holds.values()}
        if now >= self._way_look or not self._dispatcher.knows(held):
            self._way_look = now + 2.0
            names = [pool.name for pool in self._pools]
            self._dispatcher.route(await self._db(routing.of_issues, held, names))

    def _may_act_from_now(self, may: bool) -> bool:
        """Authorise nobody while the machine may not act; what is on the wire is finished."""
        self._in_flight.stopping = not may
        if not may:
            self._in_flight.let_go_of_all()
        return may

    # ---- turns

    async def _turn(self) -> bool:
        """One group commit and what follows from it; False: there was nothing to do."""
        turn = self._in_flight.open_turn()
        if turn is None:
            return False
        try:
            done = await self._commit(turn.parts, turn.texts)
        except BaseException:
            self._in_flight.put_back(turn)
            raise
        for issue in self._in_flight.stored(turn, done):
            await self._db(leasing.finish, issue)
            self._supply.look_again()  # Before we say that nothing is left.
        return True

    async def _commit(self, parts: list[Part], texts: Texts) -> list[Done]:
        """One turn, whatever the database does meanwhile; raises when it cannot be known yet."""
        try:
            return await self._db(self._commit_now, parts, texts)
        except IntegrityError:
            # A constraint refused it: a defect of ours in one chunk must not stop the others.
            log.exception("a turn was refused; each chunk on its own")
        done = []
        for part in parts:
            try:
                done += await self._db(self._commit_now, [part], texts)
            except IntegrityError:
                log.exception("chunk %s is let go of: its turn was refused", part.lease.id)
                done.append(Done(part.lease, None))
        return done

    def _commit_now(self, parts: list[Part], texts: Texts) -> list[Done]:
        """In the database thread: load what is missing, then the transaction."""
        return turning.turn_once(parts, self._templates.load(texts))

    async def _report(self) -> None:
        """Write down what was learned about relays, rates and troubles; each once it is stored."""
        troubles = self._in_flight.troubles
        for key in list(troubles.slow):
            await self._db(rate_limit.slow_down, key)
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
        self._in_flight.try_journal()


def version() -> str:
    """The version that is installed here, as workers write it down; empty if it is unknown."""
    from importlib import metadata

    try:
        return metadata.version("sudi")[:20]
    except metadata.PackageNotFoundError:
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
    if hours.sending_now(timezone.now()):
        with running() as sender:
            sender.drain(seconds, stop)
