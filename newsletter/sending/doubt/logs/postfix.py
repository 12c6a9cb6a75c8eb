"""Postfix, by syslog, journal or its own maillog_file; any syslog time format.

A mail is taken over once the queue manager has it: `qmgr[…]: ID: from=<…>, size=…, nrcpt=…`.
Cleanup's `message-id=` comes before, when only the headers are in, and says nothing by itself.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator

from .entry import Entry, stamp_of

NAME, LABEL = "postfix", "Postfix"

# `postfix/qmgr[1]:`; of several instances `postfix-out/qmgr[1]:`; by another name `mx/qmgr[1]:`.
_LINE = re.compile(r"\b[\w.-]+/(?:[\w.-]+/)?(\w+)(?:\[\d+\])?: ([0-9A-Za-z]{6,25}): (.*)")
_TAKEN = re.compile(r"from=<([^>]*)>, size=\d+, nrcpt=\d+")
_ID = re.compile(r"(?:resent-)?message-id=<?([^>\s]*)")
_POSTFIX = re.compile(r"\bpostfix[\w.-]*/|/(?:qmgr|cleanup|smtpd|pickup)(?:\[\d+\])?: ")
# Mails that cleanup began and the queue manager has not got yet.
_OPEN = 100_000


def claims(head: str) -> bool:
    """Whether a daemon of Postfix speaks in it."""
    return _POSTFIX.search(head) is not None


def read(lines: Iterable[str]) -> Iterator[Entry]:
    """Each line's date, and each mail that came into the queue."""
    ids: OrderedDict[str, str] = OrderedDict()
    for line in lines:
        stamp = stamp_of(line[:80])
        found = _LINE.search(line)
        if found is None:
            yield Entry(stamp)
            continue
        daemon, queue, rest = found.groups()
        if daemon == "cleanup" and (named := _ID.match(rest)):
            ids[queue] = named[1]
            if len(ids) > _OPEN:
                ids.popitem(last=False)
        taken = _TAKEN.match(rest) if daemon in ("qmgr", "nqmgr", "oqmgr") else None
        if taken is None:
            yield Entry(stamp)
            continue
        yield Entry(stamp, True, taken[1], ids.get(queue, ""), f"Postfix {queue}: {rest}"[:200])
