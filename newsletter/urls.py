"""Addresses of the public pages and feeds. They are in feeds and mails, so they never change."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import URLPattern, path, re_path

from newsletter.archive import feed_pages, legal, missed, site_files, views
from newsletter.feeds import views as feeds
from newsletter.feeds.formats import FORMATS

app_name = "site"
_FORM = f"(?P<form>{'|'.join(re.escape(one.suffix) for one in FORMATS)})"
_PUBLICATION = r"^(?P<publication>[-\w]+)/"
_CATEGORY = _PUBLICATION + r"c/(?P<category>[^/]+)/"


def _customary() -> Iterator[URLPattern]:
    """What feed readers try when a page names no feed leads to the feed."""
    for one in FORMATS:
        for name in one.customary:
            pattern = rf"{_PUBLICATION}{re.escape(name)}/?$"
            yield re_path(pattern, feeds.customary, {"form": one.suffix})


urlpatterns = [
    path("", views.publications, name="publications"),
    path("robots.txt", site_files.robots, name="robots"),
    path("sitemap.xml", site_files.sitemaps, name="sitemaps"),
    path("favicon.ico", site_files.favicon, name="favicon"),
    path("opml", feed_pages.all_feeds_opml, name="all-opml"),
    path("s/f/<str:token>/", feed_pages.feed_of_reader, name="feed-of-reader"),
    re_path(rf"^s/f/(?P<token>[^/]+)/feed\.{_FORM}$", feeds.of_reader, name="reader-feed"),
    path("s/w/<str:token>/", missed.missed, name="missed"),
    path("<slug:publication>/", views.publication, name="publication"),
    path("<slug:publication>/look.css", site_files.look, name="look"),
    path("<slug:publication>/sitemap.xml", site_files.sitemap, name="sitemap"),
    path("<slug:publication>/imprint/", legal.imprint, name="imprint"),
    path("<slug:publication>/feeds/", feed_pages.feeds_page, name="feeds"),
    path("<slug:publication>/feeds.opml", feed_pages.feeds_opml, name="opml"),
    re_path(rf"{_PUBLICATION}feed\.{_FORM}$", feeds.whole, name="feed"),
    path("<slug:publication>/c/<str:category>/", views.category, name="category"),
    re_path(rf"{_CATEGORY}feed\.{_FORM}$", feeds.one_category, name="category-feed"),
    *_customary(),
    path("<slug:publication>/<slug:issue>/", views.issue, name="issue"),
]  # fmt: skip
