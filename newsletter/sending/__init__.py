"""Sending an issue: never twice, never lost.

The protocol, its words and its measurements stand in README.md. What a person steers is here:

    planning   the send plan: who would get what, counted
    freezing   readers and texts fixed once, when the undo time ends
    control    what a person may ask for
    counts     the ledger
    incidents  what makes a worker stop and ask a person
    settling   what an issue's refusals come to: weighing decides, suppressing stores;
               tallies and health count, held is what a person decides
    hours      when a publication sends; proofs: a test mail
    slots      a ready draft is released for the next slot; slot_notices: what editors are told
    welcome    the newest issue to who has just confirmed

What a worker does is in `engine`:

    leasing    who holds a chunk: lease, take back
    turning    the group commit: authorise, record, close; decisions: what it decides;
               consent: whom it may authorise
    in_flight  the same in a worker's memory
    sender     the loop that has all this done: `drain`
    journal    what was begun and answered, on the worker's own disk
    policy     what a reply means; rate_limit: how fast
    sweeper    finds due and orphaned work
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
