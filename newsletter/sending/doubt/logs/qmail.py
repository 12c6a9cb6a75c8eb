"""qmail and its heirs (netqmail, s/qmail, notqmail), by multilog, s6-log or splogger.

`info msg NUMBER: bytes … from <SENDER> qp …` is written by qmail-send, of a mail in its queue; what
qmail-smtpd says comes before. Numbers of messages are used again. No Message-ID is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .entry import Entry, Stamp, stamp_at, stamp_of

NAME, LABEL = "qmail", "qmail"

_LINE = re.compile(r"(?:new|info|end) msg \d+|starting delivery \d+: msg \d+ to ")
_TAKEN = re.compile(r"\binfo msg (\d+): bytes \d+ from <([^>]*)> qp \d+ uid \d+")
# splogger puts its own moment behind the one of syslog, in seconds since 1970.
_SPLOGGER = re.compile(r"\bqmail(?:-send)?(?:\[\d+\])?: (\d{10}\.\d{6}) ")


def claims(head: str) -> bool:
    """Whether qmail-send speaks in it."""
    return _LINE.search(head) is not None


def read(lines: Iterable[str]) -> Iterator[Entry]:
    """Each line's date, and each mail that came into the queue."""
    for line in lines:
        stamp, taken = _stamp(line), _TAKEN.search(line)
        if taken is None:
            yield Entry(stamp)
        else:
            yield Entry(stamp, True, taken[2], "", f"qmail {taken[1]}: in the queue")


def _stamp(line: str) -> Stamp | None:
    own = _SPLOGGER.search(line[:120])
    return stamp_at(float(own[1])) if own is not None else stamp_of(line[:80])
