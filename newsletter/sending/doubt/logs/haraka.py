"""Haraka, by its own log, syslog or journal. Its hooks name a mail first and queue it afterwards.

`message mid="<…>"` and `sender <…>` are of a transaction, `[UUID.1]`. Taken over it is when the
queue says so: `queue code=OK`, or `queue code=CONT msg="Message Queued (…)"` where no plugin had
anything to add; or when the outbound queue speaks of it, `[UUID.1.1] [outbound]`.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator

from .entry import Entry, stamp_of

NAME, LABEL = "haraka", "Haraka"

_LINE = re.compile(
    r"\[(?:DEBUG|INFO|NOTICE|WARN|ERROR|CRIT)\]\s+\[([0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})"
    r"(?:\.(\d+))?(?:\.\d+)?\]\s+\[([\w/.-]+)\]\s*(.*)"
)
_MESSAGE = re.compile(r'message mid="?<?([^">\s]*)')
_SENDER = re.compile(r"sender <([^>]*)>")
_QUEUED = re.compile(r'queue code=(?:OK\b|CONT msg="(?![^"]*\bdeclined\b)[^"]*\bqueued\b)', re.I)
# Transactions that were begun and not queued yet.
_OPEN = 100_000


def claims(head: str) -> bool:
    """Whether a line names its level, its connection and its part, as Haraka's do."""
    return _LINE.search(head) is not None


def read(lines: Iterable[str]) -> Iterator[Entry]:
    """Each line's date, and each mail once, when it is in the queue."""
    begun: OrderedDict[str, tuple[str, str]] = OrderedDict()
    for line in lines:
        stamp, found = stamp_of(line[:80]), _LINE.search(line)
        if found is None or found[2] is None:
            yield Entry(stamp)
            continue
        mail, part, rest = f"{found[1]}.{found[2]}", found[3], found[4]
        sender, message_id = begun.get(mail, ("", ""))
        if part == "outbound" or _QUEUED.match(rest):
            known = begun.pop(mail, None)
            if known is not None:
                yield Entry(stamp, True, *known, f"Haraka {mail}: {rest}"[:200])
                continue
        elif named := _SENDER.match(rest):
            begun[mail] = (named[1], message_id)
        elif said := _MESSAGE.match(rest):
            begun[mail] = (sender, said[1])
        if len(begun) > _OPEN:
            begun.popitem(last=False)
        yield Entry(stamp)
