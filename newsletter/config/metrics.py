"""What a monitoring system may read: Prometheus text at /metrics, off unless METRICS=1.

Sums only: no address, no title, nothing of a single reader. Every figure is a sum over rows that
exist anyway, so a scrape costs milliseconds however many readers there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from django.db.models import Count, Max, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from newsletter import conf, sending
from newsletter.models import Chunk, Issue, Relay, Worker
from subscribers.models import DailyCount

_FINAL = ("sent", "failed", "in_doubt", "skipped", "suppressed", "cancelled")
Sample = tuple[Mapping[str, str], float]


@require_safe
@never_cache
def view(request: HttpRequest) -> HttpResponse:
    """GET /metrics; 404 unless the setting allows it."""
    if not conf.metrics():
        raise Http404
    return HttpResponse(text(), content_type="text/plain; version=0.0.4; charset=utf-8")


def text() -> str:
    """The metrics in Prometheus's text format."""
    lines: list[str] = []
    for name, kind, help_text, samples in _families():
        lines += [f"# HELP {name} {help_text}", f"# TYPE {name} {kind}"]
        for labels, value in samples:
            inner = ",".join(f'{key}="{_escaped(label)}"' for key, label in labels.items())
            lines.append(f"{name}{{{inner}}} {value:g}" if inner else f"{name} {value:g}")
    return "\n".join(lines) + "\n"


def _escaped(label: str) -> str:
    return label.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _families() -> Iterable[tuple[str, str, str, list[Sample]]]:
    now = timezone.now()
    issues = Issue.objects.filter(rehearses__isnull=True)
    states = dict(issues.values_list("state").annotate(Count("pk")))
    yield (
        "sudi_issues", "gauge", "Issues by state.",
        [({"state": state}, states.get(state, 0)) for state in Issue.State.values],
    )  # fmt: skip
    finished = issues.filter(state__in=["sent", "cancelled"])
    sums = finished.aggregate(**{f"{name}_": Sum(name) for name in _FINAL})
    yield (
        "sudi_deliveries_finished", "gauge", "Readers of finished issues by what became of them.",
        [({"outcome": name}, sums[f"{name}_"] or 0) for name in _FINAL],
    )  # fmt: skip
    running: list[Sample] = []
    for issue in issues.filter(state__in=["sending", "paused"]).select_related("publication"):
        where = {"publication": issue.publication.slug, "issue": issue.slug}
        for name, count in sending.ledger(issue).items():
            running.append(({**where, "outcome": name}, count))
    yield (
        "sudi_deliveries", "gauge", "Readers of issues under way; recipients is their sum.",
        running,
    )  # fmt: skip
    chunks = Chunk.objects.exclude(state="done").aggregate(
        due=Count("pk", filter=Q(state="waiting", due_at__lte=now)),
        later=Count("pk", filter=Q(state="waiting", due_at__gt=now)),
        leased=Count("pk", filter=Q(state="leased")),
    )
    yield (
        "sudi_chunks", "gauge", "Units of 500 readers that are not done.",
        [({"state": state}, count) for state, count in chunks.items()],
    )  # fmt: skip
    seen = Worker.objects.aggregate(last=Max("seen"))["last"]
    alive = Worker.objects.filter(seen__gte=now - dt.timedelta(seconds=20)).count()
    yield ("sudi_workers", "gauge", "Workers heard of within 20 seconds.", [({}, alive)])
    if seen is not None:
        yield (
            "sudi_worker_silence_seconds", "gauge", "Since any worker was heard of.",
            [({}, (now - seen).total_seconds())],
        )  # fmt: skip
    refused = DailyCount.objects.filter(name=DailyCount.ONE_CLICK_REFUSED)
    yield (
        "sudi_one_click_refused_total", "counter",
        "One-click unsubscriptions with a token this site did not make.",
        [({}, refused.aggregate(all=Sum("number"))["all"] or 0)],
    )  # fmt: skip
    relays = list(Relay.objects.all())
    yield (
        "sudi_relay_failures", "gauge", "Connections to a relay that failed in a row.",
        [({"relay": relay.name}, relay.failures) for relay in relays],
    )  # fmt: skip
    yield (
        "sudi_relay_open", "gauge", "Whether a relay is given work.",
        [
            ({"relay": relay.name}, relay.closed_until is None or relay.closed_until <= now)
            for relay in relays
        ],
    )  # fmt: skip
