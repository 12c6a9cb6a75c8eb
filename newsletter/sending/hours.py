"""When a publication sends: its hours, in its own time zone."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from subscribers.times import zone_of


def is_open(now: dt.datetime, zone: str, start: dt.time | None, end: dt.time | None) -> bool:
    """Whether `now` is within the hours; from 22:00 until 06:00 goes over midnight."""
    if start is None or end is None or start == end:
        return True
    local = now.astimezone(zone_of(zone)).time()
    if start < end:
        return start <= local < end
    return local >= start or local < end


def sending_now(now: dt.datetime) -> list[int]:
    """Issues of which something is to be sent, in their publication's hours; oldest first.

    Those that are sending, and those sent that greet somebody who joined (`sending.welcome`).
    """
    # The states stand literally, as the partial index needs. Asked at every lease: as a QuerySet
    # this costs ten times as much.
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT i.id, p.time_zone, p.send_from, p.send_until FROM (
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
    return [pk for pk, zone, start, end in rows if is_open(now, zone, _hour(start), _hour(end))]


def _hour(value: dt.time | str | None) -> dt.time | None:
    """SQLite keeps times of day as text."""
    return dt.time.fromisoformat(value) if isinstance(value, str) else value
