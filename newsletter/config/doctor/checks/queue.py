"""Nothing that is due waits for long: chunks of issues, service mail, and jobs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from newsletter import conf
from newsletter.models import Chunk, Issue
from newsletter.sending import hours
from subscribers import mailing

from ..findings import Finding, bad, good, unseen
from ..findings import said as _
from ..surroundings import Surroundings

NAME, PLACE = "queue", 110

_LONG = dt.timedelta(minutes=15)
_LONG_JOB = dt.timedelta(minutes=10)
# Seconds in which the broker has to answer.
_BROKER = 8.0


def begin(site: Surroundings) -> None:
    """Connect to the broker now, where there is one."""
    if conf.tasks_engine() != "embedded":
        site.begin("broker", _connect, _BROKER)


def look(site: Surroundings) -> Iterator[Finding]:
    """The oldest unit of work that nobody took, and the oldest job."""
    now = site.now()
    open_ = hours.sending_now(now)
    late = oldest_chunk(now, open_)
    if late is not None and now - late.due_at > _LONG and not _progress(late.issue, now):
        yield bad(
            _("The issue %(issue)s waits since %(at)s to be sent.",
              issue=late.issue.slug, at=f"{late.due_at:%Y-%m-%d %H:%M} UTC"),
            _("Look at the checks “worker” and “relay”, and at the limits: sudi limits"),
        )  # fmt: skip
    else:
        yield good(_("No issue waits longer than it should."))
    yield from _service_mail(now)
    yield from _jobs(site, now)


def oldest_chunk(now: dt.datetime, issues: list[int]) -> Chunk | None:
    """The chunk of these issues that has been due longest; one index look for each issue."""
    found = [
        chunk
        for issue in issues[:50]
        if (
            chunk := Chunk.objects.filter(issue=issue, state="waiting", due_at__lte=now)
            .order_by("due_at", "id")
            .select_related("issue")
            .first()
        )
    ]
    return min(found, key=lambda chunk: chunk.due_at, default=None)


def _progress(issue: Issue, now: dt.datetime) -> bool:
    """Whether a worker has something of it in hand: a long issue is no stuck one."""
    return Chunk.objects.filter(issue=issue, state="leased").exists()


def _service_mail(now: dt.datetime) -> Iterator[Finding]:
    held = mailing.held_up(now)
    if held is None:
        return
    yield bad(
        _("Confirmations, links and notices wait (%(number)s), the first since %(at)s: %(said)s",
          number=held.number, at=f"{held.since:%Y-%m-%d %H:%M} UTC", said=held.answer),
        _("Look at the check “relay” and at the page Service mail. A code is the relay's own: it"
          " lets us in and takes no mail of ours; its log has the words."),
    )  # fmt: skip


def _jobs(site: Surroundings, now: dt.datetime) -> Iterator[Finding]:
    if conf.tasks_engine() != "embedded":
        yield from _broker(site)
        return
    from django_tasks_db.models import DBTaskResult

    waiting = DBTaskResult.objects.filter(status="READY").order_by("enqueued_at")
    oldest = waiting.values_list("enqueued_at", "run_after").first()
    if oldest is not None:
        since = max(filter(None, [oldest[0], _plain(oldest[1])]))
        if now - since > _LONG_JOB:
            yield bad(
                _("A job waits since %(at)s.", at=f"{since:%Y-%m-%d %H:%M} UTC"),
                _("The job runner of the worker does not run: systemctl restart sudi-worker"),
            )
            return
    yield good(_("No job waits."))


def _plain(moment: dt.datetime | None) -> dt.datetime | None:
    """Its table says "at once" by the year 9999 or by null, as the version goes."""
    return None if moment is None or moment.year > 9000 else moment


def _connect() -> None:
    from newsletter.config.celery import app

    with app.connection_for_write(connect_timeout=4) as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=4)


def _broker(site: Surroundings) -> Iterator[Finding]:
    try:
        site.begin("broker", _connect, _BROKER).answer()
    except Exception as error:
        yield bad(
            _("The broker cannot be reached: %(said)s", said=type(error).__name__),
            _("Start Redis or RabbitMQ, or mend BROKER_URL."),
        )
        return
    yield unseen(
        _("The broker answers; how long its jobs wait is not seen from here."),
        _("celery -A newsletter.config.celery inspect reserved"),
    )
