"""The selector that waits a moment for more, and mails poured several at once."""

from __future__ import annotations

import asyncio
import selectors
import socket
from collections.abc import Iterator
from typing import Any, cast

import pytest

from newsletter.message import BadReader, Poured, Reader
from newsletter.models import Relay
from newsletter.sending import gathering
from newsletter.sending.gathering import LONGEST, SHORTEST, Gathering
from newsletter.sending.relays import At, Member, Pool
from newsletter.smtp import Server, Timeouts

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pairs() -> Iterator[list[Pair]]:
    made = [socket.socketpair() for _ in range(8)]
    yield made
    for pair in made:
        for end in pair:
            end.close()


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    slept: list[float] = []
    monkeypatch.setattr(gathering.time, "sleep", slept.append)
    return slept


def watching(pairs: list[Pair]) -> Gathering:
    selector = Gathering()
    for ours, _ in pairs:
        selector.register(ours, selectors.EVENT_READ)
    return selector


def test_it_never_waits_for_few_connections_or_when_work_is_at_hand(
    pairs: list[Pair], naps: list[float]
) -> None:
    pairs[0][1].send(b"x")
    assert len(watching(pairs[:4]).select(None)) == 1
    many = watching(pairs)
    assert len(many.select(0)) == 1
    assert len(many.select(LONGEST)) == 1
    assert naps == []


def test_the_moment_follows_what_came(pairs: list[Pair], naps: list[float]) -> None:
    selector = watching(pairs)
    for _, theirs in pairs[:4]:
        theirs.send(b"x")
    for _ in range(8):  # Half of the connections wait for us: shorter, down to the shortest.
        assert len(selector.select(None)) == 4
    assert naps[0] == 0.0005
    assert naps == sorted(naps, reverse=True) and naps[-1] == SHORTEST
    for ours, _ in pairs[1:4]:
        ours.recv(1)
    naps.clear()
    for _ in range(10):  # One at a time: longer, up to the longest, and then no more waiting.
        assert len(selector.select(None)) == 1
    assert naps == sorted(naps) and naps[-1] == LONGEST
    naps.clear()
    for _ in range(6):
        selector.select(None)
    assert naps == []
    for _ in range(20):
        selector.select(None)
    assert len(naps) >= 1


class _Mould:
    """Pours everybody but `nobody@example.org`."""

    def pour(self, reader: Reader, at: object) -> Poured:
        if reader.address.startswith("nobody"):
            raise BadReader("no")
        return Poured(b"b@example.org", reader.address.encode(), (b"content\r\n",), False)


class _Owner:
    def __init__(self) -> None:
        self.settled: list[tuple[int, str]] = []

    def settle(self, pool: Pool, member: Member, verdict: Any) -> None:
        self.settled.append((member.delivery, verdict.status))

    def hungry(self) -> None: ...


def member(pool: Pool, number: int, local: str = "reader", signer: object = None) -> Member:
    made = Member(number, 1, 1, None)
    made.at, made.pool, made.signer = At.READY, pool, cast(Any, signer)
    made.mould = cast(Any, _Mould())
    made.reader = Reader(f"{local}{number}@example.org", number, number, 1)
    pool.ready_queue.append(made)
    return made


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
        assert first.poured and last.poured
        assert signed.poured is None, "without its signature it must not go"
        assert wrong.poured is None
        following = pool.next()
        assert following is not None and following.recipient == b"reader4@example.org"
        assert owner.settled == [(3, "5.1.3")]
        assert pool.next() is None

    asyncio.run(go())
