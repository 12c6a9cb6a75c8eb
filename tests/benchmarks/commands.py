"""What the commands of a mail cost on the path real relays take, and whether they take it.

    python -m tests.benchmarks.commands [--rounds 201] [--relays 11] [--messages 3000]
        [--json]

First table: processor time of building MAIL, RCPT and DATA, as a ratio over a relay that
announces no SIZE and a mail without a DKIM signature. With `--relays ROUNDS` a second one: the
whole sending path (tests/benchmarks/sending.py, SQLite, 66 kB) to Postfix's own smtpd, as a ratio
over smtp-sink, which announces less, and the share of mails whose replies were read the short way.

All rows of a table are measured in turn in each round; a ratio is taken within its round. Given
are the median over the rounds and its 95 % interval: many short rounds tell more than few long
ones where the machine changes its speed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from newsletter.smtp import Parcel, Server, State, Verdict, deliver
from newsletter.smtp.conversation import Conversation
from newsletter.smtp.envelope import Abilities, Commands
from tests.benchmarks import pairs, postfix, side_by_side

_MAILS = 200
_REPEATS = 10


def mails(signed: bool) -> list[Parcel]:
    """Mails of one edition as they are given to a connection: most pieces shared by all."""
    shared = [b"x" * 20_000, b"y" * 400, b"z" * 42_000, b"w" * 2_400 + b"\r\n"]
    made = []
    for number in range(_MAILS):
        recipient = b"reader%d@large%d.example.net" % (number * 37, number % 4)
        head = b"To: " + recipient + b"h" * 700
        pieces: Sequence[bytes] = [head, *shared]
        if signed:  # As the signer gives it: its field, and the mail's own pieces.
            pieces = (b"DKIM-Signature: " + b"s" * 700 + b"\r\n", *pieces)
        token = b"%032x" % (number * 0x9E3779B97F4A7C15)
        made.append(
            Parcel(
                b"b-" + token[:24] + b"@bounces.example.org",
                recipient,
                pieces,
                size=sum(map(len, pieces)),
            )
        )
    return made


def building(abilities: Abilities, parcels: list[Parcel]) -> float:
    """Processor seconds to build the commands of one mail, by many."""
    offer = Commands(abilities).offer
    if not all(isinstance(offer(parcel), bytes) for parcel in parcels):
        raise SystemExit("a mail of the benchmark was refused")
    started = time.process_time()
    for _ in range(_REPEATS):
        for parcel in parcels:
            offer(parcel)
    return (time.process_time() - started) / (_REPEATS * len(parcels))


def build_table(rounds: int) -> dict[str, Any]:
    """Microseconds and ratios by row."""
    plain, signed = mails(False), mails(True)
    bare = Abilities(pipelining=True, eight_bit=True)
    announced = Abilities(pipelining=True, eight_bit=True, utf8=True, size=10_240_000)
    rows: dict[str, Callable[[], float]] = {
        "no SIZE, not signed": partial(building, bare, plain),
        "SIZE announced": partial(building, announced, plain),
        "DKIM": partial(building, bare, signed),
        "SIZE announced, DKIM": partial(building, announced, signed),
    }
    found = pairs.interleaved(rows, rounds)
    usual = found["no SIZE, not signed"]
    return {
        name: {
            "us": round(statistics.median(values) * 1e6, 3),
            "ratio": pairs.ratio(values, usual),
        }
        for name, values in found.items()
    }


class Given:
    """A feed of so many mails, for all connections."""

    def __init__(self, parcels: list[Parcel], count: int) -> None:
        self._parcels, self._left = parcels, count
        self.sent = 0

    def next(self) -> Parcel | None:
        if not self._left:
            return None
        self._left -= 1
        return self._parcels[self._left % len(self._parcels)]

    async def ready(self) -> bool:
        return bool(self._left)

    def begin(self, parcel: Parcel) -> bool:
        return True

    def settle(self, parcel: Parcel, verdict: Verdict) -> None:
        self.sent += verdict.state is State.SENT


def short_share(address: str, count: int, connections: int) -> float:
    """The share of mails whose replies came as one usual group, of `count` sent to a relay."""
    host, _, port = address.rpartition(":")
    server = Server("bench", host, int(port))
    short = 0
    usual = Conversation._answer_usual

    def counted(self: Conversation, verdict: Verdict) -> None:
        nonlocal short
        short += 1
        usual(self, verdict)

    feed = Given(mails(False), count)

    async def run() -> None:
        async with asyncio.timeout(300):
            await asyncio.gather(*(deliver(server, feed) for _ in range(connections)))

    Conversation._answer_usual = counted  # type: ignore[method-assign]
    try:
        asyncio.run(run())
    finally:
        Conversation._answer_usual = usual  # type: ignore[method-assign]
    if feed.sent != count:
        raise SystemExit(f"{address} took {feed.sent} of {count} mails")
    return short / count


def relay_table(rounds: int, messages: int) -> dict[str, Any]:
    """The sending path to smtp-sink and to Postfix's smtpd."""
    with side_by_side.smtp_sink() as sink, postfix.smtpd() as relay:
        rates: dict[str, list[float]] = {}

        def send(name: str, to: side_by_side.Counter) -> float:
            result = side_by_side.counted(to, messages, side_by_side.ours("", to, messages, "60k"))
            rates.setdefault(name, []).append(side_by_side.rate(result))
            return side_by_side.cpu(result)

        rows = {"smtp-sink": sink, "Postfix smtpd": relay}
        shares = {}
        for name, to in rows.items():
            shares[name] = short_share(to.address, messages, 10)
            to.since()
        found = pairs.interleaved({n: partial(send, n, to) for n, to in rows.items()}, rounds)
    return {
        name: {
            "cpu_us_per_message": round(statistics.median(values), 1),
            "per_second": round(statistics.median(rates[name])),
            "ratio": pairs.ratio(values, found["smtp-sink"]),
            "short_share": round(shares[name], 4),
        }
        for name, values in found.items()
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.commands")
    parser.add_argument("--rounds", type=int, default=201)
    parser.add_argument("--relays", type=int, default=0, help="rounds to smtp-sink and Postfix")
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    options = parser.parse_args(arguments)
    # So that Postfix is stopped too when the run is ended from outside.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    tables = {"building": build_table(options.rounds)}
    if options.relays:
        tables["relays"] = relay_table(options.relays, options.messages)
    if options.json:
        print(json.dumps(tables))
        return 0
    print("| building the commands of a mail | us | over no SIZE, not signed |\n|---|---|---|")
    for name, row in tables["building"].items():
        print(f"| {name} | {row['us']:.2f} | {row['ratio']} |")
    if options.relays:
        print("\n| relay | messages/s | us a message | over smtp-sink | read the short way |")
        print("|---|---|---|---|---|")
        for name, row in tables["relays"].items():
            print(
                f"| {name} | {row['per_second']} | {row['cpu_us_per_message']} | {row['ratio']}"
                f" | {row['short_share']:.1%} |"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
