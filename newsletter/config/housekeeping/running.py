"""Doing what is due: a thread a task, a limit for each, and an end for the process that holds one
that never comes back.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import connections
from django.utils import timezone

from . import leases
from .tasks import TASKS, Task

log = logging.getLogger("newsletter.housekeeping")

_LOOK_EVERY = 1.0
# A task over its limit ends the process; the others have this long to finish first.
_FINISH = 10.0
STUCK = 3


@dataclass(eq=False)
class _Run:
    """One task at work in a thread of its own."""

    task: Task
    owner: str
    began: float = field(default_factory=time.monotonic)
    error: str = ""
    thread: threading.Thread | None = None

    def start(self) -> None:
        self.thread = threading.Thread(target=self._work, name=self.task.name, daemon=True)
        self.thread.start()

    @property
    def over(self) -> bool:
        return self.thread is None or not self.thread.is_alive()

    @property
    def late(self) -> bool:
        return not self.over and time.monotonic() - self.began > self.task.limit

    def _work(self) -> None:
        try:
            self.task.run()
        except Exception as error:
            log.exception("%s failed; it is tried again", self.task.name)
            self.error = f"{type(error).__name__}: {error}"
        took = time.monotonic() - self.began
        try:
            leases.done(self.task.name, self.owner, self.task.every, took, self.error)
        except Exception:
            # The lease runs out by itself, and the task is due again.
            log.exception("%s: its end could not be stored", self.task.name)
        finally:
            connections.close_all()


def _always() -> bool:
    return True


class Housekeeper:
    """The tasks of this process. `may_act` is asked before each round; no means: start nothing."""

    def __init__(
        self, tasks: Sequence[Task] = TASKS, may_act: Callable[[], bool] = _always
    ) -> None:
        self.owner = f"{socket.gethostname()[:60]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._tasks = {task.name: task for task in tasks}
        self._may_act = may_act
        self.runs: dict[str, _Run] = {}

    def round(self) -> None:
        """Start what is due and not running here."""
        self.runs = {name: run for name, run in self.runs.items() if not run.over}
        idle = [name for name in self._tasks if name not in self.runs]
        if not idle or not self._may_act():
            return
        for name in sorted(leases.due(idle, timezone.now())):
            self.start(self._tasks[name])

    def start(self, task: Task, *, even_early: bool = False) -> bool:
        """Take the task's lease and begin; False when somebody else has it."""
        if not leases.take(task.name, self.owner, task.limit, even_early=even_early):
            return False
        run = self.runs[task.name] = _Run(task, self.owner)
        run.start()
        return True

    def stuck(self) -> list[_Run]:
        """Tasks that are over their limit; each is noted as failed, so that others see it."""
        late = [run for run in self.runs.values() if run.late]
        for run in late:
            words = f"it took longer than {run.task.limit:.0f} s and was ended"
            log.error("%s: %s", run.task.name, words)
            leases.done(run.task.name, run.owner, run.task.every, run.task.limit, words)
        return late

    def finish(self, seconds: float) -> None:
        """Wait for what runs, at most so long."""
        end = time.monotonic() + seconds
        for run in self.runs.values():
            if run.thread is not None and not run.late:
                run.thread.join(max(0.0, end - time.monotonic()))


def serve(
    stop: threading.Event,
    tasks: Sequence[Task] = TASKS,
    may_act: Callable[[], bool] = _always,
) -> int:
    """Do what is due until `stop` is set; STUCK when the process must end and be started again."""
    keeper = Housekeeper(tasks, may_act)
    while not stop.wait(_LOOK_EVERY):
        try:
            keeper.round()
            if keeper.stuck():
                keeper.finish(_FINISH)
                return STUCK
        except Exception:
            # The database is away: nothing is lost, what is due stays due.
            log.exception("housekeeping could not look what is due")
            connections.close_all()
    keeper.finish(_FINISH)
    return 0


def once(
    names: Sequence[str] | None = None,
    tasks: Sequence[Task] = TASKS,
    may_act: Callable[[], bool] = _always,
) -> dict[str, str]:
    """Everything that is due, or the named tasks though they are not: name -> error or "".

    What another process is at is left to it. Ends with the longest limit of what was begun.
    """
    keeper = Housekeeper(tasks, may_act)
    if names is None:
        keeper.round()
    elif may_act():
        for task in tasks:
            if task.name in names:
                keeper.start(task, even_early=True)
    begun = dict(keeper.runs)
    while any(not run.over for run in begun.values()) and not keeper.stuck():
        time.sleep(0.05)
    return {name: run.error if run.over else "stuck" for name, run in begun.items()}
