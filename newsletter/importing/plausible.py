"""Whether a document's date can be meant, seen from the publication's last issue."""

from __future__ import annotations

import datetime as dt

# A year: a slip in the year is off by one, and hardly a publication rests that long.
_FARTHEST = dt.timedelta(days=300)


def implausible(date: dt.date, last_issue_date: dt.date | None) -> bool:
    """Whether `date` is nearly a year or more from the last issue's, before or after.

    A new publication (None) has nothing to compare with. The first days of January carry last
    year's number easily: 2025-01-05 after 2025-12-29 is 358 days off, hence 300 days and no year.
    """
    return last_issue_date is not None and abs(date - last_issue_date) > _FARTHEST
