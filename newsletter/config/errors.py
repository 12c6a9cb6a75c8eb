"""The pages for what is not right."""

from __future__ import annotations

import re
import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from newsletter.config import busy
from newsletter.feeds.views import Missing
from subscribers import languages
from subscribers.models import Publication

_SLUG = re.compile(r"[-\w]+")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 with the sentence that goes with it, in the frame of the publication it was sought in."""
    sentence = str(exception) if isinstance(exception, Missing) else ""
    # Below a publication's own address its pages are what was looked for.
    slug = request.path_info.strip("/").partition("/")[0]
    known = _SLUG.fullmatch(slug) is not None
    publication = Publication.objects.filter(slug=slug).first() if known else None
    if publication is not None:
        languages.speak(request, languages.of_publication(publication))
    context = {"sentence": sentence, "publication": publication}
    return render(request, "404.html", context, status=404)


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
