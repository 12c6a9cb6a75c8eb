"""Whether a document's date can be meant, seen from the publication's last issue."""

from __future__ import annotations

import datetime as dt

from newsletter.digest import Digest
from newsletter.digest.dates import day
from newsletter.digest.problems import Problems
from newsletter.models import Issue
from subscribers.models import Publication

# A slip in the year is off by one, and hardly a publication rests that long. Less than a year: the
# first days of January carry last year's number easily, 2025-01-05 after 2025-12-29.
_FARTHEST = dt.timedelta(days=300)


def implausible(date: dt.date, last_issue_date: dt.date | None) -> bool:
    """Whether `date` is nearly a year or more from the last issue's, before or after.

    A new publication (None) has nothing to compare with.
    """
    return last_issue_date is not None and abs(date - last_issue_date) > _FARTHEST


def possible(date: dt.date) -> bool:
    """Whether an issue can be of this day: the years that documents are read for."""
    return day(date.year, date.month, date.day) is not None


def tell_impossible(digest: Digest, problems: Problems) -> None:
    """Refuse a date that a program gave and no document could: `--date 0001-01-01`."""
    if digest.date is not None and not possible(digest.date):
        problems.error("date-impossible", {"date": digest.date.isoformat()})


def tell_implausible(
    publication: Publication, digest: Digest, issue: Issue | None, problems: Problems
) -> None:
    """Warn of a date far off the last issue's; `issue` is this one, if it is here."""
    if digest.date is None or not possible(digest.date):
        return
    others = publication.issues.exclude(pk=issue.pk if issue else 0).order_by("-date")
    last = others.values_list("date", flat=True).first()
    if last is not None and implausible(digest.date, last):
        params = {"last": last.isoformat(), "date": digest.date.isoformat()}
        problems.warn("date-implausible", params)
