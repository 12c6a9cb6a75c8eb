"""Web servers refuse LINK_KEYS that are not the database's: links would act for nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.db import connection


def settle() -> bool:
    """`guard.keys.settle` in a thread, since an ASGI server imports within its running loop.

    Raises WrongKeys: the server does not start, and its log says what to do.
    """

    def once() -> bool:
        from newsletter.sending.guard import keys

        try:
            return keys.settle()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(once).result()


def wsgi(application: WSGIApplication) -> WSGIApplication:
    """The application, which answers 503 while the keys turn out to be others after all.

    A database that is away when the server starts must not keep it from starting.
    """
    if settle():
        return application
    return _Later(application)


class _Later:
    def __init__(self, application: WSGIApplication) -> None:
        self._application: Callable[..., Iterable[bytes]] = application
        self._settled = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        from newsletter.sending.guard.keys import WrongKeys

        if not self._settled:
            try:
                self._settled = settle()
            except WrongKeys as wrong:
                return _refuse(str(wrong), start_response)
        return self._application(environ, start_response)


def _refuse(text: str, start_response: Any) -> Iterable[bytes]:
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", "60")]
    start_response("503 Service Unavailable", headers)
    return [f"{text}\n".encode()]
