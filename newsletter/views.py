"""The public pages: publications, archives, issues, categories. Published and listed only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from subscribers.models import Publication


def publications(request: HttpRequest) -> HttpResponse:
    """`/`: every publication of this site."""
    return render(
        request,
        "newsletter/publications.html",
        {"publications": Publication.objects.order_by("name")},
    )


def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers; for load balancers and supervisors."""
    Publication.objects.exists()
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
