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
from newsletter.models import Alert, Bounce, Issue, Webhook, Worker
from newsletter.notices import clear_alert, raise_alert
from subscribers import mailing
from subscribers.models import Incident

from . import counts, standstill, tallies
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
# What holds an issue back because somebody wants it so.
_WAITS = {Cause.HOURS, Cause.RELAY_HOURS, Cause.LIMIT}
_LOOK_BACK = dt.timedelta(days=3)

# Issue -> its figures when they last changed, and when that was, by this process's own clock.
_stood: dict[int, tuple[tuple[int, ...], float]] = {}


def sweep() -> None:
    """Look at everything once; what fails does not keep the others from being looked at."""
    looks: tuple[Callable[[], object], ...] = (
        disk, worker, relays, service_mail, stuck, refusals, complaints, canary, webhooks,
    )  # fmt: skip
    for look in looks:
        try:
            look()
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            # One look that fails must not blind the others.
            log.exception("%s could not be looked at", look.__name__)


def _say(
    wrong: bool, kind: str, key: str, publication: int | None = None, **detail: object
) -> None:
    if wrong:
        raise_alert(kind, key, detail, publication=publication)
    else:
        clear_alert(kind, key)


def _clear_all_but(kind: str, about: set[str], *, tells: bool = True) -> None:
    """Clear what was raised, by this process or one before it, and is not so any more."""
    told = Alert.objects.filter(kind=kind, cleared_at__isnull=True)
    for one in list(told.values_list("about", flat=True)[:200]):
        if one not in about:
            clear_alert(kind, one, tells=tells)


def disk() -> None:
    """Free space where the site keeps its files."""
    free = shutil.disk_usage(conf.data_dir())
    least = min(LEAST_FREE, int(free.total * LEAST_SHARE))
    _say(free.free < least, "disk", "data", free_mb=free.free // 1_000_000)


def worker() -> None:
    """A sender that is silent while there is something to send.

    Seen by the part of a worker that keeps house: where no process of any worker runs, nobody is
    there to tell, and whoever watches the site from outside does.
    """
    seen = Worker.objects.aggregate(last=Max("seen"))["last"]
    silent = seen is None or seen < timezone.now() - WORKER_AFTER
    wrong = silent and resident.work_is_due()
    last = f"{seen.astimezone(dt.UTC):%Y-%m-%d %H:%M}" if seen is not None else ""
    _say(wrong, "worker", "sender", seen=last)


def relays() -> None:
    """A relay that has failed for a while, while there is something to send."""
    due = resident.work_is_due()
    late = timezone.now() - RELAY_AFTER
    known = standstill.facts_of_relays()
    for relay in known:
        wrong = due and relay.failing_since is not None and relay.failing_since < late
        reason = standstill.of_relay(relay)
        _say(wrong, "relay", relay.name, cause=str(reason.cause), relay=reason.detail)
    _clear_all_but("relay", {relay.name for relay in known})


def service_mail() -> None:
    """Confirmations, links and notices that a relay does not take."""
    held = mailing.held_up(timezone.now())
    if held is None:
        clear_alert("service_mail", "waiting")
        return
    since = f"{held.since.astimezone(dt.UTC):%Y-%m-%d %H:%M}"
    _say(
        True, "service_mail", "waiting", number=held.number, since=since, answer=held.answer
    )  # fmt: skip


def stuck() -> None:
    """An issue whose figures stand still though nothing we know of holds it back."""
    issues = list(Issue.objects.select_related("publication").filter(state=State.SENDING)[:50])
    reasons = standstill.of_issues(issues)
    now = time.monotonic()
    for issue in issues:
        figures = tuple(counts.ledger(issue)[name] for name in ("sent", "deferred", "failed"))
        known, since = _stood.get(issue.pk, (None, now))
        held = {one.cause for one in reasons[issue.pk]} & _WAITS
        if figures != known or held:
            since = now
        _stood[issue.pk] = (figures, since)
        stands = now - since >= STUCK_AFTER
        _say(stands, "stuck", f"issue:{issue.pk}", issue.publication_id, text=issue.title)
    moving = {issue.pk for issue in issues}
    for number in [pk for pk in _stood if pk not in moving]:
        del _stood[number]
    _clear_all_but("stuck", {f"issue:{pk}" for pk in moving})


def refusals() -> None:
    """Refusals that wait for a person: too many to be believed."""
    held = list(Incident.objects.filter(state=Incident.State.OPEN).order_by("pk")[:50])
    for incident in held:
        _say(
            True, "bounces", f"incident:{incident.pk}", incident.publication_id,
            about=incident.about, refusals=incident.refusals, attempts=incident.attempts,
        )  # fmt: skip
    _clear_all_but("bounces", {f"incident:{incident.pk}" for incident in held})


def canary() -> None:
    """Raised in a turn; it lasts until somebody lets the issue go on, or stops it for good."""
    for alert in Alert.objects.filter(kind="canary", cleared_at__isnull=True).order_by("pk")[:50]:
        paused = Issue.objects.filter(pk=alert.about.partition(":")[2], state=State.PAUSED)
        _say(paused.exists(), "canary", alert.about, alert.publication_id, **alert.detail)


def webhooks() -> None:
    """Raised in its channel; it lasts until somebody switches the webhook on, off or removes it."""
    failed = list(Webhook.objects.filter(state=Webhook.State.FAILED).order_by("pk")[:50])
    for hook in failed:
        about = f"webhook:{hook.pk}"
        _say(True, "webhook", about, hook.publication_id, text=hook.name, webhook=hook.pk)
    _clear_all_but("webhook", {f"webhook:{hook.pk}" for hook in failed})


def complaints() -> None:
    """The share of spam reports of what was sent in the last three days."""
    young, high = set(), set()
    late = Issue.objects.filter(
        Q(state=State.SENT) | Q(state=State.SENDING),
        frozen_at__gte=timezone.now() - _LOOK_BACK,
        rehearses__isnull=True,
        sent__gt=0,
    )
    for issue in late.only("sent", "publication", "title").order_by("-frozen_at")[:50]:
        reports = tallies.of_issue(issue.pk).filter(kind=Bounce.Kind.COMPLAINT)
        found = reports.count()
        young.add(f"issue:{issue.pk}")
        if found >= FEWEST_COMPLAINTS and found > COMPLAINT_RATE * issue.sent:
            high.add(f"issue:{issue.pk}")
            text = f"{issue.title}: {found} / {issue.sent}"
            _say(True, "complaints", f"issue:{issue.pk}", issue.publication_id, text=text)
    # An issue that is too old to be looked at did not become well: that is not told.
    _clear_all_but("complaints", young, tells=False)
    _clear_all_but("complaints", high)
