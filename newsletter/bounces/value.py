"""What a report says, as plain values: nothing here knows a model or a setting."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

from newsletter.refusals import Refusal


class Kind(enum.StrEnum):
    """What a mail at the return path is."""

    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto_reply"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address that a report is about.

    `refusal` is why mail to it failed, None in a complaint; `feedback` is the complaint's type.
    `original` is what the sender had written, if the report tells. `delayed` is a warning (RFC
    3464 "delayed"): the mail may still arrive, so it never counts. `text` are the server's words.
    """

    address: str
    refusal: Refusal | None = None
    feedback: str = ""
    original: str = ""
    delayed: bool = False
    text: str = ""

    @property
    def hard(self) -> bool:
        """Whether the address is gone for good."""
        return self.refusal is not None and self.refusal.ends_address and not self.delayed

    @property
    def status(self) -> str:
        """The RFC 3463 code, or ""."""
        return self.refusal.status if self.refusal else ""

    @property
    def reason(self) -> str:
        """Why, in one word: a `refusals.Reason`, or the type of a complaint."""
        return str(self.refusal.reason) if self.refusal else self.feedback

    @property
    def blame(self) -> str:
        """Whom the refusal blames, a `refusals.Blame`; "" for a complaint."""
        return str(self.refusal.blame) if self.refusal else ""


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
                {
                    "address": r.address,
                    "status": r.status,
                    "hard": r.hard,
                    "blame": r.blame,
                    "reason": r.reason,
                }
                for r in self.recipients
            ],
        }
