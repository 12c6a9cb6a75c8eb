"""Feeds as feed readers meet them: over HTTP, parsed by a feed library, polled again and again."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import feedparser
import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.db import connection
from django.templatetags.static import static
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import etree

from newsletter.feeds import kept
from newsletter.models import Issue, Item, Link, Revision
from subscribers import links
from subscribers.models import Category, Publication, Subscription
from tests import builders
from tests.committed import COMMITTED
from tests.site_settings import configure

pytestmark = pytest.mark.django_db

FORMS = ("atom", "rss", "json")
TYPES = {
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "json": "application/feed+json; charset=utf-8",
}
BOTH = "/daily/feed.{}?category=ships&category=tides"
MONDAY = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
TUESDAY = dt.datetime(2026, 3, 3, 8, 0, tzinfo=dt.UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
HISTORY = "{http://purl.org/syndication/history/1.0}"


@pytest.fixture
def harbour() -> Iterator[SimpleNamespace]:
    """Two issues: Monday's with tides, ships, people and secrets; Tuesday's with ships alone."""
    with time_machine.travel(TUESDAY + dt.timedelta(hours=1), tick=False):
        daily = builders.publication()
        tides = builders.category(daily, "Tides")
        ships = builders.category(daily, "Ships")
        people = builders.category(daily, "People")
        secret = builders.category(daily, "Secrets", visibility="private")
        monday = builders.issue(daily, "2026-03-02", state="archived", published_at=MONDAY)
        tuesday = builders.issue(daily, "2026-03-03", state="archived", published_at=TUESDAY)
        builders.item(monday, tides, "Spring tide", published_at=MONDAY)
        builders.item(monday, ships, "A ship came in", published_at=MONDAY)
        builders.item(monday, people, "Alice took the helm", published_at=MONDAY)
        builders.item(monday, secret, "Where the gold is", published_at=MONDAY)
        builders.item(tuesday, ships, "The ship left", published_at=TUESDAY)
        builders.tail_link(monday, "Tide tables")
        yield SimpleNamespace(
            daily=daily, tides=tides, ships=ships, people=people, secret=secret,
            monday=monday, tuesday=tuesday,
        )  # fmt: skip


def read(client: Client, address: str, **headers: str) -> Any:
    response = client.get(address, headers=headers)
    assert response.status_code == 200, (address, response.status_code)
    return response


def titles(client: Client, address: str) -> list[str]:
    """The entries' titles as a feed library reads them."""
    response = read(client, address)
    if ".json" in address:
        return [item["title"] for item in response.json()["items"]]
    parsed = feedparser.parse(
        response.content, response_headers={"content-type": response["Content-Type"]}
    )
    assert not parsed.bozo, parsed.get("bozo_exception")
    return [entry.title for entry in parsed.entries]


def ids(client: Client, address: str) -> list[str]:
    response = read(client, address)
    if ".json" in address:
        return [item["id"] for item in response.json()["items"]]
    return [entry.id for entry in feedparser.parse(response.content).entries]


# --- what is in them --------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_the_whole_publication_has_an_entry_for_each_issue(
    client: Client, harbour: SimpleNamespace, form: str
) -> None:
    assert titles(client, f"/daily/feed.{form}") == [
        "Harbour Daily - 2026-03-03",
        "Harbour Daily - 2026-03-02",
    ]


@pytest.mark.parametrize("form", FORMS)
def test_a_category_has_an_entry_for_each_item(
    client: Client, harbour: SimpleNamespace, form: str
) -> None:
    assert titles(client, f"/daily/c/ships/feed.{form}") == ["The ship left", "A ship came in"]


@pytest.mark.parametrize("form", FORMS)
def test_a_combination_has_exactly_the_items_of_its_categories(
    client: Client, harbour: SimpleNamespace, form: str
) -> None:
    address = f"/daily/feed.{form}?category=ships&category=tides"
    assert titles(client, address) == ["The ship left", "Spring tide", "A ship came in"]


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        (lambda h: Item.objects.filter(title="The ship left").update(hidden=True), True),
        (lambda h: Item.objects.filter(title="The ship left").update(published_at=None), True),
        (lambda h: Issue.objects.filter(pk=h.tuesday.pk).update(listed=False), True),
        (lambda h: Issue.objects.filter(pk=h.tuesday.pk).update(published_at=None), True),
        (lambda h: Issue.objects.filter(pk=h.tuesday.pk).update(original=h.monday), True),
        (
            lambda h: Item.objects.filter(title="The ship left").update(
                copied_from=Item.objects.get(title="A ship came in")
            ),
            True,
        ),
        (lambda h: Category.objects.filter(pk=h.ships.pk).update(visibility="hidden"), False),
        (lambda h: Category.objects.filter(pk=h.ships.pk).update(retired_at=MONDAY), False),
    ],
    ids=[
        "hidden item", "item not out", "unlisted", "not out", "translation", "copy",
        "hidden category stays", "retired category stays",
    ],
)  # fmt: skip
def test_only_what_is_public_is_in_a_feed(
    client: Client, harbour: SimpleNamespace, change: Any, gone: bool
) -> None:
    change(harbour)
    expected = ["A ship came in"] if gone else ["The ship left", "A ship came in"]
    assert titles(client, "/daily/c/ships/feed.atom") == expected


