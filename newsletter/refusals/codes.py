"""The codes of a reply: RFC 5321 section 4.2 and RFC 3463, and what they say where words do not."""

from __future__ import annotations

import re

from .plain import without_links
from .value import Reason

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]|\w)")
_CODE = re.compile(r"(?<![\w.\-/=])([245][0-5]\d)(?![\w.])")

# RFC 3463 section 3 and the IANA registry of RFC 5248, by subject and detail. What a code says
# about the sender or about how a message was made is believed before any words ...
FIRST = {
    "1.7": Reason.SENDER_REJECTED,
    "1.8": Reason.SENDER_REJECTED,
    "2.2": Reason.MAILBOX_FULL,
    "7.8": Reason.LOGIN,  # RFC 4954.
    "7.20": Reason.AUTHENTICATION,  # RFC 7372: DKIM, SPF, reverse DNS.
    "7.21": Reason.AUTHENTICATION,
    "7.22": Reason.AUTHENTICATION,
    "7.23": Reason.AUTHENTICATION,
    "7.24": Reason.AUTHENTICATION,
    "7.25": Reason.REVERSE_DNS,
    "7.26": Reason.AUTHENTICATION,
    "7.27": Reason.SENDER_REJECTED,  # RFC 7505: our domain has a null MX.
    "7.28": Reason.RATE_LIMITED,  # "Mail flood detected".
    "7.29": Reason.AUTHENTICATION,  # RFC 8617.
}
# ... and what it says about the reader's address only where the words say nothing else.
LAST = {
    "1.1": Reason.USER_UNKNOWN,
    "1.2": Reason.HOST_UNKNOWN,
    "1.3": Reason.USER_UNKNOWN,
    "1.6": Reason.MOVED,
    "1.10": Reason.NO_MAIL_SERVICE,
    "2.1": Reason.DISABLED,
    "2.3": Reason.TOO_BIG,
    "3.4": Reason.TOO_BIG,
    "4.1": Reason.EXPIRED,
    "4.2": Reason.NETWORK,
    "4.6": Reason.NETWORK,
    "4.7": Reason.EXPIRED,
    "7.9": Reason.LOGIN,  # RFC 4954; Yahoo numbers its policy so.
    "7.17": Reason.MOVED,  # RFC 7293: the mailbox is somebody else's now.
    "7.18": Reason.MOVED,
}
# RFC 5321 section 4.2.3 and RFC 4954, for a reply of a bare code.
REPLIES = {
    452: Reason.SYSTEM,  # "Insufficient system storage".
    530: Reason.LOGIN,
    535: Reason.LOGIN,
    552: Reason.MAILBOX_FULL,  # "Exceeded storage allocation".
}
BY_SUBJECT = {
    "3": Reason.SYSTEM,
    "4": Reason.NETWORK,
    "5": Reason.SYSTEM,
    "6": Reason.CONTENT,
    "7": Reason.POLICY,
}
# X-PowerMTA-BounceCategory and its kin: a relay's own word, where it gives one.
CATEGORIES = {
    "bad-mailbox": Reason.USER_UNKNOWN,
    "bad-domain": Reason.HOST_UNKNOWN,
    "inactive-mailbox": Reason.DISABLED,
    "quota-issues": Reason.MAILBOX_FULL,
    "spam-related": Reason.SPAM,
    "virus-related": Reason.VIRUS,
    "policy-related": Reason.POLICY,
    "no-answer-from-host": Reason.EXPIRED,
    "routing-errors": Reason.NETWORK,
    "message-expired": Reason.EXPIRED,
    "bad-connection": Reason.NETWORK,
    "bad-configuration": Reason.SYSTEM,
    "content-related": Reason.CONTENT,
    "relaying-issues": Reason.RELAY_DENIED,
    "protocol-errors": Reason.SYSTEM,
    "invalid-sender": Reason.SENDER_REJECTED,
}


def status_in(words: str) -> str:
    """The first enhanced status code in a server's words that tells something, or ""."""
    found = [".".join(match.groups()) for match in _STATUS.finditer(without_links(words))]
    telling = [status for status in found if is_telling(status) and status[0] != "2"]
    return (telling or found or [""])[0]


def code_in(words: str) -> int | None:
    """The SMTP reply code in a server's words, if one is there."""
    match = _CODE.search(without_links(words))
    return int(match[1]) if match else None


def is_telling(status: str) -> bool:
    """Whether a code says more than its class: "5.0.0" does not."""
    return bool(status) and not status.endswith(".0.0")
