"""What is to be done regularly is being done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q

from newsletter.config.housekeeping import TASKS
from newsletter.models import RegularTask

from ..findings import Finding, bad, good, unseen
from ..findings import said as _
from ..surroundings import Surroundings

NAME, PLACE = "housekeeping", 105

_LATE = dt.timedelta(minutes=10)
_FAILURES = 3


def look(site: Surroundings) -> Iterator[Finding]:
    """Tasks that nobody has done when they were due, and tasks that fail again and again."""
    now = site.now()
    # A row of a task that this version no longer has is nobody's to do.
    rows = RegularTask.objects.filter(name__in=[task.name for task in TASKS]).order_by("name")
    held = Q(lease_until__gte=now)
    late = list(rows.filter(next_at__lt=now - _LATE).exclude(held))
    failing = [row for row in rows if row.failures >= _FAILURES]
    if not rows:
        yield unseen(
            _("No task of housekeeping has run yet."),
            _("Start the worker, or run: sudi housekeeping"),
        )
        return
    if late:
        yield bad(
            _("“%(name)s” should have run at %(at)s (%(number)s tasks are late).",
              name=late[0].name, at=f"{late[0].next_at:%Y-%m-%d %H:%M} UTC", number=len(late)),
            _("Start the worker, or a timer for `sudi housekeeping`."),
        )  # fmt: skip
    for row in failing:
        yield bad(
            _("“%(name)s” failed %(number)s times in a row: %(error)s",
              name=row.name, number=row.failures, error=row.last_error),
            _("The log has the whole error. Try it alone: sudi housekeeping --only %(name)s",
              name=row.name),
        )  # fmt: skip
    if not late and not failing:
        yield good(_("Every regular task runs when it should."))