@pytest.mark.parametrize("form", FORMS)
def test_private_items_are_in_no_feed(client: Client, harbour: SimpleNamespace, form: str) -> None:
    for address in (
        f"/daily/feed.{form}", f"/daily/feed.{form}?category=ships&category=tides"
    ):  # fmt: skip
        assert b"gold" not in read(client, address).content
        assert b"Secrets" not in read(client, address).content


@pytest.mark.parametrize("slug", ["secrets", "whales"])
def test_private_and_unknown_categories_are_refused_in_the_same_words(
    client: Client, harbour: SimpleNamespace, slug: str
) -> None:
    for address in (
        f"/daily/c/{slug}/feed.atom", f"/daily/feed.atom?category={slug}&category=ships"
    ):  # fmt: skip
        response = client.get(address, follow=True)
        assert response.status_code == 404
        assert f"There is no category “{slug}” here." in response.content.decode()


def test_an_item_of_a_merged_category_is_found_under_the_new_one(
    client: Client, harbour: SimpleNamespace
) -> None:
    Category.objects.filter(pk=harbour.people.pk).update(
        merged_into=harbour.ships, retired_at=TUESDAY
    )
    assert titles(client, "/daily/c/ships/feed.atom") == [
        "The ship left",
        "A ship came in",
        "Alice took the helm",
    ]
    moved = client.get("/daily/c/people/feed.rss")
    assert (moved.status_code, moved["Location"]) == (301, "/daily/c/ships/feed.rss")


def test_an_empty_publication_has_valid_feeds(client: Client) -> None:
    builders.publication("quiet", name="Quiet")
    for form in FORMS:
        assert titles(client, f"/quiet/feed.{form}") == []


def test_an_issue_is_never_cut_in_the_middle(client: Client, harbour: SimpleNamespace) -> None:
    """A feed holds about a hundred items; the last issue in it is there whole."""
    for number in range(1, 4):
        moment = MONDAY - dt.timedelta(days=number)
        one = builders.issue(
            harbour.daily, moment.date().isoformat(), state="archived", published_at=moment
        )
        for place in range(60):
            kind = harbour.tides if place % 3 else harbour.ships
            builders.item(one, kind, f"{number}.{place}", published_at=moment, url="")
    found = titles(client, "/daily/feed.json?category=ships&category=tides")
    assert len(found) == 3 + 60 + 60
    assert found[3:63] == [f"1.{place}" for place in range(60)]
    assert found[63:] == [f"2.{place}" for place in range(60)]


# --- identity and dates -----------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_ids_survive_a_new_domain_new_slugs_and_new_titles(
    client: Client, harbour: SimpleNamespace, form: str, settings: Any
) -> None:
    whole = ids(client, f"/daily/feed.{form}")
    chosen = ids(client, f"/daily/feed.{form}?category=ships&category=tides")
    feed_id = feedparser.parse(read(client, "/daily/c/ships/feed.atom").content).feed.id
    configure(settings, BASE_URL="https://elsewhere.example")
    Publication.objects.update(slug="moved", name="Moved")
    Category.objects.filter(pk=harbour.ships.pk).update(name="Boats")
    for issue in Issue.objects.all():
        Issue.objects.filter(pk=issue.pk).update(slug=f"n-{issue.pk}", title="Renamed")
    Item.objects.update(title="Renamed")
    assert ids(client, f"/moved/feed.{form}") == whole
    assert ids(client, f"/moved/feed.{form}?category=ships&category=tides") == chosen
    moved = feedparser.parse(read(client, "/moved/c/ships/feed.atom").content)
    assert moved.feed.id == feed_id
    assert moved.entries[0].link.startswith("https://elsewhere.example/moved/n-")
    assert len({*whole, *chosen}) == 5
    assert all(one.startswith("urn:uuid:") for one in whole + chosen)


def test_items_of_an_issue_have_distinct_times_in_its_order(
    client: Client, harbour: SimpleNamespace
) -> None:
    items = read(client, "/daily/feed.json?category=ships&category=tides").json()["items"]
    assert [(item["title"], item["date_published"]) for item in items] == [
        ("The ship left", "2026-03-03T08:00:00+00:00"),
        ("Spring tide", "2026-03-02T08:00:00+00:00"),
        ("A ship came in", "2026-03-02T07:59:59+00:00"),
    ]


@COMMITTED
def test_a_correction_moves_updated_and_nothing_else(
    client: Client, harbour: SimpleNamespace
) -> None:
    before = feedparser.parse(read(client, "/daily/c/ships/feed.atom").content).entries
    later = TUESDAY + dt.timedelta(hours=6)
    Item.objects.filter(title="A ship came in").update(corrected_at=later)
    Issue.objects.filter(pk=harbour.monday.pk).update(corrected_at=later)
    Publication.objects.update(changed_at=later)
    parsed = feedparser.parse(read(client, "/daily/c/ships/feed.atom").content)
    after = parsed.entries
    assert [entry.id for entry in after] == [entry.id for entry in before]
    assert [entry.published for entry in after] == [entry.published for entry in before]
    assert [entry.updated for entry in after] == [
        "2026-03-03T08:00:00+00:00",
        "2026-03-03T14:00:00+00:00",
    ]
    assert parsed.feed.updated == "2026-03-03T14:00:00+00:00"
    rss = feedparser.parse(read(client, "/daily/feed.rss").content)
    assert rss.entries[1].published == "Mon, 02 Mar 2026 08:00:00 +0000"
    assert rss.feed.updated == "Tue, 03 Mar 2026 14:00:00 +0000"


