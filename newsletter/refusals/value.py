"""What a refusal comes to, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Blame(StrEnum):
    """Who would have to change something so that this mail could arrive."""

    READER = "reader"  # The address: it is gone, disabled, moved, or its mailbox is full.
    SENDER = "sender"  # We: our address, domain, authentication, reputation, or a rule against us.
    CONTENT = "content"  # What we wrote: spam, a virus, a malformed or too large message.
    PACE = "pace"  # How fast we send.
    RELAY = (
        "relay"  # The servers and networks on the way, ours among them, and how they are set up.
    )
    UNCLEAR = "unclear"  # The words do not tell, or contradict each other.


class Reason(StrEnum):
    """Why, in the field's terms. The values are written to databases and JSON: never rename one."""

    USER_UNKNOWN = "user_unknown"
    HOST_UNKNOWN = "host_unknown"
    MOVED = "moved"
    NO_MAIL_SERVICE = "no_mail_service"  # The domain says that it takes no mail (RFC 7505).
    DISABLED = "disabled"  # The mailbox was there, and is closed, suspended or locked.
    MAILBOX_FULL = "mailbox_full"
    TOO_BIG = "too_big"
    AUTHENTICATION = "authentication"  # SPF, DKIM, DMARC (RFC 8601).
    LOGIN = "login"  # SMTP AUTH at the relay (RFC 4954).
    RELAY_DENIED = "relay_denied"
    SENDER_REJECTED = "sender_rejected"
    RATE_LIMITED = "rate_limited"
    GREYLISTED = "greylisted"
    REVERSE_DNS = "reverse_dns"
    BLOCKED = "blocked"  # A blocklist, a reputation.
    VIRUS = "virus"
    SPAM = "spam"
    POLICY = "policy"
    CONTENT = "content"
    EXPIRED = "expired"  # Tried until there was no more time.
    NETWORK = "network"
    SYSTEM = "system"
    FILTERED = "filtered"  # "No such user", from a server that shows that it means something else.
    UNKNOWN = "unknown"


class Phase(StrEnum):
    """Which part of the SMTP conversation was refused; the values are those of `newsletter.smtp`.

    UNKNOWN when a report is silent about it.
    """

    CONNECT = "connect"
    GREETING = "greeting"
    TLS = "tls"
    EHLO = "ehlo"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"  # The end of the message: its content has been read.
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A "no", judged.

    `permanent`: trying the same again would bring the same answer. `status` is the RFC 3463 code
    that was believed, or "". `code` is the SMTP reply code, or None.
    """

    blame: Blame
    permanent: bool
    reason: Reason
    status: str = ""
    code: int | None = None

    @property
    def ends_address(self) -> bool:
        """Whether this address will never take mail again. Nothing else may suppress it."""
        return self.permanent and self.blame is Blame.READER


# Whom each reason blames. What a 4yz changes in it is in `judging`.
BLAMED = {
    Reason.USER_UNKNOWN: Blame.READER,
    Reason.HOST_UNKNOWN: Blame.READER,
    Reason.MOVED: Blame.READER,
    Reason.NO_MAIL_SERVICE: Blame.READER,
    Reason.DISABLED: Blame.READER,
    Reason.MAILBOX_FULL: Blame.READER,
    Reason.TOO_BIG: Blame.CONTENT,
    Reason.AUTHENTICATION: Blame.SENDER,
    Reason.LOGIN: Blame.RELAY,
    Reason.RELAY_DENIED: Blame.RELAY,
    Reason.SENDER_REJECTED: Blame.SENDER,
    Reason.RATE_LIMITED: Blame.PACE,
    Reason.GREYLISTED: Blame.RELAY,
    Reason.REVERSE_DNS: Blame.RELAY,
    Reason.BLOCKED: Blame.SENDER,
    Reason.VIRUS: Blame.CONTENT,
    Reason.SPAM: Blame.CONTENT,
    Reason.POLICY: Blame.SENDER,
    Reason.CONTENT: Blame.CONTENT,
    Reason.EXPIRED: Blame.RELAY,
    Reason.NETWORK: Blame.RELAY,
    Reason.SYSTEM: Blame.RELAY,
    Reason.FILTERED: Blame.UNCLEAR,
    Reason.UNKNOWN: Blame.UNCLEAR,
}
