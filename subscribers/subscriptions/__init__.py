"""The only writer of a subscription's state, choice, rhythm, language and pause.

Every verb is one function and one transaction: the change by a conditional UPDATE, the entry in
the consent ledger, and the Event. A verb that finds nothing to do writes nothing and says so by
what it returns, so calling it twice is safe. Pages, the admin, reports, files and jobs call
these; `tests/subscribers/test_subscriptions.py` fails when another module writes the columns.

    verb         from                     to             consent entry      event
    request      nothing, unsubscribed    pending        requested          requested
    enter        nothing                  as told        as told            entered, requested
    confirm      pending                  active         confirmed          confirmed
    join         any but active           active         confirmed          confirmed
    activate     pending, unsubscribed    active         confirmed,         entered,
                                                         returned           returned
    change       any                      the same       changed            changed
    pause        active, pending          the same       paused             paused
    resume       any, paused              the same       resumed            resumed
    leave        active, pending          unsubscribed   unsubscribed       left, withdrawn
    come_back    unsubscribed, pending    active         returned           returned
    prove        pending, stopped         active         returned,          confirmed
                 active, stopped                         confirmed          returned
                 unsubscribed, stopped
    expire       pending                  deleted, or    unsubscribed       withdrawn
                                          unsubscribed
    move         any                      the same       address_changed    moved
    erase        any                      unsubscribed   (all are deleted)  left, withdrawn; erased

`files` holds the same for the rows of a CSV file, by statements for many rows.
"""

from .changing import (
    RHYTHM_LOCK,
    change,
    give_back_bit,
    merge_bits,
    move,
    move_rhythm,
    pause,
    resume,
)
from .joining import Wish, activate, come_back, confirm, enter, join, request
from .leaving import erase, expire, leave
from .returning import prove

__all__ = [
    "RHYTHM_LOCK",
    "Wish",
    "activate",
    "change",
    "come_back",
    "confirm",
    "enter",
    "erase",
    "expire",
    "give_back_bit",
    "join",
    "leave",
    "merge_bits",
    "move",
    "move_rhythm",
    "pause",
    "prove",
    "request",
    "resume",
]
