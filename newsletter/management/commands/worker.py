"""`worker`: the sender, the job runner and the housekeeping, supervised, until SIGTERM."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import subprocess
import threading
import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsletter import conf
from newsletter.config.supervised import start
from newsletter.sending import guard
from newsletter.sending.engine import service

log = logging.getLogger("newsletter.worker")

# The job runner does one task at a time: a long send would hold up a confirmation mail. The
# housekeeping ends its process when one of its tasks hangs, and must take nothing else with it.
_CHILDREN = ("sender", "jobs", "housekeeping")
_STABLE = 30.0


class Command(BaseCommand):
    help = "Send, do jobs and keep house until stopped; SIGTERM finishes what is in flight."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", choices=_CHILDREN, help=argparse.SUPPRESS)

    def handle(self, **options: Any) -> None:
        stop = threading.Event()
        guard.may_act()
        self._stop_if_unfit()

        def on_signal(number: int, frame: Any) -> None:
            stop.set()

        if options["only"] == "jobs":
            _run_jobs()
            return
        signal.signal(signal.SIGTERM, on_signal)
        signal.signal(signal.SIGINT, on_signal)
        if options["only"] == "sender":
            service.serve(stop)
            self._stop_if_unfit()
            return
        if options["only"] == "housekeeping":
            _keep_house(stop)
            return
        self.stdout.write("The worker runs: sender, jobs and housekeeping.")
        self.stdout.flush()
        _supervise(stop)
        self._stop_if_unfit()

    def _stop_if_unfit(self) -> None:
        """Code that is older or newer than the tables ends, and whoever starts it again is told."""
        if why := guard.must_stop():
            raise CommandError(why)


def _keep_house(stop: threading.Event) -> None:
    """The regular tasks until `stop`; one that hangs ends the process, which starts again."""
    from newsletter.config import housekeeping

    if code := housekeeping.serve(stop, may_act=guard.may_act):
        logging.shutdown()
        # Not sys.exit: the thread that hangs would be waited for.
        os._exit(code)


def _run_jobs() -> None:
    """The job runner of the chosen engine, in this process; only while it may act."""
    while not guard.may_act():
        if guard.must_stop():
            return
        time.sleep(1.0)
    threading.Thread(target=_stop_when_held, daemon=True).start()
    if conf.tasks_engine() == "celery":
        from newsletter.config import celery as tasks_celery

        tasks_celery.sends = False
        tasks_celery.app.worker_main(["worker", "-Q", "default,mail", "--loglevel", "WARNING"])
        return
    call_command("db_worker", queue_name="*", reload=False, startup_delay=False, verbosity=0)


def _stop_when_held() -> None:
    """End the job runner, after the job it is at, once this machine may no longer act."""
    while guard.may_act():
        time.sleep(guard.EVERY)
    os.kill(os.getpid(), signal.SIGTERM)


def _supervise(stop: threading.Event) -> None:
    """Keep the children alive; ended too soon, a child is started again ever more slowly."""
    children: dict[str, subprocess.Popen[bytes]] = {}
    started: dict[str, float] = {}
    waits = dict.fromkeys(_CHILDREN, 0.0)
    due = dict.fromkeys(_CHILDREN, 0.0)
    while not stop.is_set():
        if not guard.may_act() and guard.must_stop():
            break
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
