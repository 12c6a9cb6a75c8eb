"""Every address of the site, in the order in which they are tried.

Addresses are permanent: feeds and mails carry them. A publication's slug is the first part of
its own, so what stands before the pages of the publications must be among `RESERVED_SLUGS`.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from newsletter import conf
from newsletter.admin import first_steps, help, look
from newsletter.archive.finished import finished
from subscribers.admin import form_drafts, people
from subscribers.api import api

from . import health, mailbox, metrics, operation, static_files

# Here and not with the apps: commands and workers have no pages, and start twice as fast.
admin.autodiscover()

app_patterns: list[URLPattern | URLResolver] = [
    path("admin/help/", admin.site.admin_view(help.first), name="help"),
    path("admin/look/", admin.site.admin_view(look.look), name="look"),
    path(
        "admin/look/<slug:slug>/<slug:style>/",
        admin.site.admin_view(look.shown),
        name="look_shown",
    ),
    path("admin/help/<slug:name>/", admin.site.admin_view(help.chapter), name="help_chapter"),
    path("admin/operation/", include(operation.urlpatterns)),
    path("admin/first-steps/", admin.site.admin_view(first_steps.first), name="first_steps"),
    path(
        "admin/first-steps/<slug:slug>/",
        admin.site.admin_view(first_steps.of_publication),
        name="first_steps_of",
    ),
    path("admin/invited/<uidb64>/<token>/", people.invited, name="invited"),
    path(
        "admin/unsaved/",
        form_drafts.rescued(admin.site.admin_view(form_drafts.save)),
        name="unsaved",
    ),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),  # The admin's language switch.
]
if conf.webhook_providers():
    from newsletter.bounces import providers  # The extra is installed only where it is wanted.

    app_patterns.append(path("api/hooks/", include(providers.urlpatterns())))
app_patterns.append(path("api/v1/", include("newsletter.intake.urls")))
app_patterns.append(path("api/", api.urls))
app_patterns.append(path("metrics", metrics.view))
if settings.DEBUG:
    app_patterns.append(path("dev/mail/", include(mailbox.urlpatterns)))
app_patterns += [path("healthz", health.healthz), path("readyz", health.readyz)]
app_patterns.append(path("", include("subscribers.urls")))

app_patterns.append(path("static/<path:name>", finished(static_files.file, fixed=True)))
urlpatterns = [*app_patterns, path("", include("newsletter.urls"))]

handler400 = "newsletter.config.errors.bad_request"
handler403 = "newsletter.config.errors.refused"
handler404 = "newsletter.config.errors.not_found"
handler500 = "newsletter.config.errors.broken"
