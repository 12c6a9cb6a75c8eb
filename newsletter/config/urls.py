"""Every address of the site, in the order in which they are tried.

Addresses are permanent: feeds and mails carry them. A publication's slug is the first part of
its own, so what stands before the site's patterns must be among `RESERVED_SLUGS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path

from newsletter.archive import views
from newsletter.feeds import views as feeds
from newsletter.feeds.formats import FORMATS
from subscribers.api import api

from . import mailbox, metrics

app_patterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),  # The admin's language switch.
]
if settings.WEBHOOK_PROVIDERS:
    from newsletter.bounces import providers  # The extra is installed only where it is wanted.

    app_patterns.append(path("api/hooks/", include(providers.urlpatterns())))
app_patterns.append(path("api/", api.urls))
if settings.METRICS:
    app_patterns.append(path("metrics", metrics.view))
if settings.DEBUG:
    app_patterns.append(path("dev/mail/", include(mailbox.urlpatterns)))
app_patterns.append(path("", include("subscribers.urls")))

_FORM = f"(?P<form>{'|'.join(re.escape(one.suffix) for one in FORMATS)})"
_PUBLICATION = r"^(?P<publication>[-\w]+)/"
_CATEGORY = _PUBLICATION + r"c/(?P<category>[^/]+)/"


def _customary() -> Iterator[URLPattern]:
    """What feed readers try when a page names no feed leads to the feed."""
    for one in FORMATS:
        for name in one.customary:
            pattern = rf"{_PUBLICATION}{re.escape(name)}/?$"
            yield re_path(pattern, feeds.customary, {"form": one.suffix})


site_patterns = [
    path("", views.publications, name="publications"),
    path("healthz", views.healthz, name="healthz"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemaps, name="sitemaps"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("opml", views.all_feeds_opml, name="all-opml"),
    path("s/f/<str:token>/", views.feed_of_reader, name="feed-of-reader"),
    re_path(rf"^s/f/(?P<token>[^/]+)/feed\.{_FORM}$", feeds.of_reader, name="reader-feed"),
    path("<slug:publication>/", views.publication, name="publication"),
    path("<slug:publication>/look.css", views.look, name="look"),
    path("<slug:publication>/sitemap.xml", views.sitemap, name="sitemap"),
    path("<slug:publication>/feeds/", views.feeds_page, name="feeds"),
    path("<slug:publication>/feeds.opml", views.feeds_opml, name="opml"),
    re_path(rf"{_PUBLICATION}feed\.{_FORM}$", feeds.whole, name="feed"),
    path("<slug:publication>/c/<str:category>/", views.category, name="category"),
    re_path(rf"{_CATEGORY}feed\.{_FORM}$", feeds.one_category, name="category-feed"),
    *_customary(),
    path("<slug:publication>/<slug:issue>/", views.issue, name="issue"),
]  # fmt: skip

urlpatterns = [*app_patterns, path("", include((site_patterns, "site")))]

handler400 = "newsletter.archive.views.bad_request"
handler403 = "newsletter.archive.views.refused"
handler404 = "newsletter.archive.views.not_found"
handler500 = "newsletter.archive.views.broken"
