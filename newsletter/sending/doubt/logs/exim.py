"""Exim's main log. `ID <= SENDER … id=MESSAGE-ID` is a mail that was taken over, once received.

Time in the server's zone, or with one if `log_timezone` is set; by syslog with a date before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .entry import Entry, stamp_of

NAME, LABEL = "exim", "Exim"

# Ids are 6-6-2 characters, since 4.97 6-11-4.
_ID = r"[0-9A-Za-z]{6}-(?:[0-9A-Za-z]{6}-[0-9A-Za-z]{2}|[0-9A-Za-z]{11}-[0-9A-Za-z]{4})"
_TAKEN = re.compile(rf"({_ID}) <= (\S+)(.*)")
_EXIM = re.compile(
    rf"^.{{0,80}}(?:\d\d:\d\d:\d\d|@[0-9a-f]{{24}}).{{0,30}}{_ID} (?:<=|=>|->|\*\*|==|Completed)",
    re.M,
)
_MESSAGE_ID = re.compile(r" id=(\S+)")


def claims(head: str) -> bool:
    """Whether it has lines of a mail's way through Exim."""
    return _EXIM.search(head) is not None


def read(lines: Iterable[str]) -> Iterator[Entry]:
    """Each line's date, and each mail that was received whole."""
    for line in lines:
        # By syslog a date without a year stands before Exim's own.
        own = line.find(" exim")
        stamp = stamp_of(line[own : own + 60] if 0 < own < 60 else line[:60]) or stamp_of(line[:60])
        taken = _TAKEN.search(line)
        if taken is None:
            yield Entry(stamp)
            continue
        message_id = _MESSAGE_ID.search(taken[3])
        yield Entry(
            stamp, True, taken[2], message_id[1] if message_id else "", f"Exim {taken[1]}: received"
        )
