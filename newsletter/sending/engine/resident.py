"""One `Sender` for the life of a process that runs jobs, and the sweeper that feeds it.

Tasks come and go; journal, event loop and connections stay. A task lends its thread as the
sender's database thread for a slice of time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from newsletter.models import Chunk

from .. import hours
from . import sweeper
from .sender import Sender
from .sender import drain as drain_once

log = logging.getLogger(__name__)

_sender: Sender | None = None
_wanted = False
_busy = threading.Lock()
_stop = threading.Event()


def begin(wake: Callable[[], object]) -> None:
    """This process may keep a sender: call it once, after the fork.

    `wake` asks for a job that calls `drain_here`; the sweeper uses it when work is due.
    """
    global _wanted
    _wanted = True
    _stop.clear()
    threading.Thread(target=_sweep, args=(wake,), daemon=True).start()


def end() -> None:
    """Let go: finish nothing new, close connections, drop the journal if it is settled."""
    global _sender, _wanted
    _stop.set()
    _wanted = False
    with _busy:
        sender, _sender = _sender, None
        if sender is not None:
            sender.close()


def drain_here(seconds: float) -> None:
    """Send for so long with this process's sender, or, where it keeps none, with one made now."""
    if not _wanted:
        drain_once(seconds)
        return
    if not _busy.acquire(blocking=False):
        return
    try:
        _started().drain(seconds, _stop)
    finally:
        _busy.release()


def _started() -> Sender:
    """This process's sender, made at its first use; call it with `_busy` held."""
    global _sender
    if _sender is None:
        sender = Sender()
        sender.start()
        _sender = sender
    return _sender


def _worker() -> int | None:
    """The worker in the database, entered before its first job: who waits for work is alive too."""
    if _busy.acquire(blocking=False):
        try:
            if _wanted:
                return _started().worker
        except (DatabaseError, InterfaceError):
            raise
        except Exception as error:
            # A DKIM key that cannot be used, say. Work of others is still taken back.
            log.error("this process cannot send: %s", error)
        finally:
            _busy.release()
    return None if _sender is None else _sender.worker


def work_is_due() -> bool:
    """Whether some chunk could be leased now."""
    now = timezone.now()
    return any(
        Chunk.objects.filter(issue_id=issue, state=Chunk.State.WAITING, due_at__lte=now).exists()
        for issue in hours.sending_now(now)
    )


def _sweep(wake: Callable[[], object]) -> None:
    """The sweeper of this process; it also enqueues what nobody enqueued."""

    def enqueue() -> None:
        if not _busy.locked() and work_is_due():
            wake()

    sweeper.sweep_until(_stop, sweeper.Watch(), _worker, enqueue)
