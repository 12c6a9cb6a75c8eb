"""When a relay may be used for issues: its hours, in a time zone of its own.

A publication whose relays are all outside their hours waits; service mail is not bound.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection

from newsletter import conf
from newsletter.models import Relay
from newsletter.smtp.server import Server

from .daily_hours import Hours
from .engine import routing


def of_relays() -> dict[str, Hours | None]:
    """Each relay of SMTP_URL with its hours; None: at any time."""
    names = [Server.from_url(url).name[:60] for url in conf.smtp_urls()]
    rows = {row.name: Hours.of(row) for row in Relay.objects.filter(name__in=names)}
    return {name: rows.get(name) for name in names}


def waiting(publications: Collection[int], now: dt.datetime) -> dict[int, dt.datetime]:
    """Those of the publications that no relay sends now -> when the first one does."""
    hours = of_relays()
    opens = {name: None if one is None else one.opens_at(now) for name, one in hours.items()}
    if not any(opens.values()):
        return {}
    named = routing.named(hours)
    found = {}
    for publication in publications:
        when = [opens[relay] for relay in routing.ways(publication, named)]
        if all(when):
            found[publication] = min(one for one in when if one is not None)
    return found


def left(relays: Collection[int], now: dt.datetime) -> dict[int, float]:
    """Each of these relays (keys of rows) -> for how many seconds it may be used from now.

    Nothing outside its hours, infinity if it has none.
    """
    found = dict.fromkeys(relays, math.inf)
    for row in Relay.objects.filter(pk__in=relays, send_from__isnull=False):
        hours = Hours.of(row)
        if hours is not None:
            open_ = hours.is_open(now)
            found[row.pk] = (hours.changes_at(now) - now).total_seconds() if open_ else 0.0
    return found
