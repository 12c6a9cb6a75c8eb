"""Web servers refuse LINK_KEYS that are not the database's: links would act for nobody.

Asked at the start, when wrong keys keep the server from starting, and every few seconds after: keys
may have been added, by whoever was started with them, that this server was not given. From then on
it would know no reader, so it answers 503, which a mail client's one-click request tries again.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.db import connection

# Seconds an answer holds.
EVERY = 5.0
_HEADERS = [("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", "60")]
ASGIApplication = Callable[[Any, Any, Any], Awaitable[None]]


class _Watch:
    """What is known of the keys. Raises WrongKeys when made; a database may be away then."""

    def __init__(self) -> None:
        with ThreadPoolExecutor(1) as thread:  # An ASGI server imports within its running loop.
            self._settled = thread.submit(_closing, _settle).result()
        self._until = time.monotonic() + EVERY if self._settled else 0.0
        self.last = ""
        self._asking = threading.Lock()

    @property
    def is_due(self) -> bool:
        return time.monotonic() >= self._until

    def refusal(self) -> str:
        """Why this server must answer nothing; empty if it may."""
        if self.is_due and self._asking.acquire(blocking=False):
            try:
                self._ask()
            finally:
                self._asking.release()
        return self.last

    def _ask(self) -> None:
        from newsletter.sending.guard import keys

        try:
            if self._settled:
                self.last = keys.no_longer_right()
            else:
                self._settled, self.last = keys.settle(), ""
        except keys.WrongKeys as wrong:
            self.last = str(wrong)
        self._until = time.monotonic() + (EVERY if self._settled else 1.0)


def _settle() -> bool:
    from newsletter.sending.guard import keys

    return keys.settle()


def _closing(ask: Callable[[], Any]) -> Any:
    """In a thread of its own, whose connection nobody else would close."""
    try:
        return ask()
    finally:
        connection.close()


def wsgi(application: WSGIApplication) -> WSGIApplication:
    """The application, while the keys are right. Raises WrongKeys if they are not at the start."""
    watch = _Watch()

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if why := watch.refusal():
            start_response("503 Service Unavailable", _HEADERS)
            return [f"{why}\n".encode()]
        return application(environ, start_response)

    return answer


def asgi(application: ASGIApplication) -> ASGIApplication:
    """The same for an ASGI server."""
    watch = _Watch()

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if watch.is_due:
            await asyncio.to_thread(_closing, watch.refusal)
        if scope["type"] == "http" and (why := watch.last):
            headers = [(name.lower().encode(), value.encode()) for name, value in _HEADERS]
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body", "body": f"{why}\n".encode()})
            return
        await application(scope, receive, send)

    return answer
