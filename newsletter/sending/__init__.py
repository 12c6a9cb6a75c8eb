"""Sending an issue: never twice, never lost.

The database is the only truth. A worker may write the content of a message only while the
message stands in the *window* of a chunk that the worker holds, and the window is written in the
transaction that proves that the worker still holds it (`turning`). What stands in a window when its
holder is lost, and is not cleared by the holder's own journal, is *in doubt* and is never sent
again by a program. No clock, queue or lock is needed for this to be safe.

    planning   which reader gets what, or why nothing; the send plan
    freezing   T1: readers and texts fixed once
    leasing    T2 and T5: lease, take back
    turning    T3 and T4: authorise, record, close
    in_flight  the same in a worker's memory
    sender     the loop that has all this done: `drain`
    journal    what was begun and answered, on the worker's own disk
    policy     what a reply means; rate_limit: how fast
    sweeper    finds due and orphaned work
    control    what a person may ask for
    counts     the ledger
"""

from .bodies import Body, unpack
from .control import (
    ActRefused,
    approve,
    cancel,
    pause,
    release,
    resend_in_doubt,
    resolve,
    resume,
    retry_failed,
    unschedule,
)
from .counts import KEYS, Progress, ledger, progress, reasons, recount, why
from .engine import resident
from .engine.resident import drain_here, work_is_due
from .engine.sender import Sender, drain, running
from .engine.sweeper import sweep
from .freezing import freeze
from .planning import EditionPlan, Plan, plan
from .proofs import send_test

__all__ = [
    "KEYS",
    "ActRefused",
    "Body",
    "EditionPlan",
    "Plan",
    "Progress",
    "Sender",
    "approve",
    "cancel",
    "drain",
    "drain_here",
    "freeze",
    "ledger",
    "pause",
    "plan",
    "progress",
    "reasons",
    "recount",
    "release",
    "resend_in_doubt",
    "resident",
    "resolve",
    "resume",
    "retry_failed",
    "running",
    "send_test",
    "sweep",
    "unpack",
    "unschedule",
    "why",
    "work_is_due",
]
