"""An internet of this machine alone: servers on 127.0.0.2 are public in it, 127.0.0.1 is not.

The program knows one network, and a test of its sources sees to that; here another takes its
place for as long as a test runs. Linux answers at all of 127.0.0.0/8.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from newsletter.outgoing import addresses, door, wire

PUBLIC, PRIVATE = "127.0.0.2", "127.0.0.1"
Handler = Callable[[socket.socket, int], None]


@dataclass
class Names:
    """A resolver: `known` has the answers, each list of answers in turn, the last one for ever."""

    known: dict[str, list[Sequence[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def resolve(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        answers = self.known.get(host)
        if answers is None:
            return door.Network().resolve(host, port) if addresses_only(host) else []
        return answers.pop(0) if len(answers) > 1 else answers[0]


def addresses_only(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


@contextlib.contextmanager
def internet(
    names: Mapping[str, Sequence[Sequence[str]]] | None = None,
    *,
    public: Sequence[str] = (PUBLIC,),
    tls: Callable[[], ssl.SSLContext] = wire.context,
    resolve: Callable[[str, int], Sequence[str]] | None = None,
) -> Iterator[Names]:
    """For a while names are resolved so, and `public` is public beside what really is."""
    known = Names({name: list(answers) for name, answers in (names or {}).items()})
    network = door.Network(
        resolve=resolve or known.resolve,
        public=lambda address: address in public or addresses.is_public(address),
        tls=tls,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(door, "INTERNET", network)
        yield known


@dataclass
class Server:
    """`asked` has the octets of each connection until the head and its body were there."""

    host: str
    port: int
    connections: int = 0
    asked: list[bytes] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def drip(self, sock: socket.socket, piece: bytes, every: float = 0.05) -> None:
        """Send `piece` now and then until the other side or the test is done."""
        with contextlib.suppress(OSError):
            while not self.stop.wait(every):
                sock.sendall(piece)

    def flood(self, sock: socket.socket, piece: bytes) -> None:
        """Send `piece` as fast as it is taken."""
        with contextlib.suppress(OSError):
            while not self.stop.is_set():
                sock.sendall(piece)


def read_request(sock: socket.socket) -> bytes:
    """A head and the body its Content-Length says."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            return data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length and (more := sock.recv(65536)):
        body += more
    return head + b"\r\n\r\n" + body


@contextlib.contextmanager
def serve(
    answer: bytes | Sequence[bytes] | Callable[[Server, socket.socket], None],
    *,
    host: str = PUBLIC,
    context: ssl.SSLContext | None = None,
) -> Iterator[Server]:
    """A server on a socket of its own, a thread a connection.

    `answer`: the octets for every request; or those of the first, second, ... request; or what
    does the whole conversation.
    """
    listening = socket.create_server((host, 0))
    server = Server(host, listening.getsockname()[1])

    def talk(sock: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError, ssl.SSLError), sock:
            sock.settimeout(10)
            if context is not None:
                sock = context.wrap_socket(sock, server_side=True)
            if callable(answer):
                answer(server, sock)
                return
            server.asked.append(read_request(sock))
            sock.sendall(answer if isinstance(answer, bytes) else answer[number])
            sock.close()

    def accept() -> None:
        while True:
            try:
                sock, _ = listening.accept()
            except OSError:
                return
            server.connections += 1
            threading.Thread(target=talk, args=(sock, server.connections - 1), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop.set()
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


def reset(sock: socket.socket) -> None:
    """End a connection with RST instead of FIN."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
