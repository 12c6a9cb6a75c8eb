"""What readers and programs open: pages, feeds, personal links, the API. At any path.

A project that hosts the apps includes them once, where `BASE_URL` in `settings.SUDI` says:

    path("news/", include("newsletter.config.public_urls")),
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from newsletter import conf
from subscribers.api import api

# Tried first of all: a program that mirrors a publication asks often, and of its answer's time a
# tenth went into passing what stands before its address.
programs: list[URLPattern | URLResolver] = []
if conf.webhook_providers():
    from newsletter.bounces import providers  # The extra is installed only where it is wanted.

    programs.append(path("api/hooks/", include(providers.urlpatterns())))
programs += [
    path("api/v1/", include("newsletter.intake.urls")),
    path("api/", api.urls),
]
pages: list[URLPattern | URLResolver] = [
    path("", include("subscribers.urls")),
    path("", include("newsletter.urls")),
]
urlpatterns = [*programs, *pages]
