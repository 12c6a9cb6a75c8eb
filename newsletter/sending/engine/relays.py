"""The relays of this process: connections, what is ready for each, and each one's health.

A `Pool` is the `Feed` of all connections to one relay. It runs on the event loop and never
blocks: what it is asked (`next`, `begin`) it answers from memory and with one write to the
journal; what it is told (`settle`) it hands on.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import math
import random
from collections import deque
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any, Protocol

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from newsletter import conf
from newsletter.message import BadReader
from newsletter.message.dkim import Signers
from newsletter.models import Relay
from newsletter.smtp import BadServer, Ended, Parcel, Server, State, Timeouts, Verdict, Why, deliver

from .members import OFFERED, READY, Member
from .signing import SigningQueue

log = logging.getLogger(__name__)

LONGEST_BACK_OFF = 300.0
_NEVER = math.inf
STUMBLES = 5
POURED_AT_ONCE = 16


class Owner(Protocol):
    """What a pool needs of the sender."""

    def begin(self, member: Member, /) -> bool: ...
    def settle(self, pool: Pool, member: Member, verdict: Verdict, /) -> None: ...
    def hungry(self) -> None: ...
    def ended(self, pool: Pool, ended: Ended) -> None: ...


# Where a connection fails before it is ready for mail (`smtp.handshake`).
_BEFORE_MAIL = ("connect", "greeting", "ehlo", "tls", "auth")


class Pool:
    """One relay's connections and its queue of authorised members."""

    def __init__(
        self,
        server: Server,
        relay: Relay,
        timeouts: Timeouts,
        owner: Owner,
        signers: Signers | None = None,
    ) -> None:
        self.server = server
        self.id, self.name = relay.pk, relay.name
        self.weight = max(1, relay.weight)
        self.per_connection = relay.per_connection
        self.failures = 0
        # What a worker before this one left: it is said of the relay until one finds it well.
        self._said_to_fail = relay.failing_since is not None
        self.last_error = relay.last_error if self._said_to_fail else ""
        # A relay that another worker found closed is left alone until the same moment.
        shut: dt.datetime | None = relay.closed_until
        left = (shut - timezone.now()).total_seconds() if shut else 0.0
        self.closed_until = asyncio.get_running_loop().time() + min(left, LONGEST_BACK_OFF)
        # Until when it may be used; the sender reads the relay's hours every few seconds.
        self.hours_end = _NEVER
        self.login_failures = 0
        self._stumbles = 0
        self.dirty = False
        self.served = 0.0
        self.ready_queue: deque[Member] = deque()
        self._signing = SigningQueue(signers, self._signed) if signers is not None else None
        self._timeouts = timeouts
        self._owner = owner
        # What a connection asks and tells about a member goes straight to the sender.
        self.begin: Callable[[Any], bool] = owner.begin
        self.settle: Callable[[Any, Verdict], None] = partial(owner.settle, self)
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[asyncio.Future[bool]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._connecting = 0
        # One connection at a time is opened until the first one works: a relay that is down, or
        # that refuses our password, is tried once and not ten times.
        self._proven = False
        self._failed_at = 0.0
        self._closing = False
        self._alarm: asyncio.TimerHandle | None = None

    # ---- Feed

    def next(self) -> Parcel | None:
        """The next member whose slot has come, filled."""
        if not self._proven:
            self._proven = True
            self._loop.call_soon(self.open_more)
        queue = self.ready_queue
        while queue:
            member = queue[0]
            if member.at is not READY or member.pool is not self:
                queue.popleft()  # Withdrawn, or moved to another relay.
                continue
            if member.signer is not None and not member.content:
                queue.popleft()  # Authorised again: it is being signed and will come back here.
                continue
            if self._is_outside_hours():
                return None  # The next turn takes it back, and it goes elsewhere or waits.
            if member.not_before:
                wait = member.not_before - self._loop.time()
                if wait > 0:
                    self._wake_in(wait)
                    return None
            if not member.content:
                self._pour()
            queue.popleft()
            member.at = OFFERED
            if not member.content:
                refused = Verdict(State.FAILED, None, "5.1.3", "not an address", "rcpt")
                self._owner.settle(self, member, refused)
                continue
            if not queue:
                self._owner.hungry()
            return member
        self._owner.hungry()
        return None

    async def ready(self) -> bool:
        """Until a member can be given out, or False when the connection is not needed."""
        while not self._closing:
            if self._due():
                return True
            waiter = self._loop.create_future()
            self._waiting.append(waiter)
            try:
                await waiter
            finally:
                if waiter in self._waiting:
                    self._waiting.remove(waiter)
        return False

    # ---- for the sender

    @property
    def open(self) -> bool:
        """Whether it may be given work."""
        return self.is_open(self._loop.time())

    def is_open(self, now: float) -> bool:
        """The same at a loop time that is at hand."""
        return self.closed_until <= now < self.hours_end and not self._closing

    @property
    def connections(self) -> int:
        """How many are open or being opened."""
        return len(self._tasks)

    def add(self, member: Member) -> None:
        """Queue an authorised member; call `wake` after the last one."""
        member.at, member.pool = READY, self
        member.content = b""
        if self._signing is not None and member.signer is not None:
            member.ticket = object()
            self._signing.add(member.signer, member)
        else:
            self.ready_queue.append(member)

    def _signed(self, members: list[Member]) -> None:
        """Their mails are signed; who was withdrawn meanwhile is passed over in `next`."""
        self.ready_queue.extend(members)
        self.wake()

    def wake(self) -> None:
        """Tell waiting connections that there is work, and open more if they are too few."""
        if self._signing is not None:
            self._signing.work()
        for _ in range(min(len(self._waiting), len(self.ready_queue))):
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(True)
        self.open_more()

    def _pour(self) -> None:
        """Fill the mails at the head of the queue.

        Several at once: between two writes, which push the interpreter out of the processor's
        caches, each takes three times as long as in a row.
        """
        at = timezone.now()
        for member in islice(self.ready_queue, POURED_AT_ONCE):
            if member.content or member.signer is not None:
                continue  # Filled already, or being signed: it must not go out unsigned.
            assert member.template is not None and member.reader is not None
            # A reader whose mail cannot be made is refused in `next`, when it is their turn.
            with contextlib.suppress(BadReader):
                member.fill(member.template.fill(member.reader, at))

    def open_more(self) -> None:
        """As many connections as the queue is worth."""
        if self._closing or not self.ready_queue:
            return
        wait = self.closed_until - self._loop.time()
        if wait > 0:
            self._wake_in(wait)
            return
        most = self.server.connections if self._proven else 1
        wanted = (len(self.ready_queue) - len(self._waiting) - self._connecting + 3) // 4
        for _ in range(min(most - len(self._tasks), wanted)):
            self._connecting += 1
            task = self._loop.create_task(self._connection())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self, seconds: float) -> None:
        """Let the connections say goodbye; after so many seconds they are cut."""
        self._closing = True
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(False)
        if self._alarm is not None:
            self._alarm.cancel()
        if self._signing is not None:
            await self._signing.close()
        if self._tasks:
            _, left = await asyncio.wait(set(self._tasks), timeout=seconds)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    # ---- inside

    def _due(self) -> bool:
        queue = self.ready_queue
        while queue and (queue[0].at is not READY or queue[0].pool is not self):
            queue.popleft()
        if not queue or self._is_outside_hours():
            return False
        if queue[0].not_before and (wait := queue[0].not_before - self._loop.time()) > 0:
            self._wake_in(wait)
            return False
        return True

    def _is_outside_hours(self) -> bool:
        # Most relays have none: no look at the clock for each mail.
        return self.hours_end < _NEVER and self._loop.time() >= self.hours_end

    def _wake_in(self, seconds: float) -> None:
        when = self._loop.time() + seconds
        if self._alarm is not None and not self._alarm.cancelled():
            if self._loop.time() < self._alarm.when() <= when:
                return
            self._alarm.cancel()
        self._alarm = self._loop.call_at(when, self.wake)

    async def _connection(self) -> None:
        started = self._loop.time()
        counted = _Counted(self, self._up)
        try:
            ended = await deliver(
                self.server, counted, self._timeouts, limit=self.per_connection or 1_000_000
            )
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.exception("%s: a connection failed", self.server.name)
            ended = Ended(Why.BROKEN, "idle", None, "", str(error)[:200], 0)
        finally:
            counted.up()
        self._learn(ended, started)
        self._owner.ended(self, ended)
        if not self._closing:
            self._loop.call_soon(self.open_more)

    def _up(self) -> None:
        self._connecting -= 1

    def greeted(self) -> None:
        """A connection is ready for mail: what failed before that is over."""
        if self.last_error.partition(":")[0] in _BEFORE_MAIL:
            # Said now, since the connection may last for the whole issue.
            self._well()

    def _well(self) -> None:
        if self.failures or self._said_to_fail:
            self.dirty = True
        self.failures = self.login_failures = self._stumbles = 0
        self._said_to_fail, self.last_error = False, ""

    def _learn(self, ended: Ended, started: float) -> None:
        """Health and the number of messages a connection carries, from how one ended."""
        if ended.accepted:
            self._well()
        if ended.why is Why.CLOSED and ended.accepted:
            # The relay closed early: that many from now on. Each connection that reaches the limit
            # undisturbed raises it by a twentieth.
            if self.per_connection is None or ended.accepted < self.per_connection:
                self.per_connection, self.dirty = ended.accepted, True
        elif ended.why is Why.LIMIT and self.per_connection:
            self.per_connection += max(1, self.per_connection // 20)
            self.dirty = True
        elif ended.why in (Why.REFUSED, Why.BROKEN, Why.CLOSED) and not ended.accepted:
            if ended.phase == "auth" and ended.code is not None and ended.code >= 500:
                self.login_failures += 1
            if ended.phase == "dot":
                # Lost while it answered a content: a few of these may be one bad message's fault.
                self._stumbles += 1
                if self._stumbles < STUMBLES:
                    return
            if started < self._failed_at:
                return  # Opened before the last failure: ten connections fail as one.
            self.failures += 1
            self._failed_at = self._loop.time()
            self._proven = False
            wait = min(LONGEST_BACK_OFF, 2.0 ** min(self.failures, 9)) * random.uniform(0.6, 1.0)
            self.closed_until = self._failed_at + wait
            self.last_error = f"{ended.phase}: {ended.code or ''} {ended.text}"[:300]
            self.dirty = True
            log.warning("%s: %s; next try in %.0f s", self.server.name, self.last_error, wait)


class _Counted:
    """The pool as one connection's feed, which tells once when the connection is up."""

    def __init__(self, pool: Pool, on_up: Callable[[], None]) -> None:
        self._pool = pool
        self._on_up: Callable[[], None] | None = on_up
        self.ready = pool.ready
        self.begin = pool.begin
        self.settle = pool.settle

    def up(self) -> None:
        if self._on_up is not None:
            self._on_up()
            self._on_up = None

    def next(self) -> Parcel | None:
        if self._on_up is not None:
            self.up()
            self._pool.greeted()
        return self._pool.next()


def servers() -> list[Server]:
    """The relays of SMTP_URL, in order. Raises newsletter.smtp.BadServer."""
    found = [Server.from_url(url) for url in conf.smtp_urls()]
    if name := Server.doubled([server.name[:60] for server in found]):
        raise BadServer(f"{name}: two relays have this name, write ?name=… behind one of them.")
    return found


def configured() -> QuerySet[Relay] | None:
    """The rows of the relays of SMTP_URL, or None when it cannot be understood.

    Rows of relays that were taken out of it stay behind in the table.
    """
    try:
        names = [server.name[:60] for server in servers()]
    except BadServer:
        return None
    return Relay.objects.filter(name__in=names)


def rows(names: list[str]) -> dict[str, Relay]:
    """Each relay's row, made at its first use."""
    return {name: Relay.objects.get_or_create(name=name[:60])[0] for name in names}


def keep(
    relay: int, per_connection: int | None, failures: int, wait: float, last_error: str
) -> None:
    """Tell the other workers what was learned; `wait` is seconds until the next try."""
    now = timezone.now()
    closed = now + dt.timedelta(seconds=wait) if wait > 0 else None
    Relay.objects.filter(pk=relay).update(
        per_connection=per_connection,
        failures=failures,
        failing_since=Coalesce("failing_since", Value(now)) if failures else None,
        closed_until=closed,
        last_error=last_error[:300],
    )
