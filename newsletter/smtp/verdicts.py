"""What a connection tells its caller: a verdict on each parcel, and how the connection ended."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """What is known about one parcel; see the package's docstring."""

    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    NOT_SENT = "not_sent"


class Verdict(NamedTuple):
    """A fact about one parcel. `status` is the RFC 3463 code or empty.

    `text` is the relay's own (first 500 characters, one line, may contain the address) or ours.
    For a message that was accepted it may be empty.
    """

    state: State
    code: int | None
    status: str
    text: str
    phase: str  # connect greeting tls ehlo auth mail rcpt data dot


class Why(StrEnum):
    """Why a connection ended."""

    FINISHED = "finished"  # The feed has no more.
    LIMIT = "limit"  # As many messages as one connection may carry.
    IDLE = "idle"  # Nothing to send for a while.
    CLOSED = "closed"  # The relay said 421.
    BROKEN = "broken"  # Dropped, silent, or out of protocol.
    REFUSED = "refused"  # Could not be opened: phase is connect, greeting, tls, ehlo or auth.
    FENCED = "fenced"  # The feed withdrew a parcel the relay was waiting for.


class Ended(NamedTuple):
    """How a connection ended. `accepted` counts the messages the relay took on it."""

    why: Why
    phase: str
    code: int | None
    status: str
    text: str
    accepted: int