@pytest.mark.parametrize("form", FORMS)
def test_the_note_of_a_correction_stands_in_every_entry_and_tells_no_secret(
    client: Client, harbour: SimpleNamespace, form: str
) -> None:
    later = TUESDAY + dt.timedelta(hours=6)
    ship, gold = (
        Item.objects.get(title=title) for title in ("A ship came in", "Where the gold is")
    )
    for number, (item, note) in enumerate(((ship, "Two <ships> & one"), (gold, "Not there")), 1):
        Revision.objects.create(
            issue=harbour.monday, number=number, kind="correction", note=note, item=item, at=later
        )
    Item.objects.filter(pk=ship.pk).update(corrected_at=later)
    Issue.objects.filter(pk=harbour.monday.pk).update(corrected_at=later)
    Publication.objects.update(changed_at=later)

    def notes(address: str) -> dict[str, bool]:
        answer = read(client, address)
        assert b"Not there" not in answer.content
        if form == "json":
            return {
                one["title"]: "Two &lt;ships&gt; &amp; one" in one["content_html"]
                for one in answer.json()["items"]
            }
        return {
            one.title: "Two &lt;ships&gt; &amp; one"
            in (one.content[0].value if "content" in one else one.summary)
            for one in feedparser.parse(answer.content).entries
        }

    assert notes(f"/daily/c/ships/feed.{form}") == {"The ship left": False, "A ship came in": True}
    assert notes(f"/daily/feed.{form}") == {
        "Harbour Daily - 2026-03-03": False, "Harbour Daily - 2026-03-02": True,
    }  # fmt: skip
    page = read(client, f"/daily/{harbour.monday.slug}/").content.decode()
    assert "Two &lt;ships&gt; &amp; one" in page and "Not there" not in page


def test_c15_the_day_of_a_correction_is_the_publications(
    client: Client, harbour: SimpleNamespace
) -> None:
    late = TUESDAY.replace(hour=20)  # Wednesday in Shanghai.
    Publication.objects.update(time_zone="Asia/Shanghai", changed_at=late)
    Issue.objects.filter(pk=harbour.monday.pk).update(corrected_at=late)
    Item.objects.filter(title="A ship came in").update(corrected_at=late)
    Revision.objects.create(
        issue=harbour.monday, number=1, kind="correction", note="Two ships",
        item=Item.objects.get(title="A ship came in"), at=late,
    )  # fmt: skip
    for address in ("/daily/feed.atom", "/daily/items.atom"):
        assert b"4 March 2026" in read(client, address).content


@pytest.mark.parametrize("form", FORMS)
def test_written_on_another_day_a_feed_has_the_same_octets(
    client: Client, harbour: SimpleNamespace, form: str
) -> None:
    for address in (
        f"/daily/feed.{form}",
        f"/daily/c/ships/feed.{form}",
        f"/daily/feed.{form}?month=2026-03",
    ):
        first = read(client, address).content
        with time_machine.travel(TUESDAY + dt.timedelta(days=9), tick=False):
            assert read(client, address).content == first


# --- what an entry says -----------------------------------------------------------------------


def test_an_item_entry_is_clean_html_from_the_structure(
    client: Client, harbour: SimpleNamespace
) -> None:
    Item.objects.filter(title="Spring tide").update(
        title="Spring *tide* & flood",
        insight="The **quay** is [low](https://example.org/low).",
        bullets=[{"lead": "When", "text": "at noon", "children": [{"lead": "", "text": "or so"}]}],
        body="![a map](https://example.org/map.png)",
    )
    entry = feedparser.parse(read(client, "/daily/c/tides/feed.atom").content).entries[0]
    assert entry.title == "Spring tide & flood"
    assert entry.summary == "The quay is low."
    assert entry.link == "http://127.0.0.1:8000/daily/2026-03-02/item-1/"
    assert [(link.rel, link.href) for link in entry.links] == [
        ("alternate", "http://127.0.0.1:8000/daily/2026-03-02/item-1/"),
        ("via", "https://example.org/2026-03-02/1"),
    ]
    assert [(tag.term, tag.label) for tag in entry.tags] == [("tides", "Tides")]
    [item] = read(client, "/daily/c/tides/feed.json").json()["items"]
    # The lines of a template end between blocks, where white space says nothing.
    assert item["content_html"].replace("\n", "") == (
        "<p><strong>Insight</strong></p><blockquote><p>The <strong>quay</strong> is "
        '<a href="https://example.org/low" rel="noopener noreferrer">low</a>.</p></blockquote>'
        "<ul><li><strong>When: </strong>at noon<ul><li>or so</li></ul></li></ul>"
        '<p><img src="https://example.org/map.png" alt="a map"></p>'
        '<p>Read the original: <a href="https://example.org/2026-03-02/1">The Paper</a></p>'
    )
    assert item["external_url"] == "https://example.org/2026-03-02/1"
    assert item["tags"] == ["Tides"]


