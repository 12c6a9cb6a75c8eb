"""Addresses of the public pages and feeds. They are in feeds and mails, so they never change."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import URLPattern, path, re_path

from newsletter.archive import (
    drafts,
    feed_pages,
    item_pages,
    legal,
    missed,
    month_pages,
    own_pages,
    searching,
    sharing,
    site_files,
    source_pages,
    views,
)
from newsletter.archive.cards import SHAPES
from newsletter.archive.finished import finished
from newsletter.archive.reading_room import enter, guarded
from newsletter.feeds import views as feeds
from newsletter.feeds.formats import FORMATS
from subscribers.pictures.serving import picture

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


_PAGES = ("category", "before", "after")
_FEEDS = ("category", "language", "month")

# What is marked `finished` shows nothing personal and is handed out as stored octets.
_pages = [
    path("", finished(views.publications), name="publications"),
    path("robots.txt", finished(site_files.robots, fixed=True), name="robots"),
    path("sitemap.xml", finished(site_files.sitemaps), name="sitemaps"),
    path("favicon.ico", site_files.favicon, name="favicon"),
    # What it takes no publication's page can be, so that one may be called "p".
    re_path(
        r"^p/(?P<name>[0-9a-f]{46}-[0-9]{1,4})\.(?P<ending>webp|jpg|png)$",
        picture,
        name="picture",
    ),
    path("opml", finished(feed_pages.all_feeds_opml), name="all-opml"),
    path("s/f/<str:token>/", feed_pages.feed_of_reader, name="feed-of-reader"),
    re_path(rf"^s/f/(?P<token>[^/]+)/feed\.{_FORM}$", feeds.of_reader, name="reader-feed"),
    path("s/d/<str:token>/", drafts.draft, name="draft"),
    path("s/d/<str:token>/shown/", drafts.shown, name="draft-shown"),
    path("s/w/<str:token>/", missed.missed, name="missed"),
    path("s/f/<str:token>/issues/", enter, name="reader-issues"),
    path("s/f/<str:token>/issues/<slug:issue>/", own_pages.issue, name="reader-issue"),
    path("<slug:publication>/", finished(views.publication, *_PAGES), name="publication"),
    path("<slug:publication>/look.css", finished(site_files.look), name="look"),
    path("<slug:publication>/sitemap.xml", finished(site_files.sitemap), name="sitemap"),
    path("<slug:publication>/imprint/", finished(legal.imprint), name="imprint"),
    path("<slug:publication>/feeds/", finished(feed_pages.feeds_page, *_PAGES), name="feeds"),
    path("<slug:publication>/feeds.opml", finished(feed_pages.feeds_opml), name="opml"),
    path("<slug:publication>/months/", finished(month_pages.months), name="months"),
    path(
        "<slug:publication>/months/<str:month>/",
        finished(month_pages.month, "before"),
        name="month",
    ),
    path(
        "<slug:publication>/sources/<str:host>/",
        finished(source_pages.source, "before"),
        name="source",
    ),
    # Anybody can ask for another one: what is found is not stored.
    path("<slug:publication>/search/", searching.search_page, name="search"),
    re_path(rf"{_PUBLICATION}search/feed\.{_FORM}$", feeds.of_search, name="search-feed"),
    re_path(rf"{_PUBLICATION}feed\.{_FORM}$", finished(feeds.whole, *_FEEDS), name="feed"),
    re_path(
        rf"{_PUBLICATION}items\.{_FORM}$", finished(feeds.every_item, "month"), name="items-feed"
    ),
    path(
        "<slug:publication>/c/<str:category>/", finished(views.category, *_PAGES), name="category"
    ),
    re_path(
        rf"{_CATEGORY}feed\.{_FORM}$", finished(feeds.one_category, *_FEEDS), name="category-feed"
    ),
    *_customary(),
    path("<slug:publication>/<slug:issue>/", finished(views.issue, one_issue=True), name="issue"),
    path(
        "<slug:publication>/<slug:issue>/<slug:item>/",
        finished(item_pages.item, one_issue=True),
        name="item",
    ),
    re_path(
        rf"{_PUBLICATION}(?P<issue>[-\w]+)/(?:(?P<item>[-\w]+)/)?"
        rf"(?P<shape>{'|'.join(SHAPES)})-(?P<mark>[0-9a-f]{{16}})\.png$",
        finished(sharing.card, one_issue=True),
        name="card",
    ),
]  # fmt: skip
urlpatterns = list(guarded(_pages))
