"""OpenSMTPD, by syslog or journal. A mail is taken over once its queue has committed it.

Then, with the reply, one line for each recipient: `smtp envelope evpid=… from=<…>`, before 6.4
`smtp event=message msgid=… from=<…>`. The header's Message-ID is nowhere written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .entry import Entry, stamp_of

NAME, LABEL = "opensmtpd", "OpenSMTPD"

_LINE = re.compile(r"\bsmtpd(?:\[\d+\])?: [0-9a-f]{16} (?:smtp|mta|mda) ")
_TAKEN = re.compile(
    r"[0-9a-f]{16} smtp (?:envelope evpid=|event=message .*?\bmsgid=)([0-9a-f]{8,16})"
    r" from=<([^>]*)>"
)


def claims(head: str) -> bool:
    """Whether its daemon speaks of sessions, as no other `smtpd` does."""
    return _LINE.search(head) is not None


def read(lines: Iterable[str]) -> Iterator[Entry]:
    """Each line's date, and each mail that was committed."""
    for line in lines:
        taken = _TAKEN.search(line)
        stamp = stamp_of(line[:80])
        if taken is None:
            yield Entry(stamp)
        else:
            yield Entry(stamp, True, taken[2], "", f"OpenSMTPD {taken[1]}: committed")