def test_an_issue_entry_holds_every_public_item_and_the_tail(
    client: Client, harbour: SimpleNamespace
) -> None:
    item = read(client, "/daily/feed.json").json()["items"][1]
    assert item["url"] == "http://127.0.0.1:8000/daily/2026-03-02/"
    assert item["tags"] == ["Tides", "Ships", "People"]
    for piece in ("1. Spring tide", "2. A ship came in", "3. Alice took the helm", "Tide tables"):
        assert piece in item["content_html"]
    assert item["summary"] == "Spring tide · A ship came in · Alice took the helm"


def test_a_feed_speaks_its_publication_s_language(client: Client) -> None:
    zh = builders.publication("zh", name="港湾", language="zh-Hans")
    issue = builders.issue(zh, state="archived", published_at=MONDAY)
    builders.item(issue, builders.category(zh, "航运", slug="航运"), "到港", published_at=MONDAY)
    address = f"/zh/c/{quote('航运')}/feed"
    response = read(client, f"{address}.atom", **{"Accept-Language": "en"})
    assert response["Content-Language"] == "zh-Hans"
    assert "Accept-Language" not in response.get("Vary", "")
    assert 'xml:lang="zh-Hans"' in response.content.decode()
    parsed = feedparser.parse(response.content)
    assert parsed.feed.title == "港湾：航运"
    assert "核心洞察" in parsed.entries[0].content[0].value
    assert feedparser.parse(read(client, f"{address}.rss").content).feed.language == "zh-Hans"
    assert read(client, f"{address}.json").json()["language"] == "zh-Hans"


@pytest.mark.parametrize("form", FORMS)
def test_media_types_and_self_links_are_the_address(
    client: Client, harbour: SimpleNamespace, form: str
) -> None:
    for path in (
        f"/daily/feed.{form}",
        f"/daily/c/ships/feed.{form}",
        f"/daily/feed.{form}?category=ships&category=tides",
        f"/daily/c/ships/feed.{form}?month=2026-03",
    ):
        response = read(client, path)
        assert response["Content-Type"] == TYPES[form]
        assert response["Access-Control-Allow-Origin"] == "*"
        own = f"http://127.0.0.1:8000{path}"
        if form == "json":
            assert response.json()["feed_url"] == own
        else:
            links_of = feedparser.parse(response.content).feed.links
            assert [link.href for link in links_of if link.rel == "self"] == [own]


def test_rss_names_the_site_not_the_feed_as_its_link(
    client: Client, harbour: SimpleNamespace
) -> None:
    Publication.objects.update(hub_url="https://hub.example.org/")
    channel = etree.fromstring(read(client, "/daily/c/ships/feed.rss").content)[0]
    assert channel.findtext("link") == "http://127.0.0.1:8000/daily/c/ships/"
    item = channel.find("item")
    assert item.find("guid").get("isPermaLink") == "false"
    order = [child.tag for child in item]
    assert order.index("description") < order.index(
        "{http://purl.org/rss/1.0/modules/content/}encoded"
    )


def test_angle_brackets_in_a_title_are_text_to_every_reader(
    client: Client, harbour: SimpleNamespace
) -> None:
    Item.objects.filter(title="Spring tide").update(title="Option\\<Handle> & more")
    body = read(client, "/daily/c/tides/feed.rss").content.decode()
    assert "<title>Option&#x3C;Handle&gt; &#x26; more</title>" in body
    for form in ("atom", "rss"):
        root = etree.fromstring(read(client, f"/daily/c/tides/feed.{form}").content)
        titles_of = [node.text for node in root.iter() if str(node.tag).endswith("title")]
        assert titles_of[-1] == "Option<Handle> & more"


@COMMITTED
def test_the_hub_is_named_only_when_there_is_one(client: Client, harbour: SimpleNamespace) -> None:
    assert "Link" not in read(client, "/daily/feed.atom").headers
    Publication.objects.update(hub_url="https://hub.example.org/", changed_at=TUESDAY)
    for form in ("atom", "rss"):
        response = read(client, f"/daily/feed.{form}")
        assert response["Link"] == (
            '<https://hub.example.org/>; rel="hub", '
            f'<http://127.0.0.1:8000/daily/feed.{form}>; rel="self"'
        )
        found = feedparser.parse(response.content).feed.links
        assert [link.href for link in found if link.rel == "hub"] == ["https://hub.example.org/"]
    assert read(client, "/daily/feed.json").json()["hubs"] == [
        {"type": "WebSub", "url": "https://hub.example.org/"}
    ]


def test_json_feed_has_what_its_specification_asks_for(
    client: Client, harbour: SimpleNamespace
) -> None:
    feed = read(client, "/daily/feed.json").json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["home_page_url"] == "http://127.0.0.1:8000/daily/"
    assert feed["icon"] == f"http://127.0.0.1:8000{static('newsletter/icon-512.png')}"
    assert finders.find("newsletter/icon-512.png")
    for item in feed["items"]:
        assert {"id", "url", "title", "content_html", "date_published"} <= item.keys()


