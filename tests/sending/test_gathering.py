"""The selector that waits a moment for more, and mails filled several at once."""

from __future__ import annotations

import asyncio
import socket
from typing import Any, cast

import pytest
from django.utils import timezone

from newsletter.message import BadReader, Filled, Reader
from newsletter.models import Relay
from newsletter.sending.engine import gathering
from newsletter.sending.engine.gathering import FIRST, LONGEST, SHORTEST, Gathering
from newsletter.sending.engine.members import At, Member
from newsletter.sending.engine.relays import Pool, _Counted
from newsletter.smtp import Ended, Server, Timeouts, Why, watch


class Clock:
    """Stands in for the module `time`: sleeping is written down and takes no time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.naps: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(gathering, "time", made)
    return made


def told(selector: Gathering, came: int, times: int, many: int = 10) -> list[float]:
    """The moments after so many looks that all brought the same."""
    moments = []
    for _ in range(times):
        selector.told(came, many)
        moments.append(selector.moment)
    return moments


def test_it_waits_only_when_told_and_never_when_work_is_at_hand(clock: Clock) -> None:
    selector = Gathering()
    assert selector.select(0.003) == []
    assert clock.naps == []
    told(selector, 1, 3)
    for soon in (0, -1, LONGEST):
        selector.select(soon)
    assert clock.naps == []
    selector.select(0.003)
    assert clock.naps == [selector.moment] and selector.moment > SHORTEST
    selector.told(3, 4)  # So few connections are answered at once.
    selector.select(0.003)
    assert len(clock.naps) == 1
    selector.close()


def test_the_moment_follows_what_came(clock: Clock) -> None:
    selector = Gathering()
    longer = told(selector, 1, 20)  # One at a time: longer, up to the longest allowed.
    assert longer == sorted(longer) and longer[-1] == longer[-2] > FIRST
    assert told(selector, 5, 3) == [longer[-1]] * 3  # As wished.
    shorter = told(selector, 8, 20)  # Most connections wait for us: shorter.
    assert shorter == sorted(shorter, reverse=True) and shorter[-1] == SHORTEST
    selector.close()


def seconds(selector: Gathering, clock: Clock, count: int, waiting: int, trying: int) -> float:
    """The longest moment after so many seconds of a relay that answers so often a look."""
    longest = 0.0
    for _ in range(round(count * 1000)):
        clock.now += 0.001
        selector.told(waiting if selector.moment else trying, 10)
        longest = selector.moment or longest
    return longest


def test_a_busy_relay_is_waited_for_as_long_as_useful(clock: Clock) -> None:
    selector = Gathering()
    assert seconds(selector, clock, 8, waiting=3, trying=3) == LONGEST
    selector.close()


def test_a_distant_relay_is_not_waited_for(clock: Clock) -> None:
    """Without waiting it answers a third more: each second's try halves the wait."""
    selector = Gathering()
    assert seconds(selector, clock, 8, waiting=3, trying=4) == SHORTEST
    assert seconds(selector, clock, 18, waiting=3, trying=3) == LONGEST, "it became busy"
    selector.close()


def test_one_look_calls_whoever_can_be_read_and_not_who_was_removed_by_then() -> None:
    async def go() -> None:
        wire = watch.of(asyncio.get_running_loop())
        assert wire is not None and wire is watch.of(asyncio.get_running_loop())
        pairs = [socket.socketpair() for _ in range(3)]
        first, second, third = (ours for ours, _ in pairs)
        read: list[bytes] = []
        told: list[tuple[int, int]] = []
        wire.told = lambda came, many: told.append((came, many))

        def first_is_read() -> None:
            read.append(first.recv(9))
            wire.remove(second)

        def second_is_read() -> None:
            read.append(second.recv(9))
            wire.remove(first)

        wire.add(first, first_is_read)
        wire.add(second, second_is_read)
        wire.add(third, lambda: read.append(third.recv(9)))
        for _, theirs in pairs[:2]:
            theirs.send(b"said")
        for _ in range(20):
            await asyncio.sleep(0)
        assert read == [b"said"], "whoever came first has removed the other"
        assert told == [(2, 2)]
        for sock in (first, second, third):
            wire.remove(sock)  # Twice is no harm.
        pairs[2][1].send(b"nobody listens")
        for _ in range(20):
            await asyncio.sleep(0)
        assert read == [b"said"]
        for pair in pairs:
            for end in pair:
                end.close()

    asyncio.run(go())


class _Template:
    """Pours everybody but `nobody@example.org`."""

    def fill(self, reader: Reader, at: object) -> Filled:
        if reader.address.startswith("nobody"):
            raise BadReader("no")
        return Filled(b"b@example.org", reader.address.encode(), (b"content\r\n",), False, 9)


class _Owner:
    def __init__(self) -> None:
        self.settled: list[tuple[int, str]] = []

    def begin(self, member: Member) -> bool:
        return True

    def settle(self, pool: Pool, member: Member, verdict: Any) -> None:
        self.settled.append((member.delivery, verdict.status))

    def hungry(self) -> None: ...


def member(pool: Pool, number: int, local: str = "reader", signer: object = None) -> Member:
    made = Member(number, 1, 1, None)
    made.at, made.pool, made.signer = At.READY, pool, cast(Any, signer)
    made.template = cast(Any, _Template())
    made.reader = Reader(f"{local}{number}@example.org", number, number, 1)
    pool.ready_queue.append(made)
    return made


@pytest.mark.parametrize(
    ("error", "by_greeting"),
    [("auth: 535 5.7.8 no", True), ("connect:  refused", True), ("mail: 421 4.3.2 closing", False)],
)
def test_what_another_worker_said_of_a_relay_is_taken_back_when_it_is_well(
    error: str, by_greeting: bool
) -> None:
    async def go() -> None:
        relay = Relay(
            pk=1, name="relay", failures=3, failing_since=timezone.now(), last_error=error
        )
        server = Server.from_url("smtp://127.0.0.1:25")
        pool = Pool(server, relay, Timeouts(), cast(Any, _Owner()))
        feed = _Counted(pool, lambda: None)
        feed.up()  # As when no connection came about.
        assert not pool.dirty
        _Counted(pool, lambda: None).next()
        assert pool.dirty == by_greeting
        pool._learn(Ended(Why.IDLE, "idle", None, "", "", 1), 0.0)
        assert pool.dirty and (pool.failures, pool.last_error) == (0, "")

    asyncio.run(go())


def test_a_row_of_mails_is_poured_at_once_and_none_that_waits_for_its_signature() -> None:
    async def go() -> None:
        owner = _Owner()
        relay = Relay(pk=1, name="relay")
        pool = Pool(Server.from_url("smtp://127.0.0.1:25"), relay, Timeouts(), cast(Any, owner))
        pool._proven = True
        first = member(pool, 1)
        signed = member(pool, 2, signer=object())
        wrong = member(pool, 3, "nobody")
        last = member(pool, 4)
        parcel = pool.next()
        assert parcel is not None and parcel.recipient == b"reader1@example.org"
        assert first.content and last.content
        assert not signed.content, "without its signature it must not go"
        assert not wrong.content
        following = pool.next()
        assert following is not None and following.recipient == b"reader4@example.org"
        assert owner.settled == [(3, "5.1.3")]
        assert pool.next() is None

    asyncio.run(go())
