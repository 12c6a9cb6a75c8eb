"""Whether the site is alive and ready, for load balancers and supervisors.

Both answer under any host name, also by an address: whoever asks is on this network and knows
nothing of the name that readers use. They say nothing that is not everybody's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from newsletter.sending.engine import relays, service
from subscribers.models import Publication

from . import forwarded, running_version, writing

Respond = Callable[[HttpRequest], HttpResponse]
_RAISED = (DatabaseError, InterfaceError)


def by_any_host(get_response: Respond) -> Respond:
    """Answer the probes before anything asks which host was meant."""
    probes = {"/healthz": healthz, "/readyz": readyz}

    def respond(request: HttpRequest) -> HttpResponse:
        probe = probes.get(request.path_info)
        return probe(request) if probe is not None else get_response(request)

    return respond


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when this process and its database answer, else 503."""
    try:
        Publication.objects.exists()
    except _RAISED:
        connection.close()
        return _plain(request, "the database does not answer\n", 503)
    return _plain(request, "ok\n", 200)


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when mail could be sent now; else 503 with a line for each thing that is missing."""
    lacking = list(_lacking())
    if lacking:
        return _plain(request, "".join(f"{line}\n" for line in lacking), 503)
    return _plain(request, "ready\n", 200)


def _lacking() -> Iterator[str]:
    try:
        if writing.read_only():
            yield "database: read only"
        if _unmigrated():
            yield "migrations: not applied"
            return
        if not service.live_worker():
            yield "worker: none was heard of lately"
        known = relays.configured()
        usable = Q(closed_until__isnull=True) | Q(closed_until__lte=timezone.now())
        if known is None:
            yield "relay: SMTP_URL cannot be understood"
        elif known.exists() and not known.filter(usable).exists():
            yield "relay: none can be reached"
    except _RAISED:
        connection.close()
        yield "database: it does not answer"


_migrated: list[bool] = []


def _unmigrated() -> bool:
    """Looked up until all is applied; what is applied stays so while this code runs."""
    if not _migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return True
        _migrated.append(True)
    return False


def _plain(request: HttpRequest, text: str, status: int) -> HttpResponse:
    response = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    response.headers[running_version.HEADER] = running_version.mark(running_version.STARTED_WITH)
    response.headers[forwarded.HEADER] = getattr(request, "sudi_forwarded", forwarded.DIRECT)
    return response
