"""A feed of parcels for tests of the wire, strict about its side of the contract."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from newsletter.smtp import Ended, Parcel, Server, State, Timeouts, Verdict, deliver

SENDER = b"b-return@bounces.example.org"
NAMES = ("alice", "bob", "charlie")


def message(recipient: str, body: str = "Hello.") -> bytes:
    """A small whole message, as the wire wants it."""
    text = (
        f"From: news@harbour.example.org\r\nTo: {recipient}\r\nSubject: Harbour\r\n"
        f"Message-ID: <{recipient.replace('@', '-at-')}@harbour.example.org>\r\n\r\n{body}\r\n"
    )
    return text.replace("\r\n.", "\r\n..").encode()


@dataclass(slots=True)
class Named(Parcel):
    """One with a name for the tests to know it by."""

    tag: str = ""


def parcel(recipient: str, body: str = "Hello.", **extra: Any) -> Named:
    return Named(SENDER, recipient.encode(), message(recipient, body), tag=recipient, **extra)


def people(count: int) -> list[Parcel]:
    """Parcels for alice0@, bob1@, charlie2@, alice3@ … example.net."""
    return [parcel(f"{NAMES[n % 3]}{n}@example.net") for n in range(count)]


class Postbag:
    """Gives out parcels in order and keeps every verdict. NOT_SENT ones may be given out again."""

    def __init__(
        self,
        parcels: Iterable[Parcel],
        *,
        again: bool = False,
        stay: bool = False,
        allow: Callable[[Parcel], bool] = lambda parcel: True,
    ) -> None:
        """`again`: a parcel that comes back NOT_SENT is put in front. `stay`: never say that
        there will be no more. `allow` answers `begin`.
        """
        self.waiting = list(parcels)
        self.again, self.stay, self.allow = again, stay, allow
        self.out: dict[int, Parcel] = {}
        self.begun: list[str] = []
        self.verdicts: dict[str, Verdict] = {}
        self.history: list[tuple[str, State]] = []

    def next(self) -> Parcel | None:
        if not self.waiting:
            return None
        parcel = self.waiting.pop(0)
        self.out[id(parcel)] = parcel
        return parcel

    def ready(self) -> Awaitable[bool]:
        return self._ready()

    async def _ready(self) -> bool:
        while not self.waiting and self.stay:
            await asyncio.sleep(0.005)
        return bool(self.waiting)

    def begin(self, parcel: Parcel) -> bool:
        assert id(parcel) in self.out
        allowed = self.allow(parcel)
        if allowed:
            self.begun.append(parcel.tag)
        return allowed

    def settle(self, parcel: Parcel, verdict: Verdict) -> None:
        assert id(parcel) in self.out, f"settled twice or never given out: {parcel.tag}"
        del self.out[id(parcel)]
        if verdict.state in (State.SENT, State.IN_DOUBT):
            assert self.begun[-1] == parcel.tag or parcel.tag in self.begun
        if verdict.state is State.NOT_SENT:
            assert parcel.tag not in self.begun
        self.verdicts[parcel.tag] = verdict
        self.history.append((parcel.tag, verdict.state))
        if verdict.state is State.NOT_SENT and self.again:
            self.waiting.insert(0, parcel)

    def states(self) -> list[tuple[str, str]]:
        """(name, state) in the order of the last verdicts."""
        return [
            (tag.partition("@")[0], verdict.state.value) for tag, verdict in self.verdicts.items()
        ]

    def count(self, state: State) -> int:
        return sum(verdict.state is state for verdict in self.verdicts.values())


# A thousandth of the real ones, except where a busy machine needs longer to do its own part.
QUICK = Timeouts(
    connect=10,
    greeting=10,
    tls=10,
    ehlo=10,
    auth=10,
    mail=10,
    rcpt=10,
    data=10,
    block=10,
    dot=10,
    rset=10,
    quit=1,
    idle=10,
)


def send(port: int, bag: Postbag, timeouts: Timeouts = QUICK, **extra: Any) -> Ended:
    """One connection to a plain local relay; everything must be settled at its end."""
    server = extra.pop("server", None) or Server("test", "127.0.0.1", port)

    async def run() -> Ended:
        async with asyncio.timeout(60):  # A hang is a failure, not a wait.
            return await deliver(server, bag, timeouts, **extra)

    ended = asyncio.run(run())
    assert not bag.out
    return ended


def send_all(port: int, bag: Postbag, connections: int = 50, **extra: Any) -> list[Ended]:
    """Connection after connection until the bag is empty."""
    ends = []
    while bag.waiting and len(ends) < connections:
        ends.append(send(port, bag, **extra))
    return ends
