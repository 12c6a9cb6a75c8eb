"""Every address of the site, in the order in which they are tried.

Addresses are permanent: feeds and mails carry them. A publication's slug is the first part of
its own, so what stands before `site_patterns` must be among `RESERVED_SLUGS`.
"""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from . import views

app_patterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
]
if find_spec("newsletter.api"):
    from .api import api  # type: ignore[import-not-found,unused-ignore]

    app_patterns.append(path("api/", api.urls))
if settings.METRICS:
    from . import metrics  # type: ignore[attr-defined,unused-ignore]

    app_patterns.append(path("metrics", metrics.view))
if settings.DEBUG:
    from . import mailbox

    app_patterns += mailbox.urlpatterns
if find_spec("subscribers.urls"):
    app_patterns.append(path("", include("subscribers.urls")))

site_patterns = [
    path("", views.publications, name="publications"),
    path("healthz", views.healthz, name="healthz"),
]

urlpatterns = [*app_patterns, path("", include((site_patterns, "site")))]