# --- polling ----------------------------------------------------------------------------------


@COMMITTED
@pytest.mark.parametrize(
    "address",
    [
        "/daily/feed.atom",
        "/daily/feed.rss",
        "/daily/feed.json",
        "/daily/c/ships/feed.atom",
        "/daily/feed.atom?category=ships&category=tides",
        "/daily/c/ships/feed.json?month=2026-03",
    ],
)
def test_an_unchanged_feed_is_one_read(
    client: Client,
    harbour: SimpleNamespace,
    address: str,
    django_assert_num_queries: Any,
) -> None:
    response = read(client, address)
    etag = response["ETag"]
    assert response["Cache-Control"] == "public, max-age=1800, stale-if-error=1800"
    for tags in (etag, f'"other", W/{etag}', "*"):
        with django_assert_num_queries(1):  # Whether anything changed; once a second in life.
            again = client.get(address, headers={"If-None-Match": tags})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    Publication.objects.update(name="Weekly")
    fresh = client.get(address, headers={"If-None-Match": etag})
    assert fresh.status_code == 200
    assert fresh["ETag"] != etag


@COMMITTED
def test_a_feed_is_built_once_for_all_who_ask(
    client: Client, harbour: SimpleNamespace, django_assert_num_queries: Any
) -> None:
    first = read(client, "/daily/feed.atom")
    with django_assert_num_queries(1):
        second = read(client, "/daily/feed.atom")
    assert second.content == first.content
    assert second["ETag"] == first["ETag"]
    assert second["Content-Language"] == "en"
    read(client, "/daily/c/ships/feed.atom")
    with django_assert_num_queries(1):
        read(client, "/daily/c/ships/feed.atom")
    Issue.objects.filter(pk=harbour.tuesday.pk).update(title="Renamed")
    assert titles(client, "/daily/feed.atom")[0] == "Renamed"


def test_what_is_kept_is_bounded() -> None:
    small = kept.Kept(10)
    built: list[str] = []

    def build(name: str) -> bytes:
        return small.get(name, lambda: built.append(name) or name.encode() * 4)

    assert build("a") == b"aaaa"
    build("b")
    build("a")  # asked for again, so it is "b" that falls out
    build("c")
    build("a")
    assert built == ["a", "b", "c"]
    build("b")
    assert built == ["a", "b", "c", "b"]
    assert small.get("large", lambda: b"x" * 11) == b"x" * 11
    assert build("a") == b"aaaa"


def test_every_feed_has_an_etag_of_its_own(client: Client, harbour: SimpleNamespace) -> None:
    addresses = [f"/daily/feed.{form}" for form in FORMS]
    addresses += ["/daily/c/ships/feed.atom", "/daily/c/tides/feed.atom"]
    assert len({read(client, address)["ETag"] for address in addresses}) == 5


def test_head_has_the_headers_and_no_body(client: Client, harbour: SimpleNamespace) -> None:
    for address in ("/daily/feed.atom", "/daily/c/ships/feed.json"):
        got, head = client.get(address), client.head(address)
        assert (head.status_code, head.content) == (200, b"")
        assert head["ETag"] == got["ETag"]
        assert head["Content-Type"] == got["Content-Type"]
    assert client.post("/daily/feed.atom").status_code == 405


@pytest.mark.parametrize(
    ("asked", "real"),
    [
        ("/daily/feed.atom?category=tides&category=ships", BOTH.format("atom")),
        ("/daily/feed.rss?category=ships&category=tides&category=ships", BOTH.format("rss")),
        ("/daily/feed.json?category=ships", "/daily/c/ships/feed.json"),
        ("/daily/feed.json?category=", "/daily/feed.json"),
        ("/daily/feed", "/daily/feed.atom"),
        ("/daily/feed/", "/daily/feed.atom"),
        ("/daily/feed.xml", "/daily/feed.atom"),
        ("/daily/atom.xml", "/daily/feed.atom"),
        ("/daily/index.xml", "/daily/feed.atom"),
        ("/daily/rss", "/daily/feed.rss"),
        ("/daily/rss/", "/daily/feed.rss"),
        ("/daily/rss.xml", "/daily/feed.rss"),
    ],
)  # fmt: skip
def test_one_feed_has_one_address(
    client: Client, harbour: SimpleNamespace, asked: str, real: str
) -> None:
    response = client.get(asked)
    assert (response.status_code, response["Location"]) == (301, real)
    assert client.get(real).status_code == 200


def of_pages(queries: CaptureQueriesContext) -> list[str]:
    """What building asked, without looking for changes, which tests do at every turn."""
    asked = [str(query["sql"]) for query in queries.captured_queries]
    ours = ("newsletter_change", "sqlite_master", "pg_trigger")
    return [sql for sql in asked if not any(name in sql for name in ours)]


@COMMITTED
@pytest.mark.parametrize("address", ["/daily/c/ships/feed", "/daily/feed"])
def test_the_work_does_not_grow_with_the_archive(
    client: Client, harbour: SimpleNamespace, address: str
) -> None:
    with CaptureQueriesContext(connection) as few:
        read(client, f"{address}.json")
    for number in range(1, 41):
        moment = MONDAY - dt.timedelta(days=number)
        one = builders.issue(
            harbour.daily, moment.date().isoformat(), state="archived", published_at=moment
        )
        builders.item(one, harbour.ships, f"Ship {number}", published_at=moment)
    with CaptureQueriesContext(connection) as many:
        read(client, f"{address}.json")
    assert len(of_pages(many)) == len(of_pages(few))


