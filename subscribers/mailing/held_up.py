"""Whether service mail waits for something that a person must mend, and since when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ..models import ServiceMail

# A relay that is started anew, or asks for patience, is no news.
AFTER = dt.timedelta(minutes=10)
# One reader's full mailbox is no trouble of the site; so many different mails are.
_SEVERAL = 3
# Noted where no mail at all would fare better (`relay.NoRelay`).
_NO_RELAY = ("unreachable", "login", "greeting", "421")
# Waits because we want it so.
_WANTED = ("", "asked lately")
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class HeldUp:
    """How many mails wait (of those looked at), the oldest one's moment, the last word on it."""

    number: int
    since: dt.datetime
    answer: str


def held_up(now: dt.datetime) -> HeldUp | None:
    """What waits though it was tried more than once, if the relay is at fault, or seems to be."""
    rows = list(
        ServiceMail.objects.filter(
            state=ServiceMail.State.WAITING, tries__gt=1, created_at__lt=now - AFTER
        )
        .exclude(answer__in=_WANTED)
        .order_by("due_at")
        .values_list("created_at", "answer")[:_LOOKED_AT]
    )
    no_relay = any(answer.split(" ")[0] in _NO_RELAY for _at, answer in rows)
    if not rows or (len(rows) < _SEVERAL and not no_relay):
        return None
    since, answer = min(rows)
    return HeldUp(len(rows), since, answer)
