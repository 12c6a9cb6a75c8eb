"""Processes that stop with the one that started them.

A supervisor that is killed outright tells its children nothing, and they would go on sending
for ever. So each child is told whose it is before it starts, and looks, from its first line on,
whether that is still its parent. Asking for the parent later would be too late: the supervisor
may die while the child is still importing, and whoever adopted it would pass for the parent.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_SUPERVISOR = "SUDI_SUPERVISOR"
_LOOK_EVERY = 0.5  # seconds
# What is on the wire is finished first; after this it is ended all the same.
_LONGEST = 90.0
# Where the packages are: a checkout, or the folder they were installed into.
_PACKAGES = Path(__file__).resolve().parents[2]


def start(arguments: Sequence[str], **how: Any) -> subprocess.Popen[bytes]:
    """Start one of our commands as a child of this process, whatever folder we are in."""
    # The first place we import from is where a host's own settings are.
    places = [str(_PACKAGES), str(Path(sys.path[0]).absolute())]
    found = [*places, *filter(None, [os.environ.get("PYTHONPATH", "")])]
    own = {"PYTHONPATH": os.pathsep.join(found), _SUPERVISOR: str(os.getpid())}
    return subprocess.Popen(
        [sys.executable, "-m", "newsletter.config", *arguments], env=os.environ | own, **how
    )


def watch() -> None:
    """Stop this process when the one that started it by `start` is gone."""
    # Taken out: what this process starts has another parent.
    supervisor = os.environ.pop(_SUPERVISOR, "")
    if supervisor.isdecimal():
        threading.Thread(target=_watch, args=(int(supervisor),), daemon=True).start()


def _watch(supervisor: int) -> None:
    while os.getppid() == supervisor:
        time.sleep(_LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_LONGEST)
    os._exit(1)
