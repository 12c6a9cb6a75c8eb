"""The clock of this machine agrees with the database's, the relay's and what was written before."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import connection
from django.db.models import Max

from newsletter.models import Issue, Outcome, Worker
from subscribers.models import AuditEntry

from ..dns import NotSeen
from ..findings import Finding, bad, good, unseen
from ..findings import said as _
from ..surroundings import Surroundings
from ..web import Answer

NAME, PLACE = "clock", 50

# Seconds. A leap of a minute already sends slots and round-ups at the wrong time of day.
_FAR = 60.0
# A greeting is written a moment before it is read, an HTTP date has whole seconds.
_DATE = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2}"
    r" (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r" \d{4} \d\d:\d\d:\d\d (?:[+-]\d{4}|GMT|UTC?)"
)
_SYNCHRONISE = "timedatectl set-ntp true"


def look(site: Surroundings) -> Iterator[Finding]:
    """Compare with the database's clock, dates that others said, and rows of the future."""
    yield from _zones(site)
    seen = [*_database(site), *_greetings(site), *_web(site)]
    yield from seen
    newest = _newest()
    if newest is not None and (ahead := (newest - site.now()).total_seconds()) > _FAR:
        yield bad(
            _("The database holds a row from the future: it is %(seconds)s s ahead of this"
              " machine's"
              " clock.", seconds=round(ahead)),
            _("This clock is slow, or another machine's is fast. On each run: %(command)s",
              command=_SYNCHRONISE),
        )  # fmt: skip
    elif not seen:
        yield unseen(
            _("No other clock was seen from here: the database uses this one, and the relay's"
              " greeting has no date."),
            _("Compare with a time server: timedatectl timesync-status, or chronyc tracking"),
        )  # fmt: skip


def _zones(site: Surroundings) -> Iterator[Finding]:
    """Publications whose hours nobody can tell: an unknown zone, or no time zones here at all."""
    for publication in site.publications:
        try:
            ZoneInfo(publication.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            yield bad(
                _("The time zone of %(slug)s is not known here: %(zone)s.",
                  slug=publication.slug, zone=publication.time_zone),
                _("Install the time zones of this system (apt install tzdata), or mend it: sudi"
                  " publication %(slug)s --set time_zone=Europe/Berlin", slug=publication.slug),
            )  # fmt: skip


def _compared(site: Surroundings, theirs: dt.datetime, whose: object) -> Finding:
    off = (site.now() - theirs).total_seconds()
    if abs(off) > _FAR:
        return bad(
            _("This machine's clock is %(seconds)s s away from that of %(whose)s.",
              seconds=round(off), whose=whose),
            _("Set the clock by a time server on both: %(command)s", command=_SYNCHRONISE),
        )  # fmt: skip
    return good(_("The clock agrees with that of %(whose)s.", whose=whose))


def _database(site: Surroundings) -> Iterator[Finding]:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        yield _compared(site, cursor.fetchone()[0], _("the database"))


def _greetings(site: Surroundings) -> Iterator[Finding]:
    """Sendmail and Exim greet with the date; others do not, and SMTP has no other way to ask."""
    for relay in site.relays:
        if (date := _DATE.search(relay.greeting)) and (theirs := _read(date[0])) is not None:
            yield _compared(site, theirs, _("the relay %(name)s", name=relay.name))


def _web(site: Surroundings) -> Iterator[Finding]:
    """The Date of our own address: where a proxy on another machine wrote it, its clock."""
    try:
        answer = site.health
    except NotSeen:
        return
    if isinstance(answer, Answer) and (theirs := _read(answer.headers.get("date", ""))) is not None:
        off = abs((site.now() - theirs).total_seconds())
        if not site.base_is_local or off > _FAR:
            yield _compared(site, theirs, _("BASE_URL"))


def _read(text: str) -> dt.datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(dt.UTC) if text else None
    except (ValueError, TypeError):
        return None


def _newest() -> dt.datetime | None:
    """The newest time that any process wrote down; each is one look at the end of an index."""
    found = [
        Worker.objects.aggregate(at=Max("seen"))["at"],
        AuditEntry.objects.order_by("-id").values_list("at", flat=True).first(),
        Issue.objects.order_by("-id").values_list("frozen_at", flat=True).first(),
        Outcome.objects.order_by("-delivery", "-round").values_list("at", flat=True).first(),
    ]
    return max((at for at in found if at is not None), default=None)
