"""The pages for what is not right."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from newsletter.feeds.views import (
    Missing,
)
from subscribers.admin import form_drafts


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 with the sentence that goes with it, if we have one."""
    sentence = str(exception) if isinstance(exception, Missing) else ""
    return render(request, "404.html", {"sentence": sentence}, status=404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: a request no page can answer (a foreign host name, too many fields)."""
    return render(request, "400.html", status=400)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: signed in, but without the permission."""
    return render(request, "403.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """500: our fault. The page asks nothing of the database, which may be the cause."""
    return render(request, "500.html", status=500)


def stale_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token is not this session's: of a login before, or not ours at all.

    What an editor typed is kept (`form_drafts`) and offered on the form's own page.
    """
    return render(request, "403_csrf.html", {"kept": form_drafts.rescue(request)}, status=403)
