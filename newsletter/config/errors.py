"""The pages for what is not right."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from newsletter.config import busy
from newsletter.feeds.views import (
    Missing,
)


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
    """500: our fault. The page asks nothing of the database, which may be the cause.

    Not ours if SQLite was locked for too long: then whoever asks may come again soon.
    """
    error = sys.exc_info()[1]
    if error is not None and busy.is_locked(error):
        return busy.later(request)
    return render(request, "500.html", status=500)
