"""The loop's errands to the database, done one after the other by the thread that called.

So the loop never waits for a commit for long, and the database sees one connection.
"""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection

from . import timing

T = TypeVar("T")


class Errands:
    """`run` in the calling thread, `do` on the loop."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = (
            queue.SimpleQueue()
        )

    def run(self, loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop of another thread and its errands in this one."""
        future: Future[T] = asyncio.run_coroutine_threadsafe(coroutine, loop)
        future.add_done_callback(lambda _: self._jobs.put(None))
        while (job := self._jobs.get()) is not None:
            function, answer = job
            try:
                result = function()
            except BaseException as error:
                answer.set_exception(error)
            else:
                answer.set_result(result)
        return future.result()

    async def do(self, function: Callable[..., T], *args: Any) -> T:
        """Do database work in the caller's thread. A lost connection is closed and raised.

        The loop stands still for the first milliseconds of it, and on SQLite usually for all of
        it: the interpreter runs one thread at a time, and one that gives way at every statement
        is done later (a turn of 96: 4.0 ms beside the loop, 2.7 while it stands still). A
        database that takes longer than that keeps no connection waiting.
        """

        def job() -> T:
            try:
                return function(*args)
            except (OperationalError, InterfaceError):
                if not connection.in_atomic_block:
                    connection.close()
                raise

        answer: Future[T] = Future()
        self._jobs.put((job, answer))
        try:
            result = answer.result(timing.STAND_STILL)
        except TimeoutError:
            return await asyncio.wrap_future(answer)
        await asyncio.sleep(0)  # Who was answered meanwhile goes first: errands come in rows.
        return result
