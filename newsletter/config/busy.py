"""SQLite has one writer: a page that must wait for it waits briefly, and never keeps readers out.

A worker waits a minute for the lock; a visitor's thread may not, since a server has few. So the
web waits two seconds and then says 503 with Retry-After, and so many requests that may write are
let in at once that threads are left for pages that only read. On PostgreSQL none of it applies.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import OperationalError, connections
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

Respond = Callable[[HttpRequest], HttpResponse]

WAIT = 2.0  # Seconds.
# Of the 16 threads that a server is started with: so many write, and so many wait to.
WRITERS, WAITING = 8, 4
_RETRY_AFTER = "5"
_SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


def wait_briefly() -> None:
    """Have this process's connections wait for SQLite's lock no longer than a visitor would."""
    for settings in connections.databases.values():
        if settings["ENGINE"].endswith("sqlite3"):
            settings["OPTIONS"]["timeout"] = WAIT


def writers(get_response: Respond) -> Respond:
    """Middleware: few write at once, and who cannot is told when to come again."""
    return _Writers(get_response)


class _Writers:
    def __init__(self, get_response: Respond) -> None:
        self._get_response = get_response
        self._writing = threading.BoundedSemaphore(WRITERS)
        self._waiting = threading.BoundedSemaphore(WAITING)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in _SAFE or connections["default"].vendor != "sqlite":
            return self._get_response(request)
        if not self._let_in():
            return later(request)
        try:
            return self._get_response(request)
        finally:
            self._writing.release()

    def _let_in(self) -> bool:
        if self._writing.acquire(blocking=False):
            return True
        if not self._waiting.acquire(blocking=False):
            return False
        try:
            return self._writing.acquire(timeout=WAIT)
        finally:
            self._waiting.release()

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Django asks here what becomes of an error that a view raised."""
        return later(request) if is_locked(error) else None


def is_locked(error: BaseException) -> bool:
    """Whether SQLite waited for another writer, in vain."""
    return isinstance(error, OperationalError) and "locked" in str(error)


def later(request: HttpRequest) -> HttpResponse:
    """503: come again in some seconds; a program is told in a document and not by a page. Asks
    nothing of the database."""
    if request.path_info.startswith("/api/v1/"):
        from newsletter.intake import answering  # This file is read before there are models.

        return answering.busy(request, int(_RETRY_AFTER))
    response = render(request, "newsletter/errors/503.html", status=503)
    response.headers["Retry-After"] = _RETRY_AFTER
    response.headers["Cache-Control"] = "no-store"
    return response
