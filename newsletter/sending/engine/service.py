"""The sending half of a worker process: a `Sender` and its sweeper, until told to stop."""

from __future__ import annotations

import datetime as dt
import threading

from django.utils import timezone

from newsletter.models import Worker
from newsletter.smtp import Timeouts

from .. import guard
from . import sweeper
from .sender import Sender


def serve(stop: threading.Event, timeouts: Timeouts | None = None) -> None:
    """Send whatever is due until `stop` is set; then finish what is in flight."""
    sender = Sender(timeouts=timeouts)
    sender.start()
    watch = sweeper.Watch()
    if guard.may_act():
        sweeper.sweep(watch)
    sweeping = threading.Thread(
        target=sweeper.sweep_until, args=(stop, watch, lambda: sender.worker), daemon=True
    )
    sweeping.start()
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
