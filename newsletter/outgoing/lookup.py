"""The addresses of a name, within the time allowed."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable, Sequence

from .deadline import Deadline
from .errors import TimedOut, UnknownHost

Resolve = Callable[[str, int], Sequence[str]]

# Lookups at the same time. One that is given up runs on until the system's resolver ends it (30 s
# and more when name servers are silent); without a bound its thread would be one of ever more.
_SLOTS = threading.BoundedSemaphore(16)


def resolve(host: str, port: int) -> list[str]:
    """Every address of a host, in the order RFC 6724 prefers. Raises OSError and UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_rest, address in found))


def look_up(host: str, port: int, resolve: Resolve, deadline: Deadline) -> list[str]:
    """Every address of `host`, at least one. Raises UnknownHost and TimedOut.

    In a thread of its own: the system's resolver can be neither interrupted nor told how long.
    """
    if not _SLOTS.acquire(timeout=deadline.left("lookup")):
        raise TimedOut("lookup")
    results: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

    def work() -> None:
        found: list[str] = []
        try:
            found = list(resolve(host, port))
        except (OSError, UnicodeError):
            pass
        finally:
            _SLOTS.release()
            results.put(found)

    try:
        threading.Thread(target=work, name="lookup", daemon=True).start()
    except RuntimeError:  # No more threads.
        _SLOTS.release()
        raise TimedOut("lookup") from None
    try:
        addresses = results.get(timeout=deadline.left("lookup"))
    except queue.Empty:
        raise TimedOut("lookup") from None
    if not addresses:
        raise UnknownHost()
    return addresses
