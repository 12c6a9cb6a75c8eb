"""Sending an issue: never twice, never lost.

The protocol, its words and its measurements stand in README.md. What a person steers is here:

    planning   the send plan: who would get what, counted
    releasing  what is to be mailed, published or both, and when; the undo
    rehearsals the mails of an issue to one address instead
    waves      a sent issue to those who have not got it
    freezing   readers and texts fixed once, when the undo time ends
    control    what a person may ask for while it goes out
    mending    a correction of what is on its way
    counts     the ledger; figures: how it went, by edition and domain
    ending     how far a send is, how fast, and when it ends
    incidents  what makes a worker stop and ask a person
    settling   what an issue's refusals come to: weighing decides, suppressing stores;
               tallies and health count, held is what a person decides
    hours      when issues are sent: in those of a publication (daily_hours) and of a relay
               (relay_hours); service_ways: how single mails go; proofs: a test mail
    slots      a ready draft is released for the next slot; slot_notices: what editors are told
    welcome    the newest issue to who has just confirmed
    roundups   those whose time has come; missed: what appeared during a pause; rest: what a
               round-up did not bring who took to single issues and back

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
    cancel,
    pause,
    resend_in_doubt,
    resolve,
    resume,
    retry_failed,
)
from .counts import KEYS, handed_over, ledger, reasons, recount, why
from .ending import Progress, progress
from .engine import resident
from .engine.resident import drain_here, work_is_due
from .engine.sender import Sender, drain, running
from .engine.sweeper import sweep
from .figures import reported
from .freezing import freeze
from .planning import EditionPlan, Plan, plan
from .proofs import send_test
from .rehearsals import MOST as MOST_REHEARSED
from .rehearsals import rehearse, sample
from .releasing import approve, confirm_twin, release, reschedule, unschedule
from .waves import left_over, mail_rest

__all__ = [
    "KEYS",
    "MOST_REHEARSED",
    "ActRefused",
    "Body",
    "EditionPlan",
    "Plan",
    "Progress",
    "Sender",
    "approve",
    "cancel",
    "confirm_twin",
    "drain",
    "drain_here",
    "freeze",
    "handed_over",
    "ledger",
    "left_over",
    "mail_rest",
    "pause",
    "plan",
    "progress",
    "reasons",
    "recount",
    "rehearse",
    "release",
    "reported",
    "reschedule",
    "resend_in_doubt",
    "resident",
    "resolve",
    "resume",
    "retry_failed",
    "running",
    "sample",
    "send_test",
    "sweep",
    "unpack",
    "unschedule",
    "why",
    "work_is_due",
]
