"""What a report says, as plain values: nothing here knows a model or a setting."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any


class Kind(enum.StrEnum):
    """What a mail at the return path is."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto_reply"
    OTHER = "other"


class Phase(enum.StrEnum):
    """Which command of the SMTP conversation was refused; UNKNOWN when the report is silent."""

    CONNECT = "connect"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a refusal means. `status` is an RFC 3463 code or empty, `reason` one of ours."""

    reason: str
    hard: bool
    status: str = ""
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """One failed address. `original` is what the sender had written, if the report tells.

    `delayed` is a warning (RFC 3464 "delayed"): the mail may still arrive, so it never counts.
    """

    address: str
    status: str
    hard: bool
    reason: str
    original: str = ""
    delayed: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A mail, read. `feedback` is the ARF feedback type of a complaint, lower case."""

    kind: Kind
    recipients: tuple[Recipient, ...] = ()
    feedback: str = ""

    def to_json(self) -> dict[str, Any]:
        """The object `receive_report --json` prints."""
        return {
            "kind": str(self.kind),
            "recipients": [
                {"address": r.address, "status": r.status, "hard": r.hard, "reason": r.reason}
                for r in self.recipients
            ],
        }
