"""Calendar dates as people write them in titles, fields and file names."""

from __future__ import annotations

import datetime as dt
import re

from .vocabulary import month_numbers

_MONTHS = month_numbers()
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_PATTERNS = [
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号]"),
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<s>[-/._])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d)"),
    re.compile(rf"(?<!\d)(?P<y>(?:19|20)\d\d)[-_ ](?P<n>{_MONTH})[-_ ](?P<d>\d{{1,2}})(?!\d)",
               re.I),
    re.compile(rf"\b(?P<n>{_MONTH})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>(?:19|20)\d\d)\b",
               re.I),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<n>{_MONTH})\.?,?\s+(?P<y>(?:19|20)\d\d)\b",
               re.I),
    re.compile(r"(?<!\d)(?P<y>20\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)(?!\d)"),
]  # fmt: skip


def find_date(text: str) -> dt.date | None:
    """The first date in `text`, or None; what is no day of the calendar is passed over."""
    found: list[tuple[int, dt.date]] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            month = _MONTHS[groups["n"].lower()] if groups.get("n") else int(groups["m"])
            try:
                found.append((match.start(), dt.date(int(groups["y"]), month, int(groups["d"]))))
            except ValueError:
                continue
            break
    return min(found)[1] if found else None


def date_of_name(name: str) -> dt.date | None:
    """The date in a file's name, else in the end of its path (`2025/10/10.md`)."""
    parts = name.replace("\\", "/").split("/")
    return find_date(parts[-1]) or find_date("/".join(parts[-4:]))
