"""What a monitoring system may read: Prometheus text at /metrics.

Sums only: no address, no title, nothing of a single reader. Every figure is a sum over rows that
exist anyway, or one look at an index, so a scrape costs milliseconds however many readers there
are. Served with the Bearer token METRICS_TOKEN, to METRICS_NETWORKS, or, with METRICS=1 alone, to
this machine.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import time
from collections.abc import Callable, Iterator

from django.db.models import Count, Max, Min, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from newsletter import conf, sending
from newsletter.models import CheckResult, Chunk, Issue, RegularTask, Worker
from newsletter.sending import hours
from newsletter.sending.engine import relays, timing
from subscribers.models import DailyCount
from subscribers.network import client_address

from . import forwarded
from .doctor.checks.queue import oldest_chunk
from .housekeeping import TASKS

Respond = Callable[[HttpRequest], HttpResponse]
_FINAL = ("sent", "failed", "in_doubt", "skipped", "suppressed", "cancelled")
_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))

# Of this process: with several web processes a scrape sees one of them, which the label says.
_web = CollectorRegistry()
_SECONDS = Histogram(
    "sudi_web_seconds",
    "Time from a request to its answer, by process and kind of answer.",
    ["process", "kind"],
    registry=_web,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30),
)


def middleware(get_response: Respond) -> Respond:
    """Time every answer. Kinds are few: 2xx to 5xx."""
    process = str(os.getpid())

    def respond(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = get_response(request)
        kind = f"{response.status_code // 100}xx"
        _SECONDS.labels(process, kind).observe(time.perf_counter() - began)
        return response

    return respond


@require_safe
@never_cache
def view(request: HttpRequest) -> HttpResponse:
    """GET /metrics; 404 unless a setting serves it, 403 to who may not read it."""
    if not (conf.metrics() or conf.metrics_token() or conf.metrics_networks()):
        raise Http404
    if not _may_read(request):
        response = HttpResponse("403\n", status=403, content_type="text/plain; charset=utf-8")
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    return HttpResponse(text(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read(request: HttpRequest) -> bool:
    if token := conf.metrics_token():
        scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and constant_time_compare(given.strip(), token):
            return True
    if getattr(request, "sudi_forwarded", "") == forwarded.IGNORED:
        return False  # The whole world, by a web server that nobody named.
    networks = conf.metrics_networks() or (_LOOPBACK if not conf.metrics_token() else ())
    try:
        address = ipaddress.ip_address(client_address(request))
    except ValueError:
        return False
    return any(address in network for network in networks)


def text() -> str:
    """The metrics in Prometheus's text format."""
    registry = CollectorRegistry()
    registry.register(_Site())
    return (generate_latest(registry) + generate_latest(_web)).decode()


class _Site(Collector):
    """What the database knows, asked anew for each scrape."""

    def collect(self) -> Iterator[Metric]:
        """Every family."""
        now = timezone.now()
        yield from _issues()
        yield from _work(now)
        yield from _workers(now)
        yield from _counters()
        yield from _relays(now)
        yield from _health(now)


