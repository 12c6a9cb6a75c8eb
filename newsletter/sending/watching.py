"""What is looked at every minute, so that somebody is told before readers notice.

Each look raises its alert while a thing is wrong and clears it when it is well again
(`newsletter.notices`). What the worker finds out elsewhere it raises there: the canary in a turn,
a mailbox in `bounces`, a webhook in its channel.
"""

from __future__ import annotations

import datetime as dt
import logging
import shutil
import time
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.db.models import Max, Q
from django.utils import timezone

from newsletter import conf
from newsletter.models import Alert, Bounce, Issue, Relay, Worker
from newsletter.notices import clear_alert, raise_alert
from subscribers.models import Incident

from . import counts, standstill
from .engine import resident
from .standstill import Cause

log = logging.getLogger(__name__)

State = Issue.State
# An issue whose figures stand still so long, though nothing we know of holds it, is stuck.
STUCK_AFTER = 15 * 60.0
# A relay is left alone for minutes after a failure: one of these is no news.
RELAY_AFTER = dt.timedelta(minutes=10)
WORKER_AFTER = dt.timedelta(minutes=3)
# Free space below which databases begin to fail; the smaller of the two counts.
LEAST_FREE, LEAST_SHARE = 500_000_000, 0.05
# What Gmail asks senders to stay below; fewer than three are no rate.
COMPLAINT_RATE, FEWEST_COMPLAINTS = 0.003, 3
_LOOK_BACK = dt.timedelta(days=3)

# Issue -> its figures when they last changed, and when that was, by this process's own clock.
_stood: dict[int, tuple[tuple[int, ...], float]] = {}


def sweep() -> None:
    """Look at everything once; what fails does not keep the others from being looked at."""
    looks: tuple[Callable[[], object], ...] = (
        disk, worker, relays, stuck, refusals, complaints, canary,
    )  # fmt: skip
    for look in looks:
        try:
            look()
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("%s could not be looked at", look.__name__)


def _say(wrong: bool, kind: str, key: str, text: str = "", publication: int | None = None) -> None:
    if wrong:
        raise_alert(kind, key, {"text": text}, publication=publication)
    else:
        clear_alert(kind, key)


def disk() -> None:
    """Free space where the site keeps its files."""
    free = shutil.disk_usage(conf.data_dir())
    least = min(LEAST_FREE, int(free.total * LEAST_SHARE))
    _say(free.free < least, "disk", "data", f"{free.free // 1_000_000} MB free")


def worker() -> None:
    """A sender that is silent while there is something to send.

    Seen by the part of a worker that keeps house: where no process of any worker runs, nobody is
    there to tell, and whoever watches the site from outside does.
    """
    seen = Worker.objects.aggregate(last=Max("seen"))["last"]
    silent = seen is None or seen < timezone.now() - WORKER_AFTER
    wrong = silent and resident.work_is_due()
    _say(wrong, "worker", "sender", f"last seen {seen:%Y-%m-%d %H:%M} UTC" if seen else "never")


def relays() -> None:
    """A relay that has failed for a while, while there is something to send."""
    due = resident.work_is_due()
    late = timezone.now() - RELAY_AFTER
    for relay in Relay.objects.all()[:20]:
        wrong = due and relay.failing_since is not None and relay.failing_since < late
        reason = standstill.of_relay(
            standstill.RelayFact(relay.name, relay.failing_since, relay.last_error)
        )
        _say(wrong, "relay", relay.name, f"{reason.cause}: {reason.detail}")


def stuck() -> None:
    """An issue whose figures stand still though nothing we know of holds it back."""
    issues = list(Issue.objects.select_related("publication").filter(state=State.SENDING)[:50])
    reasons = standstill.of_issues(issues)
    now = time.monotonic()
    for issue in issues:
        figures = tuple(counts.ledger(issue)[name] for name in ("sent", "deferred", "failed"))
        known, since = _stood.get(issue.pk, (None, now))
        held = {one.cause for one in reasons[issue.pk]} & {Cause.HOURS, Cause.LIMIT}
        if figures != known or held:
            since = now
        _stood[issue.pk] = (figures, since)
        _say(
            now - since >= STUCK_AFTER, "stuck", f"issue:{issue.pk}", issue.title,
            issue.publication_id,
        )  # fmt: skip
    moving = {issue.pk for issue in issues}
    for number in [pk for pk in _stood if pk not in moving]:
        del _stood[number]
        clear_alert("stuck", f"issue:{number}")


def refusals() -> None:
    """Refusals that wait for a person: too many to be believed."""
    for incident in Incident.objects.filter(state=Incident.State.OPEN)[:50]:
        raise_alert(
            "bounces", f"incident:{incident.pk}", {"text": ""}, publication=incident.publication_id
        )
    told = Alert.objects.filter(kind="bounces", cleared_at__isnull=True)
    for about in list(told.values_list("about", flat=True)[:50]):
        number = about.partition(":")[2]
        if not Incident.objects.filter(pk=number, state=Incident.State.OPEN).exists():
            clear_alert("bounces", about)


def canary() -> None:
    """An issue that somebody let go on, or stopped for good, is no alert any more."""
    told = Alert.objects.filter(kind="canary", cleared_at__isnull=True)
    for about in list(told.values_list("about", flat=True)[:50]):
        paused = Issue.objects.filter(pk=about.partition(":")[2], state=State.PAUSED)
        if not paused.exists():
            clear_alert("canary", about)


def complaints() -> None:
    """The share of spam reports of what was sent in the last three days."""
    high = set()
    late = Issue.objects.filter(
        Q(state=State.SENT) | Q(state=State.SENDING),
        frozen_at__gte=timezone.now() - _LOOK_BACK,
        rehearses__isnull=True,
        sent__gt=0,
    )
    for issue in late.only("sent", "publication", "title", "first_delivery", "last_delivery")[:50]:
        found = Bounce.objects.filter(
            kind=Bounce.Kind.COMPLAINT,
            delivery__gte=issue.first_delivery,
            delivery__lte=issue.last_delivery,
        ).count()
        if found >= FEWEST_COMPLAINTS and found > COMPLAINT_RATE * issue.sent:
            high.add(f"issue:{issue.pk}")
            text = f"{issue.title}: {found} / {issue.sent}"
            _say(True, "complaints", f"issue:{issue.pk}", text, issue.publication_id)
    told = Alert.objects.filter(kind="complaints", cleared_at__isnull=True)
    for about in list(told.values_list("about", flat=True)[:50]):
        if about not in high:  # Long over: the next issue's is news.
            clear_alert("complaints", about)
