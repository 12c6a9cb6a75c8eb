"""Sendmail, by syslog. A mail is taken over once a mailer was tried for it: `to=…, mailer=…`.

`from=…, msgid=…` stands before, and also for a mail that a filter refused after its text.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator

from .entry import Entry, stamp_of

NAME, LABEL = "sendmail", "Sendmail"

_LINE = re.compile(r"\b(?:sendmail|sm-[\w-]+)\[\d+\]: ([0-9A-Za-z]{8,20}): (from|to)=(.*)")
_SENDER = re.compile(r"<?([^>,\s]*)>?, size=")
_ID = re.compile(r", msgid=<?([^>,\s]*)")
_TRIED = re.compile(r", mailer=\w+, .*\bstat=")
# Mails whose delivery was not tried yet.
_OPEN = 100_000


def claims(head: str) -> bool:
    """Whether it has lines of a mail's way through Sendmail."""
    return _LINE.search(head) is not None


def read(lines: Iterable[str]) -> Iterator[Entry]:
    """Each line's date, and each mail the first time that it is delivered on, or put off."""
    begun: OrderedDict[str, tuple[str, str]] = OrderedDict()
    for line in lines:
        stamp, found = stamp_of(line[:80]), _LINE.search(line)
        if found is None:
            yield Entry(stamp)
            continue
        queue, what, rest = found.groups()
        if what == "from":
            sender, message_id = _SENDER.match(rest), _ID.search(rest)
            begun[queue] = (sender[1] if sender else "", message_id[1] if message_id else "")
            if len(begun) > _OPEN:
                begun.popitem(last=False)
            yield Entry(stamp)
            continue
        known = begun.pop(queue, None) if _TRIED.search(rest) else None
        if known is None:
            yield Entry(stamp)
        else:
            yield Entry(stamp, True, *known, f"Sendmail {queue}: {what}={rest}"[:200])
