"""Whether the site is alive, for load balancers and supervisors."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from subscribers.models import Publication


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers; for load balancers and supervisors."""
    Publication.objects.exists()
    response = HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
