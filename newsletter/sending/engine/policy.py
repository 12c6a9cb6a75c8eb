"""What a relay's reply means for the reader, the pace and the issue. Pure.

`newsletter.smtp` says what happened; this decides. A 5yz is a *hard* bounce (which suppresses the
address for good) only when RFC 3463 class and text both speak of the mailbox: large receivers
answer 550 for "too fast" and for "we do not like this message" as well.
"""

from __future__ import annotations

import datetime as dt
import functools
import random
import re
from typing import NamedTuple

from newsletter.smtp import State, Verdict

# Minutes until the next try of a deferred reader; after the last one the reader is failed.
RETRY_MINUTES = (5, 15, 60, 240)
JITTER = 0.2
# So many refusals for policy in a row are about us, not about the readers.
POLICY_RUN = 20
LOGIN_RUN = 3

_THROTTLED = re.compile(
    r"throttl|rate.?limit|limit(?:ed)? rate|too (?:many|fast|much)|frequen(?:cy|t)|slow down"
    r"|quota exceeded for send|sending (?:rate|quota|limit)|daily .*(?:limit|quota)"
    r"|exceed\w* .*(?:rate|messages|connections)|temporarily (?:deferred|rate)|try again later"
    r"|频率|频繁|过快|过多",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"(?:mailbox|inbox|box|storage|quota)\W.*(?:full|exceed|over)|over ?quota"
    r"|insufficient (?:system )?storage|邮箱.*满|空间不足",
    re.IGNORECASE,
)
_POLICY = re.compile(
    r"spam|policy|block(?:ed|list)|black ?list|reputation|denied|banned|dmarc|dkim|\bspf\b"
    r"|reject(?:ed)? (?:due|by|for)|unsolicited|\brbl\b|poor|suspicious|content|virus|relay"
    r"|not authori[sz]ed|authentication|垃圾|拒收|黑名单|策略",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"(?:user|recipient|mailbox|account|address|person|destination)\b.{0,60}"
    r"(?:unknown|not (?:found|exist|known|here|listed|available)|does ?n.t exist"
    r"|does not exist|invalid|disabled|inactive|unavailable|no longer|undeliverable|unrouteable)"
    r"|(?:unknown|invalid|no such|non-?existent|bad) (?:local )?"
    r"(?:user|recipient|mailbox|account|address|person|destination)"
    r"|no (?:such )?mailbox|not a valid (?:user|recipient|mailbox|address)|不存在|无此用户|无效",
    re.IGNORECASE,
)
# RFC 3463 3.2 and 3.3, RFC 7505: no such mailbox, bad syntax, moved away, null MX, disabled.
_HARD = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


class Judgement(NamedTuple):
    """What to record and what to conclude. `state` is an Outcome.State value.

    `hard`: the address does not exist, suppress it. `throttled`: slow down. `ours`: it is about
    the sender (policy, reputation, sender address), not about this reader.
    """

    state: str
    code: int | None
    status: str
    detail: str
    hard: bool = False
    throttled: bool = False
    ours: bool = False


def without_address(text: str) -> str:
    """A reply's text as it may be stored: addresses cut out, one line, at most 300 characters."""
    return _CONTROL.sub(" ", _ADDRESS.sub("…", text)).strip()[:300]


def is_throttled(code: int | None, status: str, text: str) -> bool:
    """Whether a refusal asks to slow down (RFC 3463 x.7.x or the text of a 4yz, or x.4.5)."""
    if _THROTTLED.search(text):
        return True
    return code is not None and code < 500 and status.startswith(("4.7.", "4.4.5"))


def is_hard(code: int | None, status: str, text: str) -> bool:
    """Whether a refusal means that the mailbox does not exist, now or ever."""
    permanent = status.startswith("5.") if status else code is not None and code >= 500
    if not permanent or _THROTTLED.search(text) or _FULL.search(text):
        return False
    if status in _HARD:
        return status != "5.2.1" or _POLICY.search(text) is None
    if status and not status.startswith(("5.0.", "5.1.")):
        return False
    return _NOBODY.search(text) is not None and _POLICY.search(text) is None


def judge(verdict: Verdict) -> Judgement:
    """The outcome of one try; NOT_SENT verdicts are no outcome and are not judged here."""
    state, code, status, text, phase = verdict
    status = status[:11]
    if state == State.SENT:
        return _sent(code, status)
    detail = without_address(text)
    if state == State.IN_DOUBT:
        return Judgement("in_doubt", code, status, detail)
    throttled = is_throttled(code, status, text)
    if state == State.DEFERRED:
        return Judgement("deferred", code, status, detail, throttled=throttled)
    if code is None:
        # Our own finding (no SMTPUTF8, too large): trying again would find it again.
        return Judgement("failed", code, status, detail)
    if throttled:
        return Judgement("deferred", code, status, detail, throttled=True)
    if status == "5.2.2" or code == 552 or _FULL.search(text):
        return Judgement("deferred", code, status, detail)
    if phase != "mail" and is_hard(code, status, text):
        return Judgement("failed", code, status, detail, hard=True)
    ours = phase == "mail" or status.startswith("5.7.") or _POLICY.search(text) is not None
    return Judgement("failed", code, status, detail, ours=ours)


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
