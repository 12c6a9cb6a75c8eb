"""Every address of the site, in the order in which they are tried.

Addresses are permanent: feeds and mails carry them. A publication's slug is the first part of
its own, so what stands before the pages of the publications must be among `RESERVED_SLUGS`.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from newsletter.archive.finished import finished

from . import (
    admin_urls,
    health,
    mailbox,
    metrics,
    passkeys,
    public_urls,
    second_factor,
    static_files,
)

# Here and not with the apps: commands and workers have no pages, and start twice as fast.
admin.autodiscover()

from . import users as users  # noqa: E402  In the place of Django's own pages of them.

app_patterns: list[URLPattern | URLResolver] = [
    path("admin/", include(second_factor.urlpatterns)),
    path("admin/", include(passkeys.urlpatterns)),
    path("admin/", include(admin_urls.pages)),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),  # The admin's language switch.
    path("metrics", metrics.view),
]
if settings.DEBUG:
    app_patterns.append(path("dev/mail/", include(mailbox.urlpatterns)))
app_patterns += [path("healthz", health.healthz), path("readyz", health.readyz)]
app_patterns.append(path("static/<path:name>", finished(static_files.file, fixed=True)))
urlpatterns = [*public_urls.programs, *app_patterns, path("", include(public_urls.pages))]

handler400 = "newsletter.config.errors.bad_request"
handler403 = "newsletter.config.errors.refused"
handler404 = "newsletter.config.errors.not_found"
handler500 = "newsletter.config.errors.broken"
