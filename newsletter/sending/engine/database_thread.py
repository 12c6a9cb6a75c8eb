"""Database work for the event loop, done one job after the other by the thread that called.

So the loop never waits long for a commit, and the database sees one connection.
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


class DatabaseThread:
    """`run` is called in the thread that does the work, `do` on the loop."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = (
            queue.SimpleQueue()
        )

    def run(self, loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop of another thread, and its database work in this one.

        Returns what the coroutine returns and raises what it raises.
        """
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
        """`function(*args)` in the database thread; raises what it raises.

        A connection that was lost is closed first, so that the next job opens a new one.

        The loop is blocked for the first two milliseconds, which is usually all of it on SQLite:
        the interpreter runs one thread at a time, and work that hands it over at every statement
        takes longer (a turn of 96: 4.0 ms beside the loop, 2.7 ms while it is blocked). Work that
        takes longer than that leaves the loop to the connections.
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
        # Several jobs often follow each other: let the connections handle what came in meanwhile.
        await asyncio.sleep(0)
        return result