# --- item by item -----------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_every_item_of_the_publication_is_an_entry(
    client: Client, harbour: SimpleNamespace, form: str
) -> None:
    address = f"/daily/items.{form}"
    assert titles(client, address) == [
        "The ship left", "Spring tide", "A ship came in", "Alice took the helm",
    ]  # fmt: skip
    both = ids(client, f"/daily/feed.{form}?category=people&category=ships&category=tides")
    assert ids(client, address) == both
    # A category made later is in it, and what has none; a private one is not.
    late = builders.category(harbour.daily, "Late")
    day = TUESDAY + dt.timedelta(minutes=30)
    third = builders.issue(harbour.daily, "2026-03-04", state="archived", published_at=day)
    builders.item(third, late, "Of a new kind", published_at=day)
    builders.item(third, None, "Of no kind", published_at=day)
    builders.item(third, harbour.secret, "Not said", published_at=day)
    builders.item(third, late, "Hidden", published_at=day, hidden=True)
    assert titles(client, address)[:3] == ["Of a new kind", "Of no kind", "The ship left"]
    response = read(client, address)
    assert response["Content-Type"] == TYPES[form]
    assert b"Not said" not in response.content
    assert b"Daily: item by item" in response.content


def test_items_go_back_month_by_month(client: Client, harbour: SimpleNamespace) -> None:
    assert titles(client, "/daily/items.atom?month=2026-03") == titles(client, "/daily/items.atom")
    assert client.get("/daily/items.atom?month=2026-02").status_code == 404
    assert client.get("/daily/items.atom?month=x").status_code == 404


def test_the_channel_s_description_is_html_to_readers_and_so_escaped(
    client: Client, harbour: SimpleNamespace
) -> None:
    Publication.objects.update(description="Ships < 20 m & <b>tides</b>")
    channel = etree.fromstring(read(client, "/daily/feed.rss").content)[0]
    assert channel.findtext("description") == "Ships &lt; 20 m &amp; &lt;b&gt;tides&lt;/b&gt;"
    atom = etree.fromstring(read(client, "/daily/feed.atom").content)
    assert atom.findtext(f"{ATOM}subtitle") == "Ships < 20 m & <b>tides</b>"


def test_a_reader_s_own_feed_is_compressed_too(client: Client, harbour: SimpleNamespace) -> None:
    bob = builders.subscription(harbour.daily, "bob@example.org", [harbour.tides])
    address = f"/s/f/{token_of(bob)}/feed.atom"
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.content) == client.get(address).content
    tag = packed["ETag"]
    again = client.get(address, headers={"Accept-Encoding": "gzip", "If-None-Match": tag})
    assert again.status_code == 304


# --- older entries (RFC 5005) -----------------------------------------------------------------


def walk(client: Client, address: str) -> list[tuple[str, list[str]]]:
    """Follow prev-archive from the feed itself to the end: addresses and their entries' titles."""
    found = []
    for _ in range(20):
        root = etree.fromstring(read(client, address).content)
        found.append((address, [e.findtext(f"{ATOM}title") for e in root.iter(f"{ATOM}entry")]))
        older = root.xpath(
            "string(a:link[@rel='prev-archive']/@href)", namespaces={"a": ATOM[1:-1]}
        )
        if not older:
            return found
        address = older.removeprefix("http://127.0.0.1:8000")
    raise AssertionError("the chain does not end")


def test_older_entries_are_reached_month_by_month(client: Client) -> None:
    daily = builders.publication()
    ships = builders.category(daily, "Ships")
    expected = []
    # December, February (January and March have nothing), April: more than a feed holds.
    with time_machine.travel(dt.datetime(2026, 4, 20, 12, tzinfo=dt.UTC), tick=False):
        for first, count in (("2025-12-01", 3), ("2026-02-01", 25), ("2026-04-01", 12)):
            for day in range(count):
                date = dt.date.fromisoformat(first) + dt.timedelta(days=day)
                moment = dt.datetime.combine(date, dt.time(8), tzinfo=dt.UTC)
                one = builders.issue(
                    daily, date.isoformat(), state="archived", published_at=moment, title=str(date)
                )
                for place in range(3):
                    builders.item(one, ships, f"{date} {place}", published_at=moment)
                    expected.append(f"{date} {place}")
        chain = walk(client, "/daily/c/ships/feed.atom")
        assert [address for address, _ in chain] == [
            "/daily/c/ships/feed.atom",
            "/daily/c/ships/feed.atom?month=2026-02",
            "/daily/c/ships/feed.atom?month=2025-12",
        ]
        assert len(chain[0][1]) == 102
        assert {title for _, found in chain for title in found} == set(expected)
        assert len(chain[1][1]) == 75
        root = etree.fromstring(read(client, "/daily/c/ships/feed.atom?month=2026-02").content)
        assert root.find(f"{HISTORY}archive") is not None
        named = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
        base = "http://127.0.0.1:8000/daily/c/ships/"
        assert named == {
            "self": f"{base}feed.atom?month=2026-02",
            "alternate": base,
            "current": f"{base}feed.atom",
            "prev-archive": f"{base}feed.atom?month=2025-12",
            "next-archive": f"{base}feed.atom?month=2026-04",
        }
        # The running month is not finished: no archive mark, it may still grow.
        running = etree.fromstring(read(client, "/daily/c/ships/feed.atom?month=2026-04").content)
        assert running.find(f"{HISTORY}archive") is None
        assert read(client, "/daily/c/ships/feed.json").json()["next_url"] == (
            f"{base}feed.json?month=2026-02"
        )
        issues = walk(client, "/daily/feed.atom")
        assert len(issues[0][1]) == 30
        assert len({title for _, found in issues for title in found}) == 40
    with time_machine.travel(dt.datetime(2026, 5, 1, tzinfo=dt.UTC), tick=False):
        over = etree.fromstring(read(client, "/daily/c/ships/feed.atom?month=2026-04").content)
        assert over.find(f"{HISTORY}archive") is not None


