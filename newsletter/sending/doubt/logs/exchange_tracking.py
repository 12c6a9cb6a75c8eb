"""Exchange Server of one's own: its message tracking log, whose header is a `#Fields:` line. UTC.

A mail is taken over with its `RECEIVE` event; what comes before (`HARECEIVE` of a shadow) says
nothing, and what comes after is of the same mail.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from .entry import Entry, stamp_of
from .tables import plain

NAME, LABEL = "exchange-tracking", "Exchange Server"

_MARK = "#log-type: message tracking log"


def claims(head: str) -> bool:
    """Whether its head says what it is."""
    return _MARK in head[:2000].lower()


def read(lines: Iterable[str]) -> Iterator[Entry]:
    """An entry a row; a file put together of several has several heads."""
    names: list[str] = []
    for line in lines:
        if line.startswith("#") or line.startswith("\ufeff#"):
            if line.lower().startswith("#fields:"):
                names = [plain(name) for name in line.partition(":")[2].split(",")]
            continue
        cells = next(csv.reader([line]), [])
        row = dict(zip(names, cells, strict=False))
        yield Entry(
            stamp_of(row.get("datetime", "")),
            row.get("eventid", "").upper() == "RECEIVE",
            row.get("returnpath") or row.get("senderaddress", ""),
            row.get("messageid", "").strip("<> "),
            f"Exchange {row.get('internalmessageid', '')}: RECEIVE",
        )
