"""What a refusal means: is the address gone for good, or was it something else?

Only four things are *hard*: no such user, no such domain, moved away, a domain that takes no mail.
"5xx" alone is not: Tencent answers 550 to a sender who is too quick, Gmail answers 550 to a failed
DMARC check, and a full mailbox is 552. Suppressing a reader for the sender's own faults loses
readers who never did anything. So a rule needs the words, or an enhanced status code (RFC 3463,
7505) that names the destination; and what the words say about *us* is looked at first.

"User unknown" is believed where a server can know it: in the answer to RCPT, with a status of
class X.1, or from the reporting system about its own mailboxes. Several providers say it after
they have read the content and did not like it; then it is a filter's word.
"""

from __future__ import annotations

import re

from . import wording
from .value import Phase, Verdict

HARD = frozenset(["user_unknown", "host_unknown", "moved", "no_mail_service"])

_URL = re.compile(r"\b(?:https?://|www\.)\S+", re.I)
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]|\w)")
_CODE = re.compile(r"(?<![\w.\-/=])([245][0-5]\d)(?![\w.])")
# Servers explain themselves at the beginning.
_MOST = 8_000
# `<alice@example.org>: …` is how Postfix begins its answer to RCPT.
_QUOTED = re.compile(r"[245]\d\d:? (?:[245]\.\d{1,3}\.\d{1,3} )?<[^<>\s]+@[^<>\s]+>: ")

# X-PowerMTA-BounceCategory: a relay's own word, where it gives one.
_CATEGORIES = {
    "bad-mailbox": "user_unknown",
    "bad-domain": "host_unknown",
    "inactive-mailbox": "disabled",
    "quota-issues": "mailbox_full",
    "spam-related": "spam",
    "virus-related": "virus",
    "policy-related": "policy",
    "no-answer-from-host": "expired",
    "routing-errors": "network",
    "message-expired": "expired",
    "bad-connection": "network",
    "bad-configuration": "system",
    "content-related": "content",
    "relaying-issues": "relay_denied",
    "protocol-errors": "system",
    "invalid-sender": "sender_rejected",
}

# Looked at in this order; what is about us, the content or a passing trouble before the address.
_BEFORE = (
    (wording.FULL, "mailbox_full"),
    (wording.TOO_BIG, "too_big"),
    (wording.AUTHENTICATION, "authentication"),
    (wording.RELAY_DENIED, "relay_denied"),
    (wording.SENDER, "sender_rejected"),
    (wording.RATE, "rate_limited"),
    (wording.REVERSE_DNS, "reverse_dns"),
    (wording.BLOCKED, "blocked"),
    (wording.VIRUS, "virus"),
    (wording.SPAM, "spam"),
)
_AFTER = (
    (wording.EXPIRED, "expired"),
    (wording.NETWORK, "network"),
    (wording.CONTENT, "content"),
    (wording.POLICY, "policy"),
    (wording.SYSTEM, "system"),
)
# RFC 3463 section 3, by subject and detail; used when no words are known.
_STATUSES = {
    "1.1": "user_unknown",
    "1.2": "host_unknown",
    "1.3": "user_unknown",
    "1.6": "moved",
    "1.7": "sender_rejected",
    "1.8": "sender_rejected",
    "1.10": "user_unknown",
    "2.1": "disabled",
    "2.2": "mailbox_full",
    "2.3": "too_big",
    "3.4": "too_big",
    "4.1": "expired",
    "4.2": "network",
    "4.4": "host_unknown",
    "4.6": "network",
    "4.7": "expired",
}
_PERHAPS = frozenset(["", "0.0", "1.0", "4.1", "7.1"])
_BY_SUBJECT = {"3": "system", "4": "network", "5": "system", "6": "content", "7": "policy"}


def status_in(text: str) -> str:
    """The first enhanced status code in a server's words that tells something, or ""."""
    found = [".".join(m.groups()) for m in _STATUS.finditer(_URL.sub(" ", text))]
    telling = [s for s in found if not s.endswith(".0.0") and not s.startswith("2.")]
    return (telling or found or [""])[0]


def code_in(text: str) -> int | None:
    """The SMTP reply code in a server's words, if one is there."""
    match = _CODE.search(_URL.sub(" ", text))
    return int(match[1]) if match else None


def judge(
    text: str,
    *,
    status: str = "",
    phase: Phase = Phase.UNKNOWN,
    category: str = "",
    program: bool = False,
) -> Verdict:
    """What a refusal in these words means.

    `status` is the report's own code. The one inside the server's words is believed first: a
    relay often says 5.0.0 or 5.1.1 for everything. `category` is a relay's own classification;
    `program` that a local delivery program failed, which says nothing of the address.
    """
    text = text[:_MOST]
    code = code_in(text)
    inner = status_in(text)
    best = inner if inner and not inner.endswith(".0.0") else (status or inner)
    if phase is Phase.UNKNOWN and _QUOTED.search(text):
        phase = Phase.RCPT
    words = wording.plain(text)
    if program:
        reason = "mailbox_full" if wording.FULL.search(words) else "system"
    else:
        reason = _CATEGORIES.get(category) or _reason(words, best, code, phase)
    return Verdict(reason, reason in HARD, best, code)


def _reason(words: str, status: str, code: int | None, phase: Phase) -> str:
    klass, _, rest = status.partition(".")
    if wording.SURELY_NO_HOST.search(words):
        return "host_unknown"
    if wording.NO_ANSWER.search(words):
        return "network"
    for pattern, reason in _BEFORE:
        if pattern.search(words):
            return reason
    if rest == "2.2":
        return "mailbox_full"
    if rest == "1.6" or wording.MOVED.search(words):
        return "moved"
    bad_mailbox = rest in ("1.1", "1.3", "1.10", "1.351")
    if not bad_mailbox and wording.DISABLED.search(words):
        return "disabled"
    if wording.NO_MAIL.search(words) or code in (521, 556):
        return "no_mail_service"
    if rest == "1.2" and klass == "5":
        return "host_unknown"
    if wording.NO_USER.search(words) and not _of_another_class(rest):
        # No reply code: the reporting system speaks of its own mailboxes.
        if bad_mailbox or phase is Phase.RCPT or (code is None and rest in ("", "0.0", "1.0")):
            return "user_unknown"
        return "filtered"
    # 5.5.0 is how Outlook.com numbers RFC 5321's 550.
    sure = bad_mailbox or rest in ("1.0", "5.0") or (phase is Phase.RCPT and rest in _PERHAPS)
    if sure and wording.NO_USER_PERHAPS.search(words):
        return "user_unknown"
    for pattern, reason in _AFTER[:2]:
        if pattern.search(words):
            return reason
    if wording.NO_HOST.search(words):
        return "host_unknown"
    if klass == "5" and rest in ("1.1", "1.2", "1.3", "1.10"):
        return _STATUSES[rest]
    for pattern, reason in _AFTER[2:]:
        if pattern.search(words):
            return reason
    if klass == "5" and rest in _STATUSES:
        return _STATUSES[rest]
    return _BY_SUBJECT.get(rest.partition(".")[0], "unknown")


def _of_another_class(rest: str) -> bool:
    """Whether the status says that "rejected" in these words was about something else."""
    subject = rest.partition(".")[0]
    return subject in ("3", "6") and rest != "3.0"
