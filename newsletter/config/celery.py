"""The distributed engine: the `django.tasks` API on Celery, with Redis or RabbitMQ.

    celery -A newsletter.config.celery worker -Q default,sending,mail

starts a worker machine, and the housekeeping beside it; `manage.py worker` with
TASKS_ENGINE=celery supervises the same in processes of its own. The broker only wakes: what is to
be done stands in the database, tasks carry ids and may run twice or never, so results are not kept
and nothing is acknowledged late.

Each prefork child that takes the queue `sending` has, for its life, one `Sender` (journal, event
loop, connections) and one sweeper. They are made after the fork: a journal's lock must be that of
the process that owns the sockets.
"""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.config.settings")
import atexit
import logging
import threading
import uuid
from typing import Any

import django
from celery import Celery
from celery.signals import (
    worker_init,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutting_down,
)
from django.apps import apps
from django.db import close_old_connections, connections, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskContext, TaskResult, TaskResultStatus

from newsletter import conf
from newsletter.config.moved_jobs import MOVED
from newsletter.config.supervised import start

log = logging.getLogger(__name__)

app = Celery("sudi", broker=conf.broker_url())
app.conf.update(
    task_default_queue="default",
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    # A task of ours is over after 20 s; the broker must not give it away before an hour.
    broker_transport_options={"visibility_timeout": 3600}
    if conf.broker_url().startswith("redis")
    else {},
    worker_hijack_root_logger=False,
    timezone="UTC",
)
RUN = "newsletter.run"
# Seconds after which a job is tried again while the machine may not act.
_HELD = 15
# Whether this worker's children keep a sender. `manage.py worker` has one in a process of its
# own, and nobody there takes the queue `sending`, so its job runner must not fill it.
sends = True


class CeleryBackend(BaseTaskBackend):
    """Sends a task's path and arguments to the broker, after the transaction is committed."""

    supports_defer = True

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        """Queue the task. A broker that cannot be reached is the caller's to know."""
        self.validate_task(task)
        id_ = str(uuid.uuid4())
        result: TaskResult[Any] = TaskResult(
            task=task,
            id=id_,
            status=TaskResultStatus.READY,
            enqueued_at=timezone.now(),
            started_at=None,
            finished_at=None,
            last_attempted_at=None,
            args=list(args),
            kwargs=dict(kwargs),
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
        path, list_, dict_ = task.module_path, list(args), dict(kwargs)

        def publish() -> None:
            app.send_task(
                RUN,
                args=[path, list_, dict_],
                task_id=id_,
                queue=task.queue_name,
                eta=task.run_after,
                # An enqueue must not hang a web request while the broker is away.
                retry_policy={"max_retries": 2, "interval_start": 0, "interval_step": 0.2},
            )

        transaction.on_commit(publish, robust=True)
        return result


@app.task(name=RUN, bind=True, max_retries=None)  # type: ignore[untyped-decorator]
def run(self: Any, path: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    """Run one task of ours in a worker; later, while this machine may not act."""
    from newsletter.sending import guard

    if not guard.may_act():
        raise self.retry(countdown=_HELD)
    task = import_string(MOVED.get(path, path))
    if not isinstance(task, Task):
        raise ValueError(f"not a task: {path}")
    close_old_connections()
    try:
        if task.takes_context:
            task.call(TaskContext(task_result=None), *args, **kwargs)  # type: ignore[arg-type]
        else:
            task.call(*args, **kwargs)
    finally:
        close_old_connections()


@worker_init.connect(weak=False)  # type: ignore[untyped-decorator]
def _worker_starts(**_: Any) -> None:
    """With other keys, or other tables, it does not start."""
    os.umask(0o077)  # What is written belongs to this user alone.
    from newsletter.sending import guard
    from newsletter.sending.guard import keys

    try:
        keys.settle()
    except keys.WrongKeys as wrong:
        raise SystemExit(str(wrong)) from None
    guard.may_act()
    if why := guard.must_stop():
        raise SystemExit(why)
    connections.close_all()


# The regular tasks of a machine that runs Celery's own command.
_stop_housekeeping = threading.Event()


@worker_ready.connect(weak=False)  # type: ignore[untyped-decorator]
def _worker_is_ready(**_: Any) -> None:
    """Keep house beside the jobs, in a process of its own; `manage.py worker` has one already."""
    if sends:
        threading.Thread(target=_housekeeping, daemon=True).start()


def _housekeeping() -> None:
    """Keep that process alive until the worker stops."""
    child = None
    while not _stop_housekeeping.wait(1.0):
        if child is None or child.poll() is not None:
            child = start(["worker", "--only", "housekeeping"], start_new_session=True)
    if child is not None:
        child.terminate()


@worker_shutting_down.connect(weak=False)  # type: ignore[untyped-decorator]
def _worker_stops(**_: Any) -> None:
    _stop_housekeeping.set()


@worker_process_init.connect(weak=False)  # type: ignore[untyped-decorator]
def _child_starts(**_: Any) -> None:
    """A fork inherits the parent's database sockets; they are not ours."""
    from newsletter import sending, tasks

    connections.close_all()
    if not sends:
        return
    sending.resident.begin(tasks.drain.enqueue)
    atexit.register(sending.resident.end)


@worker_process_shutdown.connect(weak=False)  # type: ignore[untyped-decorator]
def _child_ends(**_: Any) -> None:
    from newsletter import sending

    sending.resident.end()


# `celery -A` imports this module first; else Django does, while it loads its apps, because making
# a task makes its backend. At the end: loading the apps asks for the class above.
if not apps.ready and not apps.loading:
    django.setup()
