"""What follows from a reply, given the command it answers: decisions over values, no effects.

Where the relay and we no longer agree which command a reply answers, nothing it said may be
believed: a reply may be another's. Such a reply is a `Violation`, and the caller closes.
"""

from __future__ import annotations

from enum import Enum, IntEnum, auto
from typing import NamedTuple

from newsletter.smtp.replies import Garbled, Reply, read, refusal, status_of, text_of
from newsletter.smtp.server import Timeouts
from newsletter.smtp.verdicts import State, Verdict


class Step(IntEnum):
    """What the next reply answers."""

    DOT = 0
    RSET = 1
    MAIL = 2
    RCPT = 3
    DATA = 4
    EMPTY = 5  # The lone dot after a 354 although no recipient was accepted.
    QUIT = 6


# The phase that a verdict names, by step.
PHASES = ("dot", "mail", "mail", "rcpt", "data", "data", "quit")


def waits(timeouts: Timeouts) -> tuple[float, ...]:
    """Seconds to wait for a reply, by step."""
    t = timeouts
    return (t.dot, t.rset, t.mail, t.rcpt, t.data, t.dot, t.quit)


class Next(Enum):
    """What the connection does after a reply to a command of the envelope."""

    WAIT = auto()  # For the other replies of the pipelined group.
    COMMAND = auto()  # Write the next command: the relay takes one at a time.
    CONTENT = auto()  # The relay waits for the content.
    LONE_DOT = auto()  # It waits for content and accepted nobody (RFC 2920 3.1).
    REFUSED = auto()  # Every reply is in, and the parcel was refused.


class Violation(NamedTuple):
    """A reply that cannot be what the relay means to say here."""

    text: str
    code: int | None
    phase: str


class EnvelopeReplies:
    """The replies to the commands of one parcel, in order, as they come.

    `refused` is the first refusal among them. It is complete only with `Next.REFUSED`.
    """

    __slots__ = ("_mail_accepted", "_pipelining", "_rcpt_accepted", "refused")

    def __init__(self, pipelining: bool) -> None:
        self._pipelining = pipelining
        self._mail_accepted = self._rcpt_accepted = False
        self.refused: Verdict | None = None

    def take(self, step: Step, code: int, lines: bytes, more: bool) -> Next | Violation:
        """What follows from the reply to `step`. `more`: further octets have come behind it."""
        if step is Step.RSET:
            violation = self._reset(code, lines)
        elif step is Step.DATA:
            violation = self._data(code, lines)
        elif step is Step.EMPTY:
            violation = None  # Nobody was accepted, so nothing was delivered, whatever it says.
        else:
            violation = self._address(step, code, lines)
        if violation is not None:
            return violation
        ends_group = step is Step.DATA or step is Step.EMPTY
        if more and (ends_group or not self._pipelining):
            return Violation("more replies than commands", None, PHASES[step])
        if step is Step.DATA and code == 354:
            return Next.CONTENT if self._rcpt_accepted else Next.LONE_DOT
        if self._pipelining and not ends_group:
            return Next.WAIT
        return Next.REFUSED if self.refused is not None else Next.COMMAND

    def _reset(self, code: int, lines: bytes) -> Violation | None:
        if code >= 300:
            return Violation(f"RSET was answered {code} {text_of(lines)}", code, "mail")
        return None

    def _address(self, step: Step, code: int, lines: bytes) -> Violation | None:
        phase = PHASES[step]
        if 300 <= code < 400:
            return Violation(f"out of protocol: {code} {text_of(lines)}", code, phase)
        accepted = code < 300
        if step is Step.MAIL:
            self._mail_accepted = accepted
        elif accepted and not self._mail_accepted:
            return Violation("a recipient was accepted without a sender", code, phase)
        else:
            self._rcpt_accepted = accepted
        if not accepted and self.refused is None:
            self.refused = refusal(code, lines, phase)
        return None

    def _data(self, code: int, lines: bytes) -> Violation | None:
        if code < 400 and code != 354:
            # The usual trace of a surplus reply: every later one is off by one. Content was not
            # begun, so nobody's verdict is touched.
            return Violation(f"out of protocol: {code} {text_of(lines)}", code, "data")
        if code >= 400 and self.refused is None:
            self.refused = refusal(code, lines, "data")
        return None


def content_verdict(code: int, lines: bytes, unsent: bool) -> Verdict | Violation:
    """The verdict of a reply to the content. `unsent`: a part of it has not left us yet."""
    if 400 <= code < 600:
        return refusal(code, lines, "dot")
    text = text_of(lines)
    if code >= 300 or unsent:
        # 354, or "accepted" before it had everything: nothing can be concluded.
        return Violation(f"out of protocol after the content: {code} {text}", code, "dot")
    return Verdict(State.SENT, code, status_of(code, text), text, "dot")  # RFC 5321 4.2.1: 2yz.


def unasked_421(data: bytes) -> Reply | None:
    """The one reply that may come without a command (RFC 5321 3.8), or None if it is another."""
    try:
        reply = read(data, 0)
    except Garbled:
        return None
    return reply if reply is not None and reply.code == 421 else None
