"""When a publication sends: its hours, in its own time zone."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from newsletter.models import Issue


def is_open(now: dt.datetime, zone: str, start: dt.time | None, end: dt.time | None) -> bool:
    """Whether `now` is within the hours; from 22:00 until 06:00 goes over midnight."""
    if start is None or end is None or start == end:
        return True
    try:
        local = now.astimezone(zoneinfo.ZoneInfo(zone)).time()
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        local = now.time()
    if start < end:
        return start <= local < end
    return local >= start or local < end


def sending_now(now: dt.datetime) -> list[int]:
    """Issues that are sending and whose publication's hours are open; oldest first."""
    rows = (
        Issue.objects.filter(state=Issue.State.SENDING)
        .order_by("send_at", "pk")
        .values_list(
            "pk",
            "publication__time_zone",
            "publication__send_from",
            "publication__send_until",
        )
    )
    return [pk for pk, zone, start, end in rows if is_open(now, zone, start, end)]
