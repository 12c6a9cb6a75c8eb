"""Mails to one person outside any issue: kept as rows until they are sent, refused or expired.

    ask(Kind.WELCOME, subscription=tie)     in the transaction of what causes it

- `rows`: what is waiting; `ask` and `write` store a mail, `forget` deletes old ones.
- `kinds`: what a row has to say at the moment it goes, to whom, or why nothing. All suppression
  rules and the slots that protect an address from our forms stand there.
- `held_up`, `answers`: whether a relay keeps it from going, and what a last word means to people.
- `delivering`: a claim by a conditional update, one mail to the relay, what came of it; the sweep.

A mail goes at least once: a worker that dies while it hands one over leaves it to the next, and
the reader may get it twice. One that is refused, put off or broken holds up no other.
"""

from .delivering import deliver, sweep
from .held_up import HeldUp, held_up
from .kinds import PER_DAY, may_be_mailed
from .rows import ask, forget, write

__all__ = [
    "PER_DAY",
    "HeldUp",
    "ask",
    "deliver",
    "forget",
    "held_up",
    "may_be_mailed",
    "sweep",
    "write",
]