@pytest.mark.parametrize("month", ["2026-13", "2026-3", "junk", "0000-01", "2026-03-02", ""])
def test_a_month_that_is_none_is_refused(
    client: Client, harbour: SimpleNamespace, month: str
) -> None:
    response = client.get("/daily/feed.atom", {"month": month})
    assert response.status_code == 404
    assert "Write a month like 2026-03." in response.content.decode()


def test_a_month_without_entries_is_not_found(client: Client, harbour: SimpleNamespace) -> None:
    assert client.get("/daily/feed.atom?month=2019-01").status_code == 404


def test_months_are_those_of_the_publication_s_own_time(
    client: Client, harbour: SimpleNamespace
) -> None:
    Publication.objects.update(time_zone="Asia/Shanghai")
    late = dt.datetime(2026, 2, 28, 17, 0, tzinfo=dt.UTC)  # 1 March there
    Issue.objects.filter(pk=harbour.monday.pk).update(published_at=late)
    assert len(titles(client, "/daily/feed.atom?month=2026-03")) == 2
    assert client.get("/daily/feed.atom?month=2026-02").status_code == 404


# --- one reader's own feed --------------------------------------------------------------------


def token_of(subscription: Subscription) -> str:
    return links.make(links.Purpose.FEED, subscription.pk, subscription.feed_serial)


@pytest.mark.parametrize("form", FORMS)
def test_a_reader_s_feed_follows_the_choice(
    client: Client, harbour: SimpleNamespace, form: str
) -> None:
    bob = builders.subscription(harbour.daily, "bob@example.org", [harbour.tides])
    address = f"/s/f/{token_of(bob)}/feed.{form}"
    response = read(client, address)
    assert titles(client, address) == ["Spring tide"]
    assert response["Cache-Control"] == "private, max-age=1800"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "Access-Control-Allow-Origin" not in response.headers
    Subscription.objects.update(choice=bob.choice | 1 << harbour.ships.bit)
    changed = client.get(address, headers={"If-None-Match": response["ETag"]})
    assert changed.status_code == 200
    assert titles(client, address) == ["The ship left", "Spring tide", "A ship came in"]
    # The same items under the same ids: a reader who moves over sees nothing twice.
    assert ids(client, address) == ids(client, f"/daily/feed.{form}?category=ships&category=tides")


def test_an_unchanged_reader_s_feed_is_two_reads(
    client: Client, harbour: SimpleNamespace, django_assert_num_queries: Any
) -> None:
    bob = builders.subscription(harbour.daily, "bob@example.org", [harbour.tides])
    address = f"/s/f/{token_of(bob)}/feed.atom"
    etag = read(client, address)["ETag"]
    with django_assert_num_queries(2):  # The reader, and whether anything changed.
        again = client.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again["Cache-Control"]) == (304, "private, max-age=1800")


def test_private_categories_are_not_in_a_reader_s_feed(
    client: Client, harbour: SimpleNamespace
) -> None:
    bob = builders.subscription(harbour.daily, "bob@example.org", [harbour.tides, harbour.secret])
    response = read(client, f"/s/f/{token_of(bob)}/feed.atom")
    assert b"gold" not in response.content
    assert b"Secrets" not in response.content
    page = read(client, f"/s/f/{token_of(bob)}/").content.decode()
    assert "Tides" in page
    assert "Secrets" not in page


def test_a_reader_s_feed_names_no_one_and_opens_nothing(
    client: Client, harbour: SimpleNamespace
) -> None:
    Publication.objects.update(hub_url="https://hub.example.org/")
    bob = builders.subscription(harbour.daily, "bob@example.org", [harbour.tides])
    for address in ("/", "/feed.atom", "/feed.rss", "/feed.json"):
        body = read(client, f"/s/f/{token_of(bob)}{address}").content.decode()
        assert "bob@" not in body
        assert "/s/m/" not in body
        # A hub would be told the token.
        assert "hub.example.org" not in body


