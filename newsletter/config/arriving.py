"""The body of a request arrives in its time, and before the request takes its place among writers.

A web server gives a thread to each request, and on SQLite few may write at once (`busy`). A client
that sends a byte a second would hold both for hours where no proxy keeps bodies back until they
are whole; Caddy, for one, hands them on as they come. So a body of usual size is read here, outside
the places of writers, and none may take longer than its time (RFC 9110, section 15.5.9). Whoever
has no token is answered before anything of theirs is waited for.

The server's own read comes back only when it has what was asked for, so another thread looks at
the clock: it ends the reading side of the connection, and the reader finds that nothing comes.
Under an ASGI server none of it applies: it waits for bodies without a thread.
"""

from __future__ import annotations

import contextlib
import io
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from typing import Any, Protocol

from django.core.handlers.wsgi import LimitedStream
from django.http import HttpRequest, HttpResponse
from django.utils.translation import pgettext

from .middleware import Respond

# Seconds that each body has, and bytes a second that it must bring on top. Where so many arrive at
# once that soon no thread would be left, each has less.
TIME, RATE = 10.0, 4096
CROWD, HURRY = 6, 2.0
# Larger ones (readers' files, pictures) are read by those who want them, in the same time.
_KEPT, _IN_MEMORY = 5 * 1024 * 1024, 256 * 1024
_PIECE = 16 * 1024
_EVERY = 0.25  # Seconds between two looks at the clock.
_API = "/api/v1/"
_SCHEME = "bearer "


class _Input(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


class Body:
    """A body on its way: read like a file; ended by `cut` where it takes too long."""

    def __init__(self, given: _Input, connection: socket.socket, watch: Watch) -> None:
        self._given, self._connection, self._watch = given, connection, watch
        self.came = 0
        self.was_cut = False
        self._waited, self._since = 0.0, 0.0

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; fewer at the end, and where the time was over."""
        found = io.BytesIO()
        left = size if size >= 0 else 1 << 62
        with self._watched():
            while left and not self.was_cut:
                piece = self._given.read(min(left, _PIECE))
                if not piece:
                    break
                found.write(piece)
                left -= len(piece)
                self.came += len(piece)
        return found.getvalue()

    def readline(self, size: int = -1) -> bytes:
        """Up to the end of the line: for whoever reads so, a byte at a time."""
        found = bytearray()
        while (size < 0 or len(found) < size) and not found.endswith(b"\n"):
            piece = self.read(1)
            if not piece:
                break
            found += piece
        return bytes(found)

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        self._since = time.monotonic()
        self._watch.add(self)
        try:
            yield
        finally:
            self._watch.remove(self)
            self._waited += time.monotonic() - self._since

    def is_late(self, now: float, given: float) -> bool:
        """Whether it has been waited for longer than `given` seconds and its bytes allow."""
        return self._waited + now - self._since > given + self.came / RATE

    def cut(self) -> None:
        """Let nothing more come. What waits for more wakes up; the answer can still go."""
        self.was_cut = True
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RD)


class Watch:
    """The bodies that are waited for at this moment, and a thread that looks at the clock while
    there are any."""

    def __init__(self) -> None:
        self._arriving: set[Body] = set()
        self._lock = threading.Lock()
        self._running = False

    def add(self, body: Body) -> None:
        """Look after a body from now on."""
        with self._lock:
            self._arriving.add(body)
            if not self._running:
                self._running = True
                threading.Thread(target=self._look, name="arriving", daemon=True).start()

    def remove(self, body: Body) -> None:
        """It came, or no more of it is wanted for now."""
        with self._lock:
            self._arriving.discard(body)

    def _look(self) -> None:
        while True:
            time.sleep(_EVERY)
            with self._lock:
                if not self._arriving:
                    self._running = False
                    return
                given = HURRY if len(self._arriving) >= CROWD else TIME
                now = time.monotonic()
                for body in self._arriving:
                    if body.is_late(now, given):
                        body.cut()


_watch = Watch()


def bodies(get_response: Respond) -> Respond:
    """Middleware: before `busy.writers`, so that nobody waits there for a slow sender."""

    def respond(request: HttpRequest) -> HttpResponse:
        environ: dict[str, Any] = getattr(request, "environ", {})
        connection = environ.get("gunicorn.socket")
        length = environ.get("CONTENT_LENGTH") or ""
        if connection is None or not length.isdecimal() or int(length) == 0:
            return get_response(request)
        body = Body(environ["wsgi.input"], connection, _watch)
        _give(request, body, int(length))
        if int(length) <= _KEPT and not _is_stranger(request):
            with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as kept:
                while piece := body.read(min(_PIECE, int(length) - body.came)):
                    kept.write(piece)
                kept.seek(0)
                _give(request, kept, int(length))
                return _late(request, body) if body.was_cut else get_response(request)
        response = get_response(request)
        # Whatever was made of a part of it: the sender is told that it came too slowly.
        return _late(request, body) if body.was_cut else response

    return respond


def _give(request: Any, body: Any, length: int) -> None:
    """Let Django read the body from here."""
    request._stream = LimitedStream(body, length)


def _is_stranger(request: HttpRequest) -> bool:
    """Whether a program is asking whose token does not hold: it is told so whatever it sends."""
    if not request.path_info.startswith(_API):
        return False
    said = request.META.get("HTTP_AUTHORIZATION", "")
    if said[: len(_SCHEME)].lower() != _SCHEME:
        return True
    from newsletter.intake import tokens  # This file is read before there are models.
    from subscribers import network

    address = network.client_address(request)
    return tokens.find(said[len(_SCHEME) :].strip(), address=address) is None


def _late(request: HttpRequest, body: Body) -> HttpResponse:
    """408: a document for programs, a line for all others."""
    said = pgettext(
        "problem",
        "The body came too slowly: %(came)d bytes until now, so nothing was done. It needs at least"
        " %(rate)d bytes a second.",
    ) % {"came": body.came, "rate": RATE}
    if request.path_info.startswith(_API):
        from newsletter.intake import answering
        from newsletter.intake.problems import Refusal

        return answering.problem(request, Refusal("too-slow", said))
    response = HttpResponse(f"{said}\n", status=408, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
