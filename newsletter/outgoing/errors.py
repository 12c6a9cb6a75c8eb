"""Why there is no response. Codes only: a sentence is made where it is shown.

`code` names the class, `reason` says which rule of it. Both are words of this package and never
of the other server, so that `str(error)` may stand in any log.
"""

from __future__ import annotations

from typing import ClassVar


class OutgoingError(Exception):
    """No response, or none that may be used. `str()` is "code" or "code: reason"."""

    code: ClassVar[str]

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.code}: {self.reason}" if self.reason else self.code


class BadUrl(OutgoingError):
    """Not an address that is asked, whatever it may mean to others.

    Reasons: length, characters, scheme, credentials, host, port.
    """

    code = "bad-url"


class Blocked(OutgoingError):
    """An address we understand and will not go to. Reasons: address, port, downgrade."""

    code = "blocked"


class UnknownHost(OutgoingError):
    """The name has no address."""

    code = "unknown-host"


class Unreachable(OutgoingError):
    """No connection, or it ended before the response began."""

    code = "unreachable"


class Insecure(OutgoingError):
    """TLS did not prove that this is the host that was asked for."""

    code = "insecure"


class TimedOut(OutgoingError):
    """The time allowed for the whole request is over. Reasons: lookup, connect, exchange."""

    code = "timed-out"


class ResponseTooLarge(OutgoingError):
    """More octets than allowed. Reasons: head, body."""

    code = "too-large"


class BadResponse(OutgoingError):
    """Not HTTP/1, or not in a form we asked for.

    Reasons: http (not readable as HTTP), cut (ended too early), encoding (compressed although
    we accept none), location (more than one), switch (to a protocol nobody asked for).
    """

    code = "bad-response"


class TooManyRedirects(OutgoingError):
    """Sent on more often than allowed."""

    code = "too-many-redirects"
