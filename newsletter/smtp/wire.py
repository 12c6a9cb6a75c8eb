"""The octets and the clock of one open connection. What the octets mean is the subclass's."""

from __future__ import annotations

import asyncio
import socket
from typing import cast

from newsletter.smtp import watch
from newsletter.smtp.replies import LONGEST_REPLY
from newsletter.smtp.server import Timeouts

_MOST_PIECES = 512  # The kernel takes 1024 at once (IOV_MAX).


class Wire(asyncio.BufferedProtocol):
    """Reads and writes on the transport of a finished handshake, and notices when it is stuck.

    Callbacks only. Round trips are nearly all of the waiting and Python's own machinery nearly
    all of the work, so nothing here creates a task, a future or a timer for each message.
    """

    # More attributes than Python keeps in an instance: without slots each costs a dictionary.
    __slots__ = (
        "_buffer",
        "_loop",
        "_since",
        "_sock",
        "_tick_every",
        "_ticker",
        "_timeouts",
        "_transport",
        "_unsent",
        "_view",
        "_watch",
    )

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._loop = asyncio.get_running_loop()
        self._watch: watch.Watch | None = None
        # A plain Protocol makes asyncio allocate 256 KB for every read.
        self._buffer = bytearray(LONGEST_REPLY)
        self._view = memoryview(self._buffer)
        # When the present wait began: at the last write, or at the last complete reply.
        self._since = 0.0
        self._unsent = 0  # Octets the transport still held at the last tick.
        self._ticker: asyncio.TimerHandle | None = None

    # ---- what the subclass does

    def _received(self, data: bytes) -> None:
        """Octets have come. Must not raise."""
        raise NotImplementedError

    def _waited(self, seconds: float) -> None:
        """Nothing came for so many seconds since the last write or reply; all is written."""
        raise NotImplementedError

    def _broken(self, text: str) -> None:
        """The connection cannot be used any more. May be called more than once."""
        raise NotImplementedError

    # ---- beginning and end

    def start(self, transport: asyncio.Transport, sock: socket.socket | None) -> None:
        """Take over a transport whose handshake is finished and whose buffers are empty.

        `sock` is its own socket when nothing is between them (no TLS).
        """
        self._transport = transport
        self._sock = sock
        self._since = self._loop.time()
        # One ticker for the whole connection: arming a timer for each phase of each message
        # costs more than reading its reply.
        times = self._timeouts
        self._tick_every = min(
            1.0,
            min(
                times.mail, times.rcpt, times.data, times.block, times.dot, times.rset, times.quit,
                times.idle,
            ) / 4,
        )  # fmt: skip
        transport.set_protocol(self)
        if sock is not None and (found := watch.of(self._loop)) is not None:
            transport.pause_reading()
            found.add(sock, self._readable)
            self._watch = found
        self._ticker = self._loop.call_later(self._tick_every, self._tick)

    def _cut(self) -> None:
        """End the connection at once, without sending what is still in the transport's buffer."""
        if self._watch is not None and self._sock is not None:
            self._watch.remove(self._sock)
        self._transport.abort()

    def eof_received(self) -> bool:
        self._broken("the relay closed the connection")
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        if self._ticker is not None:
            self._ticker.cancel()
        self._broken(
            f"the connection was lost: {exc}" if exc else "the relay closed the connection"
        )

    # ---- reading: by the watch of the loop, or else by the transport

    def _readable(self) -> None:
        assert self._sock is not None
        try:
            nbytes = self._sock.recv_into(self._buffer)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._broken(f"the connection was lost: {error}")
            return
        if nbytes:
            self._received(bytes(self._view[:nbytes]))
        else:
            self.eof_received()

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._view

    def buffer_updated(self, nbytes: int) -> None:
        self._received(bytes(self._view[:nbytes]))

    # ---- writing

    def _write(self, *pieces: bytes, size: int = 0) -> None:
        """Write pieces that follow each other; `size` is their octets, 0 if not counted."""
        self._since = self._loop.time()
        if self._sock is None or self._transport.get_write_buffer_size():
            self._transport.write(b"".join(pieces))
            return
        # Straight from the pieces to the kernel: joining them would copy the whole message.
        try:
            sent = self._sock.sendmsg(pieces[:_MOST_PIECES])
        except OSError:  # Full, or gone: the transport finds out which.
            sent = 0
        if sent == (size or sum(map(len, pieces))):
            return
        for number, piece in enumerate(pieces):
            if sent < len(piece):
                self._transport.write(b"".join((piece[sent:], *pieces[number + 1 :])))
                break
            sent -= len(piece)

    # ---- the clock

    def _tick(self) -> None:
        """Look now and then whether the relay still reads and answers."""
        if self._transport.is_closing():
            return
        self._ticker = self._loop.call_later(self._tick_every, self._tick)
        now = self._loop.time()
        unsent = self._transport.get_write_buffer_size()
        if unsent:
            if unsent != self._unsent:
                self._since = now
                self._unsent = unsent
            elif now - self._since > self._timeouts.block:
                self._broken("the relay stopped reading")
            return
        if self._unsent:  # All of it left only now: the wait for the reply begins here.
            self._unsent, self._since = 0, now
        self._waited(now - self._since)


def as_transport(transport: asyncio.BaseTransport) -> asyncio.Transport:
    """The TCP or TLS transport behind aiosmtplib's wider annotation."""
    return cast(asyncio.Transport, transport)