def _gauge(name: str, help_: str, label: str, values: dict[str, float]) -> Metric:
    family = GaugeMetricFamily(name, help_, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _issues() -> Iterator[Metric]:
    issues = Issue.objects.filter(rehearses__isnull=True)
    states = dict(issues.values_list("state").annotate(Count("pk")))
    yield _gauge(
        "sudi_issues", "Issues by state.", "state",
        {state: states.get(state, 0) for state in Issue.State.values},
    )  # fmt: skip
    finished = issues.filter(state__in=["sent", "cancelled"])
    sums = finished.aggregate(**{f"{name}_": Sum(name) for name in _FINAL})
    yield _gauge(
        "sudi_deliveries_finished", "Readers of finished issues by what became of them.",
        "outcome", {name: sums[f"{name}_"] or 0 for name in _FINAL},
    )  # fmt: skip
    running = GaugeMetricFamily(
        "sudi_deliveries",
        "Readers of issues under way; recipients is their sum.",
        labels=["publication", "issue", "outcome"],
    )
    doubt = sums["in_doubt_"] or 0
    for issue in issues.filter(state__in=["sending", "paused"]).select_related("publication"):
        for name, count in sending.ledger(issue).items():
            running.add_metric([issue.publication.slug, issue.slug, name], count)
            doubt += count if name == "in_doubt" else 0
    yield running
    yield GaugeMetricFamily("sudi_in_doubt", "Deliveries that wait for a person.", value=doubt)


def _work(now: dt.datetime) -> Iterator[Metric]:
    chunks = Chunk.objects.exclude(state="done").aggregate(
        due=Count("pk", filter=Q(state="waiting", due_at__lte=now)),
        later=Count("pk", filter=Q(state="waiting", due_at__gt=now)),
        leased=Count("pk", filter=Q(state="leased")),
    )
    yield _gauge("sudi_chunks", "Units of 500 readers that are not done.", "state", chunks)
    late = oldest_chunk(now, hours.sending_now(now))
    yield GaugeMetricFamily(
        "sudi_queue_age_seconds",
        "How long the oldest unit of work has been due.",
        value=(now - late.due_at).total_seconds() if late else 0,
    )
    until = Chunk.objects.filter(state="leased").aggregate(at=Min("lease_until"))["at"]
    renewed = until - dt.timedelta(seconds=timing.LEASE) if until else now
    yield GaugeMetricFamily(
        "sudi_lease_age_seconds",
        "Since the oldest lease was renewed.",
        value=max(0.0, (now - renewed).total_seconds()),
    )
    if conf.tasks_engine() == "embedded":
        from django_tasks_db.models import DBTaskResult

        ready = DBTaskResult.objects.filter(status="READY")
        jobs = ready.aggregate(number=Count("pk"), oldest=Min("enqueued_at"))
        yield GaugeMetricFamily("sudi_jobs_waiting", "Jobs not begun.", value=jobs["number"])
        yield GaugeMetricFamily(
            "sudi_jobs_age_seconds",
            "How long the oldest job waits.",
            value=(now - jobs["oldest"]).total_seconds() if jobs["oldest"] else 0,
        )


def _workers(now: dt.datetime) -> Iterator[Metric]:
    seen = Worker.objects.aggregate(last=Max("seen"))["last"]
    alive = Worker.objects.filter(seen__gte=now - dt.timedelta(seconds=20)).count()
    yield GaugeMetricFamily("sudi_workers", "Workers heard of within 20 seconds.", value=alive)
    if seen is not None:
        yield GaugeMetricFamily(
            "sudi_worker_silence_seconds",
            "Since any worker was heard of.",
            value=(now - seen).total_seconds(),
        )


def _counters() -> Iterator[Metric]:
    """Sums by day, a row a day: ten years are some thousand rows."""
    names = {DailyCount.ONE_CLICK_REFUSED, *DailyCount.BOUNCES.values()}
    sums = dict(
        DailyCount.objects.filter(name__in=names).values_list("name").annotate(Sum("number"))
    )
    yield CounterMetricFamily(
        "sudi_one_click_refused",
        "One-click unsubscriptions with a token this site did not make.",
        value=sums.get(DailyCount.ONE_CLICK_REFUSED, 0),
    )
    bounces = CounterMetricFamily(
        "sudi_bounces", "Reports that were counted, by kind.", labels=["kind"]
    )
    for kind, name in DailyCount.BOUNCES.items():
        bounces.add_metric([kind], sums.get(name, 0))
    yield bounces


def _relays(now: dt.datetime) -> Iterator[Metric]:
    # When SMTP_URL cannot be understood the doctor says so; the other figures are wanted still.
    known = list(relays.configured() or [])
    yield _gauge(
        "sudi_relay_failures", "Connections to a relay that failed in a row.", "relay",
        {one.name: one.failures for one in known},
    )  # fmt: skip
    yield _gauge(
        "sudi_relay_open", "Whether a relay is given work.", "relay",
        {one.name: one.closed_until is None or one.closed_until <= now for one in known},
    )  # fmt: skip
    yield _gauge(
        "sudi_relay_latency_seconds", "How long the last handshake with a relay took.", "relay",
        {one.name: one.latency_ms / 1000 for one in known if one.latency_ms is not None},
    )  # fmt: skip


def _health(now: dt.datetime) -> Iterator[Metric]:
    tasks = list(RegularTask.objects.filter(name__in=[task.name for task in TASKS]))
    yield _gauge(
        "sudi_task_failures", "Failures in a row of a regular task.", "task",
        {task.name: task.failures for task in tasks},
    )  # fmt: skip
    yield _gauge(
        "sudi_task_late_seconds", "How long a regular task is overdue.", "task",
        {task.name: max(0.0, (now - task.next_at).total_seconds()) for task in tasks},
    )  # fmt: skip
    yield _gauge(
        "sudi_check", "What the doctor found: 1 well, 0 wrong, -1 not seen.", "check",
        {
            name: -1 if ok is None else int(ok)
            for name, ok in CheckResult.objects.values_list("name", "ok")
        },
    )  # fmt: skip
