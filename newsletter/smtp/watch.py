"""Which connections have something to read, asked once for all of them.

A transport of asyncio costs a selector event, a handle and three calls for each reply: as much as
parsing the reply does. Here the sockets of all unencrypted connections of a loop are registered in
one epoll, which the loop sees as a single event however many of them are ready. Where there is no
epoll, and over TLS, asyncio reads as usual.
"""

from __future__ import annotations

import asyncio
import select
import socket
from collections.abc import Callable
from weakref import WeakKeyDictionary

_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, Watch] = WeakKeyDictionary()


class Watch:
    """The sockets of one loop that are read here."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._epoll = select.epoll()
        self._calls: dict[int, Callable[[], None]] = {}
        # Told after each look how many sockets were ready, and how many are watched.
        self.told: Callable[[int, int], None] = lambda ready, watched: None
        loop.add_reader(self._epoll.fileno(), self._look)

    def add(self, sock: socket.socket, call: Callable[[], None]) -> None:
        """Call `call` whenever `sock` can be read, until `remove`. It must not raise."""
        self._calls[sock.fileno()] = call
        self._epoll.register(sock, select.EPOLLIN)

    def remove(self, sock: socket.socket) -> None:
        """Before the socket is closed: its number may be another's soon. Harmless if repeated."""
        number = sock.fileno()
        if self._calls.pop(number, None) is not None:
            self._epoll.unregister(number)

    def _look(self) -> None:
        ready = self._epoll.poll(0)
        calls = self._calls
        for number, _ in ready:
            call = calls.get(number)
            if call is not None:  # Removed since, by one before it.
                call()
        self.told(len(ready), len(calls))


def of(loop: asyncio.AbstractEventLoop) -> Watch | None:
    """The watch of a loop, made at its first use; None where there is no epoll."""
    if not hasattr(select, "epoll"):
        return None
    watch = _watches.get(loop)
    if watch is None:
        watch = _watches[loop] = Watch(loop)
    return watch
