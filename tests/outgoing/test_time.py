"""Nothing another server does holds a caller longer, or takes more, than the limits say."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, cast

import pytest

from newsletter import outgoing
from newsletter.outgoing import Limits, OutgoingError, lookup
from newsletter.outgoing.deadline import Deadline
from newsletter.outgoing.wire import Wire

from ..internet import PUBLIC, Server, internet, read_request, serve

SECONDS = 0.6
# What a busy machine may need beside it. Without its guard each of these lasts longer still.
SLACK = 3.0
LIMITS = Limits(seconds=SECONDS, connect_seconds=0.4, head=10_000, body=10_000, high_ports=True)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(autouse=True)
def here() -> Iterator[None]:
    with internet():
        yield


def end(url: str, limits: Limits = LIMITS, body: bytes | None = None) -> tuple[str, float]:
    """How a request ends, and after how many seconds."""
    began = time.monotonic()
    with pytest.raises(OutgoingError) as caught:
        outgoing.request("GET" if body is None else "POST", url, body=body, limits=limits)
    return str(caught.value), time.monotonic() - began


def drips(first: bytes, piece: bytes) -> Callable[[Server, socket.socket], None]:
    def talk(server: Server, sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(first)
        server.drip(sock, piece)

    return talk


@pytest.mark.parametrize(
    ("first", "piece"),
    [
        (b"", b"H"),  # A status line that never ends.
        (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
        (b"HTTP/1.1 200 OK\r\nA: ", b"b"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b"HTTP/1.1 103 Hints\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x"),
        (CHUNKED, b"1\r\nx\r\n"),
        (CHUNKED, b"0"),  # The size of a chunk.
        (CHUNKED + b"1;", b"x"),  # Its extension.
        (CHUNKED + b"0\r\n", b"A: b\r\n"),  # Trailers.
    ],
)
def test_a_server_that_drips(first: bytes, piece: bytes) -> None:
    with serve(drips(first, piece)) as server:
        code, seconds = end(server.url)
    assert code == "timed-out: exchange"
    assert SECONDS - 0.1 < seconds < SECONDS + SLACK


@pytest.mark.parametrize(
    ("first", "piece", "code"),
    [
        (b"", b"H" * 100, "bad-response: http"),  # http.client ends a line at 64 KiB, or we first.
        (b"HTTP/1.1 200 OK\r\nA: ", b"b" * 100, "too-large: head"),
        (b"HTTP/1.1 200 OK\r\n", b"A: " + b"b" * 500 + b"\r\n", "too-large: head"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n", "too-large: head"),
        (b"", b"HTTP/1.1 103 Hints\r\n\r\n", "too-large: head"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 1000, "too-large: body"),
        (CHUNKED, b"1\r\nx\r\n" * 100, "too-large: body"),
        (CHUNKED + b"1;", b"x" * 100, "too-large: body"),
        (CHUNKED + b"0\r\n", b"A: b\r\n" * 100, "too-large: body"),
    ],
)
def test_a_server_that_never_ends(first: bytes, piece: bytes, code: str) -> None:
    sent = 0

    def flood(server: Server, sock: socket.socket) -> None:
        nonlocal sent
        read_request(sock)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        with contextlib.suppress(OSError):
            sock.sendall(first)
            while not server.stop.is_set():
                sock.sendall(piece)
                sent += len(piece)

    limits = Limits(seconds=10, head=10_000, body=10_000, high_ports=True)
    with serve(flood) as server:
        found, seconds = end(server.url, limits)
    assert found in (code, "too-large: head")
    assert seconds < 8
    assert sent < 10_000_000  # What the kernel's buffers take, and no more.


def test_a_silent_server() -> None:
    with serve(lambda server, sock: server.stop.wait(5) and None) as server:
        code, seconds = end(server.url)
    assert code == "timed-out: exchange"
    assert seconds < SECONDS + SLACK


def test_a_server_that_does_not_read_what_it_is_sent() -> None:
    def deaf(server: Server, sock: socket.socket) -> None:
        server.stop.wait(5)

    with serve(deaf) as server:
        code, seconds = end(server.url, body=b"x" * 20_000_000)
    assert code == "timed-out: exchange"
    assert seconds < SECONDS + SLACK


def test_a_server_that_reads_by_sips() -> None:
    """Each sip would begin the timeout of a single `send` anew."""

    def sips(server: Server, sock: socket.socket) -> None:
        # At most 5 MB/s, in steps small enough to let each `send` go on within its timeout.
        with contextlib.suppress(OSError):
            while not server.stop.wait(0.02):
                sock.recv(100_000)

    with serve(sips) as server:
        code, seconds = end(server.url, body=b"x" * 40_000_000)
    assert code == "timed-out: exchange"
    assert seconds < SECONDS + SLACK


def test_the_time_left_is_looked_at_before_each_sip() -> None:
    """The same without the scheduling of a real connection: each send takes one octet."""

    class Sipping:
        timeouts: ClassVar[list[float]] = []

        def settimeout(self, seconds: float) -> None:
            self.timeouts.append(seconds)

        def send(self, data: memoryview) -> int:
            time.sleep(0.02)
            return 1

    connection = Wire(cast(socket.socket, Sipping()), Deadline(0.2))
    with pytest.raises(outgoing.TimedOut):
        connection.send(b"x" * 1000)
    assert 1 < len(Sipping.timeouts) <= 10
    assert Sipping.timeouts == sorted(Sipping.timeouts, reverse=True)


@contextlib.contextmanager
def full() -> Iterator[int]:
    """A port whose queue is full: Linux then drops what wants to connect, without a word."""
    with socket.create_server((PUBLIC, 0), backlog=0) as listening:
        port = listening.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex((PUBLIC, port))
        time.sleep(0.05)
        yield port
        for sock in waiting:
            sock.close()


def test_a_connection_that_is_not_taken() -> None:
    limits = Limits(seconds=5, connect_seconds=0.4, high_ports=True)
    with full() as port:
        code, seconds = end(f"http://{PUBLIC}:{port}/", limits)
    assert code == "timed-out: connect"
    assert 0.3 < seconds < 0.4 + SLACK


def test_many_addresses_that_take_no_connection_have_one_deadline() -> None:
    limits = dataclasses.replace(LIMITS, connect_seconds=2)
    with full() as port, internet({"many.example": [[PUBLIC] * 100]}):
        code, seconds = end(f"http://many.example:{port}/", limits)
    assert code == "timed-out: connect"
    assert seconds < SECONDS + SLACK


def test_many_addresses_that_refuse_are_not_all_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []
    connect = socket.socket.connect

    class Counting(socket.socket):
        def connect(self, address: object) -> None:  # type: ignore[override]
            tried.append(address)
            connect(self, address)  # type: ignore[arg-type]

    with serve(b"") as server:
        port = server.port
    monkeypatch.setattr(socket, "socket", Counting)
    with internet({"many.example": [[PUBLIC] * 100]}):
        code, _seconds = end(f"http://many.example:{port}/")
    assert code == "unreachable"
    assert tried == [(PUBLIC, port)] * 4


def test_redirects_share_the_time() -> None:
    def slow(server: Server, sock: socket.socket) -> None:
        read_request(sock)
        time.sleep(0.25)
        sock.sendall(b"HTTP/1.1 302 Moved\r\nLocation: /\r\n\r\n")

    with serve(slow) as server:
        code, seconds = end(server.url)
        assert server.connections <= 3
    assert code == "timed-out: exchange"
    assert seconds < SECONDS + SLACK


def test_a_name_server_that_does_not_answer() -> None:
    gone = threading.Event()

    def silent(host: str, port: int) -> Sequence[str]:
        gone.wait(10)
        return [PUBLIC]

    with internet(resolve=silent):
        code, seconds = end("http://slow.example/")
        assert code == "timed-out: lookup"
        assert seconds < SECONDS + SLACK
        # However many lookups hang, there are never more threads than slots.
        threads = [threading.Thread(target=lambda: end("http://slow.example/")) for _ in range(40)]
        for thread in threads:
            thread.start()
        hanging = sum(thread.name == "lookup" for thread in threading.enumerate())
        assert hanging <= 16
        for thread in threads:
            thread.join(10)
    gone.set()
    # All slots are free again.
    taken = [lookup._SLOTS.acquire(timeout=2) for _ in range(16)]
    for _ in taken:
        lookup._SLOTS.release()
    assert taken == [True] * 16


@pytest.mark.parametrize("error", [OSError(), UnicodeError(), socket.gaierror(-2, "x")])
def test_a_lookup_that_fails(error: Exception) -> None:
    def failing(host: str, port: int) -> Sequence[str]:
        raise error

    with internet(resolve=failing):
        assert end("http://paper.example/")[0] == "unknown-host"


def test_time_spent_looking_up_is_not_given_again() -> None:
    def slow(host: str, port: int) -> Sequence[str]:
        time.sleep(2)
        return [PUBLIC]

    limits = dataclasses.replace(LIMITS, seconds=2.5)
    with serve(drips(b"", b"H")) as server, internet(resolve=slow):
        code, seconds = end(f"http://paper.example:{server.port}/", limits)
    assert code == "timed-out: exchange"
    assert seconds < 2 + 2.5