@pytest.mark.parametrize("end", ["", "feed.atom", "feed.json"])
def test_tokens_that_are_not_good_any_more_are_refused_alike(
    client: Client, harbour: SimpleNamespace, end: str
) -> None:
    bob = builders.subscription(harbour.daily, "bob@example.org", [harbour.tides])
    good = token_of(bob)
    pages = set()
    last = "A" if good[-1] != "A" else "B"
    for token in (
        good[:-1] + last,
        good[:-4],
        "x",
        links.make(links.Purpose.MANAGE, bob.pk),
        links.make(links.Purpose.FEED, bob.pk, 1),
        links.make(links.Purpose.FEED, bob.pk + 1000),
    ):
        response = client.get(f"/s/f/{token}/{end}")
        assert response.status_code == 404
        pages.add(response.content.decode().replace(f"/s/f/{token}/", ""))
    assert client.get(f"/s/f/{good}/{end}").status_code == 200
    subscriber = bob.subscriber
    subscriber.address = subscriber.name = ""
    subscriber.key = None
    subscriber.erased_at = TUESDAY
    subscriber.save()
    response = client.get(f"/s/f/{good}/{end}")
    pages.add(response.content.decode().replace(f"/s/f/{good}/", ""))
    assert response.status_code == 404
    assert len(pages) == 1


def test_a_reader_who_chose_nothing_has_an_empty_feed(
    client: Client, harbour: SimpleNamespace
) -> None:
    bob = builders.subscription(harbour.daily, "bob@example.org", [])
    assert titles(client, f"/s/f/{token_of(bob)}/feed.atom") == []
    page = read(client, f"/s/f/{token_of(bob)}/").content.decode()
    assert "You have chosen no category, so the feed is empty." in page


# --- what an editor may paste -----------------------------------------------------------------

HOSTILE = [
    "plain \x00\x01\x08\x0b\x1f control \x7f\x85",
    "not a character \ufffe\uffff\U0001fffe \ufdd0",
    "turned \u202e\u2066around",
    "]]> <![CDATA[ &amp; &#0; &bogus; <b>bold</b>",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\u2028\u2029\ufeff",
    "Zalgo " + "e" + "\u0301" * 300,
    "🚢" * 100 + "x" * 150,
    "",
    "   ",
    "[link](javascript:alert(1)) `code` **bold**",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_an_editor_pastes_breaks_a_feed(
    client: Client, harbour: SimpleNamespace, text: str
) -> None:
    stored = text.replace("\x00", "") if connection.vendor == "postgresql" else text
    Publication.objects.update(name=(stored or "x")[:100], description=stored)
    Category.objects.filter(pk=harbour.ships.pk).update(name=stored[:60])
    Issue.objects.update(title=stored[:300], intro=stored)
    # JSON keeps what the database's text columns would refuse: a lone surrogate.
    bullets = [{"lead": stored + "\ud800", "text": "\udfff" + stored, "children": []}]
    if connection.vendor == "postgresql":
        bullets = [{"lead": stored, "text": stored, "children": []}]
    Item.objects.update(title=stored, insight=stored, body=stored, bullets=bullets)
    Link.objects.update(label=stored[:300], url="javascript:alert(1)")
    for address in ("/daily/feed", "/daily/c/ships/feed"):
        for form in FORMS:
            body = read(client, f"{address}.{form}").content
            decoded = body.decode()
            for bad in "\x00\x08\x0b\x1f\x7f\x85\ufffe\uffff\U0001fffe\ufdd0\u202e\u2066":
                assert bad not in decoded
            if form == "json":
                assert len(json.loads(body)["items"]) == 2
                contents = [item["content_html"] for item in json.loads(body)["items"]]
            else:
                etree.fromstring(body, etree.XMLParser(resolve_entities=False))
                parsed = feedparser.parse(body)
                assert not parsed.bozo
                assert len(parsed.entries) == 2
                root = etree.fromstring(body)
                names = (
                    f"{ATOM}content" if form == "atom"
                    else "{http://purl.org/rss/1.0/modules/content/}encoded"
                )  # fmt: skip
                contents = [node.text or "" for node in root.iter(names)]
            for content in contents:
                assert "<script" not in content
                assert "onerror=" not in content.replace("&lt;img src=x onerror=", "")
                assert 'href="javascript' not in content


# --- lists of feeds ---------------------------------------------------------------------------


def test_opml_names_every_feed_on_offer(client: Client, harbour: SimpleNamespace) -> None:
    builders.publication("weekly", name="Weekly <&>")
    response = read(client, "/daily/feeds.opml")
    assert response["Content-Type"] == "text/x-opml; charset=utf-8"
    found = [node.get("xmlUrl") for node in etree.fromstring(response.content).iter("outline")]
    base = "http://127.0.0.1:8000/daily/"
    assert found == [
        None,
        f"{base}feed.atom",
        f"{base}items.atom",
        f"{base}c/tides/feed.atom",
        f"{base}c/ships/feed.atom",
        f"{base}c/people/feed.atom",
    ]
    for address in found[1:]:
        assert address is not None
        assert client.get(address.removeprefix("http://127.0.0.1:8000")).status_code == 200
    all_of_them = etree.fromstring(read(client, "/opml").content)
    assert [group.get("text") for group in all_of_them[1]] == ["Harbour Daily", "Weekly <&>"]
