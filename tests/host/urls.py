"""The host's addresses: its start page, its admin, and the newsletter at a path of two parts."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path


def start(request: HttpRequest) -> HttpResponse:
    """The host's own page, in its own base template."""
    return render(request, "start.html")


def visitor(request: HttpRequest) -> str:
    """Who is signed in at the host, for `SUDI["VISITOR"]`."""
    return request.user.mail if request.user.is_authenticated else ""


urlpatterns = [
    path("", start),
    path("backoffice/", include("newsletter.config.admin_urls")),
    path("backoffice/", admin.site.urls),
    path("a/b/", include("newsletter.config.public_urls")),
    path("a/", start),
]
