"""Feeds and pages of an issue in several languages."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import feedparser
import pytest
from django.test import Client
from lxml import etree

from newsletter.feeds import kept
from subscribers import links
from subscribers.models import Publication
from tests import builders

pytestmark = pytest.mark.django_db

ZH = "zh-Hans"
MONDAY = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
TUESDAY = MONDAY + dt.timedelta(days=1)
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def harbour() -> SimpleNamespace:
    """Monday's issue in English and Chinese, Tuesday's in English alone."""
    kept.ITEMS.clear()
    kept.ITEMS.clear()
    daily = builders.publication(translations={ZH: {"name": "港口日报"}})
    ships = builders.category(daily, "Ships", translations={ZH: {"name": "船舶"}})
    out: dict[str, Any] = {"state": "archived"}
    monday = builders.issue(daily, "2026-03-02", published_at=MONDAY, **out)
    chinese = builders.issue(
        daily, "2026-03-02", slug="zh", language=ZH, title="周一", original=monday,
        published_at=MONDAY, **out,
    )  # fmt: skip
    tuesday = builders.issue(daily, "2026-03-03", published_at=TUESDAY, **out)
    for issue, title, at in (
        (monday, "A ship came in", MONDAY),
        (chinese, "一艘船进港", MONDAY),
        (tuesday, "The ship left", TUESDAY),
    ):
        builders.item(issue, ships, title, published_at=at)
    return SimpleNamespace(daily=daily, ships=ships, monday=monday, chinese=chinese)


def titles(client: Client, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code == 200, address
    if ".json" in address:
        return [item["title"] for item in response.json()["items"]]
    return [entry.title for entry in feedparser.parse(response.content).entries]


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_a_feed_of_one_language_has_the_original_where_there_is_no_translation(
    client: Client, harbour: SimpleNamespace, form: str
) -> None:
    english = ["Harbour Daily - 2026-03-03", "Harbour Daily - 2026-03-02"]
    assert titles(client, f"/daily/feed.{form}") == english
    assert titles(client, f"/daily/feed.{form}?language={ZH}") == [english[0], "周一"]
    assert titles(client, f"/daily/c/ships/feed.{form}?language={ZH}") == [
        "The ship left",
        "一艘船进港",
    ]
    assert titles(client, f"/daily/c/ships/feed.{form}") == ["The ship left", "A ship came in"]
    month = titles(client, f"/daily/c/ships/feed.{form}?language={ZH}&month=2026-03")
    assert month == ["The ship left", "一艘船进港"]


def test_it_says_its_language_and_that_of_each_entry(
    client: Client, harbour: SimpleNamespace
) -> None:
    response = client.get(f"/daily/feed.atom?language={ZH}")
    root = etree.fromstring(response.content)
    assert root.get(LANG) == ZH and response["Content-Language"] == ZH
    assert [one.get(LANG) for one in root.findall(f"{ATOM}entry")] == ["en", None]
    assert root.findtext(f"{ATOM}title") == "港口日报"
    self_link = root.find(f"{ATOM}link[@rel='self']")
    assert self_link is not None and self_link.get("href", "").endswith(f"?language={ZH}")
    chinese = root.findall(f"{ATOM}entry")[1]
    assert [one.get("label") for one in chinese.findall(f"{ATOM}category")] == ["船舶"]
    assert root.findtext(f"{ATOM}id") != etree.fromstring(
        client.get("/daily/feed.atom").content
    ).findtext(f"{ATOM}id")


def test_its_own_language_has_the_usual_address_and_no_other_has_any(
    client: Client, harbour: SimpleNamespace
) -> None:
    response = client.get("/daily/feed.atom?language=en")
    assert (response.status_code, response["Location"]) == (301, "/daily/feed.atom")
    for wrong in ("de", "xx", "zh"):
        assert client.get(f"/daily/feed.atom?language={wrong}").status_code == 404


def test_a_readers_feed_is_in_their_language(client: Client, harbour: SimpleNamespace) -> None:
    tie = builders.subscription(harbour.daily, "li@example.org", language=ZH)
    token = links.make(links.Purpose.FEED, tie.pk, tie.feed_serial)
    assert titles(client, f"/s/f/{token}/feed.atom") == ["The ship left", "一艘船进港"]


def test_pages_name_each_other_and_the_default(client: Client, harbour: SimpleNamespace) -> None:
    base = "http://127.0.0.1:8000/daily"
    wanted = {
        ("en", f"{base}/2026-03-02/"),
        (ZH, f"{base}/zh/"),
        ("x-default", f"{base}/2026-03-02/"),
    }
    for slug in ("2026-03-02", "zh"):
        root = etree.fromstring(client.get(f"/daily/{slug}/").content, etree.HTMLParser())
        found = root.xpath("//link[@rel='alternate'][@hreflang]")
        assert {(one.get("hreflang"), one.get("href")) for one in found} == wanted
    html = client.get("/daily/zh/").content.decode()
    assert "船舶" in html and f"/daily/feed.atom?language={ZH}" in html
    assert "Ships" in client.get("/daily/2026-03-02/").content.decode()
    assert "x-default" not in client.get("/daily/2026-03-03/").content.decode()


def test_the_page_of_feeds_tells_of_those_in_other_languages(
    client: Client, harbour: SimpleNamespace
) -> None:
    html = client.get("/daily/feeds/").content.decode()
    assert "简体中文</h2>" in html and f"/daily/feed.rss?language={ZH}" in html
    builders.publication("other")
    assert "language=" not in client.get("/other/feeds/").content.decode()


def test_sister_publications_name_each_other(client: Client, harbour: SimpleNamespace) -> None:
    builders.publication("gang", name="港口", language=ZH, sister_of=harbour.daily)
    for slug, other in (("daily", "gang"), ("gang", "daily")):
        html = client.get(f"/{slug}/").content.decode()
        assert f'hreflang="{ZH}"' in html and 'hreflang="en"' in html
        assert f'href="/{other}/"' in html
    assert Publication.objects.count() == 2
