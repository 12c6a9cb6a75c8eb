"""A sink that takes everything and answers each command so long after it came, delays overlapping.

    python -m tests.benchmarks.sink --delay 0.02 --no-pipelining

prints one JSON line with its port, and one with the messages and octets it took when it is ended
by SIGTERM. It keeps nothing and checks nothing: tests/smtpd.py is the one for tests.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

_END = b"\r\n.\r\n"


class Counts:
    """What was taken, by all connections."""

    messages = 0
    octets = 0


class Sink(asyncio.BufferedProtocol):
    """One connection."""

    def __init__(self, counts: Counts, delay: float, hello: bytes) -> None:
        self.counts, self.delay, self.hello = counts, delay, hello
        self.loop = asyncio.get_running_loop()
        self.view = memoryview(bytearray(1 << 18))
        self.rest = b""
        self.in_content = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.reply(b"220 sink ESMTP\r\n")

    def reply(self, data: bytes) -> None:
        if self.delay:
            self.loop.call_later(self.delay, self.transport.write, data)
        else:
            self.transport.write(data)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self.view

    def buffer_updated(self, nbytes: int) -> None:
        data = self.rest + bytes(self.view[:nbytes])
        self.rest = b""
        said = b""
        start = 0
        while start < len(data):
            if self.in_content:
                found = data.find(_END, start)
                if found < 0:
                    keep = max(start, len(data) - len(_END) + 1)
                    self.counts.octets += keep - start
                    self.rest = data[keep:]
                    break
                self.counts.octets += found + 2 - start
                self.counts.messages += 1
                start = found + len(_END)
                self.in_content = False
                said += b"250 2.0.0 Ok\r\n"
                continue
            newline = data.find(b"\n", start)
            if newline < 0:
                self.rest = data[start:]
                break
            verb = data[start : start + 4].upper()
            start = newline + 1
            if verb == b"DATA":
                said += b"354 go ahead\r\n"
                self.in_content = True
            elif verb == b"EHLO":
                said += self.hello
            elif verb == b"QUIT":
                said += b"221 bye\r\n"
            else:
                said += b"250 2.1.0 Ok\r\n"
        if said:
            self.reply(said)


async def serve(port: int, delay: float, pipelining: bool, count: str) -> None:
    """Listen on loopback until SIGTERM; SIGUSR1 writes the messages so far to the file `count`."""
    counts = Counts()
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def tell() -> None:
        temporary = Path(f"{count}.new")
        temporary.write_text(str(counts.messages))
        temporary.rename(count)

    if count:
        loop.add_signal_handler(signal.SIGUSR1, tell)
    hello = b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n" if pipelining else b"250 sink\r\n"
    server = await loop.create_server(
        lambda: Sink(counts, delay, hello), "127.0.0.1", port, backlog=256
    )
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await stop.wait()
    server.close()
    print(json.dumps({"messages": counts.messages, "octets": counts.octets}), flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sink")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0, help="seconds")
    parser.add_argument("--no-pipelining", action="store_true")
    parser.add_argument("--count", default="", help="a file for the count, at SIGUSR1")
    options = parser.parse_args(arguments)
    asyncio.run(serve(options.port, options.delay, not options.no_pipelining, options.count))
    return 0


if __name__ == "__main__":
    sys.exit(main())
