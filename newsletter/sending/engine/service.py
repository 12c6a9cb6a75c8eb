"""The sending half of a worker process: a `Sender` and its sweeper, until told to stop."""

from __future__ import annotations

import datetime as dt
import logging
import os
import threading
import time

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from newsletter.models import Worker
from newsletter.smtp import Timeouts

from .. import incidents
from . import sweeper, timing
from .sender import Sender

log = logging.getLogger(__name__)


def sweep_until(stop: threading.Event, sender: Sender, watch: sweeper.Watch) -> None:
    """Sweep on a thread and a database connection of its own: a freeze must not hold up a turn."""
    swept = 0.0
    while not stop.wait(1.0):
        try:
            # Looking for due issues is one probe of a small index, so it is done every second.
            sweeper.start_due()
            if time.monotonic() - swept >= timing.SWEEP:
                incidents.seen(sender.worker)
                sweeper.sweep(watch)
                swept = time.monotonic()
        except (DatabaseError, InterfaceError) as error:
            log.warning("sweeping waits for the database: %s", str(error).strip()[:200])
            connection.close()
        except Exception:
            # A sweeper that ended would leave due and orphaned work lying, and nobody would know.
            log.exception("sweeping failed; it is tried again")
    connection.close()


def serve(stop: threading.Event, timeouts: Timeouts | None = None) -> None:
    """Send whatever is due until `stop` is set; then finish what is in flight.

    Also stops when the process that started this one is gone: nobody would stop us then.
    """
    sender = Sender(timeouts=timeouts)
    sender.start()
    watch = sweeper.Watch()
    sweeper.sweep(watch)
    sweeping = threading.Thread(target=sweep_until, args=(stop, sender, watch), daemon=True)
    sweeping.start()
    parent = os.getppid()

    def orphaned() -> None:
        while not stop.wait(1.0):
            if os.getppid() != parent:
                log.warning("the process that supervised this worker is gone; it stops")
                stop.set()

    threading.Thread(target=orphaned, daemon=True).start()
    try:
        sender.drain(stop=stop, forever=True)
    finally:
        stop.set()
        sweeping.join(10)
        sender.close()


def live_worker(seconds: float = 20.0) -> bool:
    """Whether some worker told the database lately that it lives."""
    since = timezone.now() - dt.timedelta(seconds=seconds)
    return Worker.objects.filter(seen__gte=since).exists()
