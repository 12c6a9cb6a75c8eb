"""When issues are sent: in the hours of their publication, and of a relay that sends it."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from . import relay_hours
from .daily_hours import is_open


def sending_now(now: dt.datetime) -> list[int]:
    """Issues of which something is to be sent, in these hours; oldest first.

    Those that are sending, and those sent that greet somebody who joined (`sending.welcome`).
    """
    # The states stand literally, as the partial index needs. Asked at every lease: as a QuerySet
    # this costs ten times as much. Hours of relays are looked up only where there are any.
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT i.id, p.id, p.time_zone, p.send_from, p.send_until,
                      EXISTS (SELECT 1 FROM newsletter_relay WHERE send_from IS NOT NULL)
               FROM (
                   SELECT id, send_at, publication_id FROM newsletter_issue WHERE state = 'sending'
                   UNION ALL
                   SELECT id, send_at, publication_id FROM newsletter_issue
                   WHERE state = 'sent' AND id IN (
                       SELECT issue_id FROM newsletter_chunk
                       WHERE kind = 'welcome' AND state = 'waiting'
                       UNION ALL
                       SELECT issue_id FROM newsletter_chunk
                       WHERE state = 'leased' AND kind = 'welcome')
               ) i JOIN subscribers_publication p ON p.id = i.publication_id
               ORDER BY i.send_at, i.id"""
        )
        rows = cursor.fetchall()
    found = [
        (issue, publication)
        for issue, publication, zone, start, end, _ in rows
        if is_open(now, zone, _hour(start), _hour(end))
    ]
    if found and rows[0][-1]:
        waiting = relay_hours.waiting({publication for _, publication in found}, now)
        found = [one for one in found if one[1] not in waiting]
    return [issue for issue, _ in found]


def _hour(value: dt.time | str | None) -> dt.time | None:
    """SQLite keeps times of day as text."""
    return dt.time.fromisoformat(value) if isinstance(value, str) else value
