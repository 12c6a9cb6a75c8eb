"""`worker`: the sender and the job runner, supervised, until SIGTERM."""

from __future__ import annotations

import argparse
import contextlib
import logging
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from newsletter import bounces, conf, notices
from newsletter.config.supervised import start
from newsletter.feeds import websub
from newsletter.issues import dead_links, deleted
from newsletter.sending import roundups, slot_notices, watching
from newsletter.sending.engine import service
from subscribers import housekeeping
from subscribers.admin import form_drafts

log = logging.getLogger("newsletter.worker")

# Two children, because the job runner does one task at a time: a long send would hold up a
# confirmation mail.
_CHILDREN = ("sender", "jobs")
_READERS_EVERY = 10.0
_MAILBOXES_EVERY = 60.0
_HUBS_EVERY = 15.0
_LINKS_EVERY = 60.0
_ROUNDUPS_EVERY = 15.0
_SLOTS_EVERY = 20.0
_NOTICES_EVERY = 5.0
_WATCH_EVERY = 60.0
_STABLE = 30.0
_KEEP_JOBS_DAYS = 7


class Command(BaseCommand):
    help = "Run the sender and the jobs until stopped; SIGTERM finishes what is in flight."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", choices=_CHILDREN, help=argparse.SUPPRESS)

    def handle(self, **options: Any) -> None:
        stop = threading.Event()

        def on_signal(number: int, frame: Any) -> None:
            stop.set()

        if options["only"] == "jobs":
            _run_jobs()
            return
        signal.signal(signal.SIGTERM, on_signal)
        signal.signal(signal.SIGINT, on_signal)
        if options["only"] == "sender":
            service.serve(stop)
            return
        self.stdout.write("The worker runs: sender and jobs.")
        self.stdout.flush()
        housekeeping = threading.Thread(target=_keep_house, args=(stop,), daemon=True)
        housekeeping.start()
        _supervise(stop)


def _run_jobs() -> None:
    """The job runner of the chosen engine, in this process."""
    if conf.tasks_engine() == "celery":
        from newsletter.config import celery as tasks_celery

        tasks_celery.sends = False
        tasks_celery.app.worker_main(["worker", "-Q", "default,mail", "--loglevel", "WARNING"])
        return
    call_command("db_worker", queue_name="*", reload=False, startup_delay=False, verbosity=0)


def _supervise(stop: threading.Event) -> None:
    """Keep both children alive; ended too soon, a child is started again ever more slowly."""
    children: dict[str, subprocess.Popen[bytes]] = {}
    started: dict[str, float] = {}
    waits = dict.fromkeys(_CHILDREN, 0.0)
    due = dict.fromkeys(_CHILDREN, 0.0)
    while not stop.is_set():
        for name in _CHILDREN:
            child = children.get(name)
            if child is None:
                if time.monotonic() >= due[name]:
                    # Not fork: locks and connections of this process must not be inherited.
                    children[name] = start(["worker", "--only", name], start_new_session=True)
                    started[name] = time.monotonic()
            elif child.poll() is not None:
                lived = time.monotonic() - started[name]
                waits[name] = 1.0 if lived > _STABLE else min(30.0, 2 * waits[name] or 1.0)
                due[name] = time.monotonic() + waits[name]
                log.warning("%s ended (%s); it is started again", name, child.returncode)
                del children[name]
        stop.wait(0.25)
    for child in children.values():
        child.terminate()
    for child in children.values():
        child.wait()


def _keep_house(stop: threading.Event) -> None:
    """What is due without anybody asking: readers' mails and purges, mailboxes, old jobs."""
    chores: list[tuple[float, Callable[[], Any]]] = [
        (_READERS_EVERY, housekeeping.sweep),
        (_MAILBOXES_EVERY, bounces.poll),
        (_HUBS_EVERY, websub.sweep),
        (_LINKS_EVERY, dead_links.sweep),
        (_ROUNDUPS_EVERY, roundups.sweep),
        (_SLOTS_EVERY, slot_notices.tell),
        (_NOTICES_EVERY, notices.sweep),
        (_WATCH_EVERY, watching.sweep),
        (3600.0, notices.forget),
        (3600.0, deleted.sweep),
        (3600.0, form_drafts.sweep),
        (3600.0, _forget_old_jobs),
    ]
    due = [0.0] * len(chores)
    while not stop.wait(1.0):
        for number, (every, chore) in enumerate(chores):
            if time.monotonic() < due[number]:
                continue
            try:
                chore()
            except Exception:
                # One chore that fails must not end the process that does the others.
                log.exception("%s failed; it is tried again", chore.__name__)
                with contextlib.suppress(Exception):
                    connection.close()
            due[number] = time.monotonic() + every


def _forget_old_jobs() -> None:
    """Jobs are a wake-up: a finished one tells nothing the tables do not."""
    if conf.tasks_engine() == "embedded":
        call_command("prune_db_task_results", min_age_days=_KEEP_JOBS_DAYS, verbosity=0)
