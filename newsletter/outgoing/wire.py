"""A connection to one IP address that ends by a deadline and takes in no more than its budget.

A timeout of a socket begins anew with each read: a server that sends an octet every nine seconds
keeps a caller with ten seconds for as long as it likes. So the time left is set before each read
and write here, and inside a TLS handshake or record Python itself counts the whole call.
"""

from __future__ import annotations

import contextlib
import io
import ipaddress
import socket
import ssl
from collections.abc import Sequence

from .deadline import Deadline
from .errors import Insecure, OutgoingError, ResponseTooLarge, TimedOut, Unreachable

# Of a name's addresses, those that are tried.
_TRIED = 4


class Wire:
    """What `http.client.HTTPResponse` needs of a socket, and sending."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline
        self._budget, self._part = 0, ""
        # One for all responses on this connection: octets of the second may be read with the first.
        self._reader = _Reader(_Octets(self))

    def allow(self, octets: int, part: str) -> None:
        """From now on take in this many octets; one more raises ResponseTooLarge(part)."""
        self._budget, self._part = octets, part

    def send(self, data: bytes) -> None:
        """All of it, by the deadline. (`SSLSocket.sendall` would begin anew for each record.)"""
        rest = memoryview(data)
        while rest:
            self._sock.settimeout(self._deadline.left("exchange"))
            rest = rest[self._sock.send(rest) :]

    def receive_into(self, buffer: memoryview) -> int:
        """Some octets, or 0 at the end of the stream."""
        if self._budget <= 0:
            raise ResponseTooLarge(self._part)
        self._sock.settimeout(self._deadline.left("exchange"))
        count = self._sock.recv_into(buffer[: self._budget])
        self._budget -= count
        return count

    def makefile(self, mode: str) -> _Reader:
        """All that HTTPResponse asks of a socket."""
        return self._reader

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._sock.close()


class _Octets(io.RawIOBase):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        return self._wire.receive_into(buffer)


class _Reader(io.BufferedReader):
    def close(self) -> None:
        """Nothing: a response that is collected would close it for the next. `Wire` is closed."""


def connect(
    addresses: Sequence[str], port: int, deadline: Deadline, seconds: float
) -> socket.socket:
    """A connection to the first of these IP addresses that takes one, each tried for `seconds`.

    Raises TimedOut and Unreachable.
    """
    trouble: OutgoingError = Unreachable()
    for address in addresses[:_TRIED]:
        timeout = min(seconds, deadline.left("connect"))
        version = ipaddress.ip_address(address).version
        sock = None
        try:
            sock = socket.socket(socket.AF_INET6 if version == 6 else socket.AF_INET)
            sock.settimeout(timeout)
            sock.connect((address, port))
            return sock
        except TimeoutError:
            trouble = TimedOut("connect")
        except OSError:
            trouble = Unreachable()
        if sock is not None:
            sock.close()
    raise trouble


def context() -> ssl.SSLContext:
    """The system's authorities; names that a certificate has among its alternative names only.

    Python still takes the common name for a host, which RFC 9110, section 4.3.4 forbids.
    """
    made = ssl.create_default_context()
    made.hostname_checks_common_name = False
    return made


def secure(
    sock: socket.socket, host: str, context: ssl.SSLContext, deadline: Deadline
) -> ssl.SSLSocket:
    """TLS over a connection, with whoever proves to be `host`; `sock` is not used afterwards.

    Raises TimedOut, Insecure and Unreachable.
    """
    try:
        sock.settimeout(deadline.left("connect"))
        return context.wrap_socket(sock, server_hostname=host)
    except TimeoutError:
        raise TimedOut("connect") from None
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
        raise Unreachable() from None
    except ssl.SSLError:
        raise Insecure() from None
    except OSError:
        raise Unreachable() from None
