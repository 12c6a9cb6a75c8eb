"""What a relay's reply means for the reader, the pace and the issue. Pure.

`newsletter.smtp` says what happened, `newsletter.refusals` what a refusal means; this decides
what becomes of the delivery: tried again, failed, and whether the pace or the issue is in trouble.
"""

from __future__ import annotations

import datetime as dt
import functools
import random
from collections.abc import Collection
from typing import NamedTuple

from newsletter import refusals
from newsletter.refusals import Blame, Phase, Reason, Refusal, without_addresses
from newsletter.smtp import State, Verdict

# Minutes until the next try of a deferred reader; after the last one the reader is failed.
RETRY_MINUTES = (5, 15, 60, 240)
JITTER = 0.2
# So many refusals for policy in a row are about us, not about the readers.
POLICY_RUN = 20
LOGIN_RUN = 3
# What a relay calls permanent though it passes.
_TRIED_AGAIN = frozenset([Reason.RATE_LIMITED, Reason.MAILBOX_FULL, Reason.GREYLISTED])
# What a relay's administrator or ours has to mend before anybody gets this issue.
_OUR_SETUP = frozenset([Reason.RELAY_DENIED, Reason.LOGIN, Reason.REVERSE_DNS])


class Judgement(NamedTuple):
    """What to record and what to conclude. `state` is an Outcome.State value.

    `throttled`: slow down. `ours`: it is about us (policy, reputation, sender address, content,
    the relay's set-up), not about this reader. `blame` is a `refusals.Blame`, "" where nothing
    was refused; `permanent`: the same try would fail again; `reason` a `refusals.Reason`.
    """

    state: str
    code: int | None
    status: str
    detail: str
    throttled: bool = False
    ours: bool = False
    blame: str = ""
    permanent: bool = False
    reason: str = ""

    @property
    def ends_address(self) -> bool:
        """Whether the address is gone for good. Storing that suppresses nobody."""
        return self.state == "failed" and self.permanent and self.blame == Blame.READER


# Past the lifetime of an issue: the last of the deferrals says whom to blame.
GIVEN_UP = Judgement("failed", None, "4.4.7", "given up after the last try")


def judge(
    verdict: Verdict, *, ours: Collection[str] = frozenset(), recipient: str = ""
) -> Judgement:
    """The outcome of one try; NOT_SENT verdicts are no outcome and are not judged here.

    `ours` are our addresses and domains in this conversation (sender address, return path, their
    domains), `recipient` the reader's address: they tell whom the relay's words are about.
    """
    state, code, status, text, phase = verdict
    status = status[:11]
    if state == State.SENT:
        return _sent(code, status)
    detail = without_addresses(text)
    if state == State.IN_DOUBT:
        return Judgement("in_doubt", code, status, detail)
    if code is None and state == State.FAILED:
        # Our own finding (no SMTPUTF8, too large): trying again would find it again.
        return Judgement("failed", code, status, detail, permanent=True)
    refusal = refusals.judge(
        text, code=code, status=status, phase=Phase(phase), recipient=recipient, ours=ours
    )
    # Large receivers answer 550 to "too fast"; a full mailbox (552) is emptied.
    again = state == State.DEFERRED or refusal.reason in _TRIED_AGAIN
    return Judgement(
        "deferred" if again else "failed",
        code,
        status,
        detail,
        throttled=refusal.blame is Blame.PACE,
        ours=not again and _is_about_us(refusal),
        blame=str(refusal.blame),
        permanent=refusal.permanent and not again,
        reason=str(refusal.reason),
    )


def _is_about_us(refusal: Refusal) -> bool:
    """Whether every reader would be refused for the same reason."""
    if refusal.blame is Blame.RELAY:
        return refusal.reason in _OUR_SETUP
    return refusal.blame in (Blame.SENDER, Blame.CONTENT)


@functools.lru_cache(maxsize=64)
def _sent(code: int | None, status: str) -> Judgement:
    return Judgement("sent", code, status, "")


def retry_in(tries: int) -> dt.timedelta | None:
    """How long a chunk waits after its `tries`-th round with deferrals; None: give up."""
    if tries >= len(RETRY_MINUTES):
        return None
    minutes = RETRY_MINUTES[tries] * random.uniform(1 - JITTER, 1 + JITTER)
    # Never earlier than announced: a greylisting server counts from the first try.
    return dt.timedelta(minutes=max(minutes, RETRY_MINUTES[0]))
