"""Searches of the archive as readers and feed readers ask for them, on either database."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from newsletter import sending
from newsletter.archive import searching
from newsletter.archive.calls import Calls
from newsletter.editions import published, search
from newsletter.editions.search import entries, finding
from newsletter.issues import channels
from newsletter.models import Issue, Item, Link, SearchEntry, StoryCursor
from subscribers.models import Category, Publication
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)

FERRY, YARD, PORT = "Night ferries start in spring", "The new yard opens", "港口潮汐观测站启用"


@pytest.fixture(autouse=True)
def nobody_asked_before() -> None:
    searching.CALLS.clear()


@pytest.fixture
def daily() -> Publication:
    made = builders.publication()
    for name in ("Ships", "Trade"):
        builders.category(made, name)
    return made


def out(publication: Publication, day: str, *titles: str, **extra: Any) -> Issue:
    """A published issue of that day; its items are of ships, but for those of the yard."""
    made = builders.issue(publication, day, **extra)
    for title in titles:
        category = publication.categories.get(slug="trade" if title == YARD else "ships")
        host = "www.yard.example" if title == YARD else "news.example.org"
        builders.item(made, category, title, url=f"https://{host}/{len(title)}")
    show(made)
    return made


def show(made: Issue) -> None:
    at = dt.datetime.fromisoformat(f"{made.date}T12:00+00:00")
    Issue.objects.filter(pk=made.pk).update(
        state="published", channels="site", published_at=at, listed=True
    )
    channels.show(made, at)
    made.refresh_from_db()


def titles(publication: Publication, **given: str) -> list[str] | None:
    asked = search.read(given)
    found = search.find(publication, asked, public=published.categories(publication))
    if found is None:
        return None
    return [Item.objects.get(pk=pk).title for pk in found.items]


def test_by_words_in_both_scripts_newest_first(daily: Publication) -> None:
    out(daily, "2026-03-02", FERRY, YARD, PORT)
    out(daily, "2026-03-03", "A ferry too many", "潮汐与港口")
    out(daily, "2025-12-31", "Ferry of last year")
    assert titles(daily, q="ferry") == ["A ferry too many", FERRY, "Ferry of last year"]
    assert titles(daily, q="FERRIES night") == [FERRY]
    assert titles(daily, q="潮汐") == ["潮汐与港口", PORT]
    assert titles(daily, q="港口潮汐") == [PORT]
    assert titles(daily, q="站") == [PORT]
    assert titles(daily, q="站启") == [PORT]
    assert titles(daily, q="潮汐 ferry") == []
    assert titles(daily, q="ferr") == []
    # With a star, words that begin so; not the words that stand for a category or a source.
    assert titles(daily, q="Ferr*") == ["A ferry too many", FERRY, "Ferry of last year"]
    assert titles(daily, q="fer* nigh*") == [FERRY]
    assert titles(daily, q="erry*") == titles(daily, q="zz*") == []


def test_a_letter_with_dots_is_found_in_each_of_its_spellings(daily: Publication) -> None:
    """Also in the text of an item, and so on both databases."""
    out(daily, "2026-03-02", "Müller öffnet in Århus")
    out(daily, "2026-03-03", "Mueller opens")
    out(daily, "2026-03-04", "Muller does")
    mueller = titles(daily, q="Mueller")
    assert (
        mueller == titles(daily, q="ｍｕｅｌｌｅｒ") == ["Mueller opens", "Müller öffnet in Århus"]
    )
    every = ["Muller does", "Mueller opens", "Müller öffnet in Århus"]
    assert titles(daily, q="Müller") == titles(daily, q="MU\u0308LLER") == every
    assert titles(daily, q="muller") == [every[0], every[2]]
    for query in ("aarhus", "arhus", "Århus", "mueller oeffnet", "oeff*", "Öffn*", "müll*"):
        assert every[2] in (titles(daily, q=query) or ()), query
    # No letters are taken for what they are not, and two fields are no name.
    assert titles(daily, q="dos") == []
    assert titles(daily, q='"mueller oeffnet"') == titles(daily, q='"arhus mueller"') == []


def test_in_every_field_of_an_item(daily: Publication) -> None:
    made = builders.issue(daily, "2026-03-02")
    ships = daily.categories.get(slug="ships")
    item = builders.item(
        made, ships, "Title", url=None, insight="Insightful", body="A **bold** body",
        bullets=[{"lead": "Lead", "text": "text", "children": [{"lead": "", "text": "child"}]}],
    )  # fmt: skip
    Link.objects.create(issue=made, item=item, kind="source", number=9, label="Harbour Wire",
                        url="https://wire.example/")  # fmt: skip
    show(made)
    for word in ("title", "insightful", "bold", "lead", "child", "wire"):
        assert titles(daily, q=word) == ["Title"], word
    # Words that stand one behind the other, but in two fields, are not one name.
    assert titles(daily, q="title-insightful") == []
    assert titles(daily, q="insightful title") == ["Title"]


def test_by_category_source_and_day(daily: Publication) -> None:
    out(daily, "2026-03-02", FERRY, YARD)
    out(daily, "2026-03-03", PORT)
    assert titles(daily, category="trade") == [YARD]
    assert titles(daily, category="none") is None
    assert titles(daily, source="yard.example") == [YARD]
    assert titles(daily, source="example") == []
    assert titles(daily, since="2026-03-03") == [PORT]
    assert titles(daily, until="2026-03-02") == [FERRY, YARD]
    assert titles(daily, since="2026-03-02", until="2026-03-02", q="yard") == [YARD]
    old = daily.categories.get(slug="trade")
    Category.objects.filter(pk=old.pk).update(
        merged_into=daily.categories.get(slug="ships"), retired_at=builders.NOW
    )
    assert titles(daily, category="ships") == [PORT, FERRY, YARD]


def test_only_what_is_public_and_of_this_publication(daily: Publication) -> None:
    other = builders.publication("evening")
    builders.category(other, "Ships")
    out(other, "2026-03-02", FERRY)
    made = out(daily, "2026-03-02", FERRY)
    draft = builders.issue(daily, "2026-03-04")
    builders.item(draft, daily.categories.get(slug="ships"), "A draft's ferry")
    assert titles(daily, q="ferry") == [FERRY]
    for change, back in (
        (Item.objects.update, {"hidden": False}),
        (Issue.objects.filter(pk=made.pk).update, {"listed": True}),
        (Category.objects.update, {"visibility": "open"}),
    ):
        change(**{name: {"open": "private"}.get(value, not value) for name, value in back.items()})  # type: ignore[operator, call-overload]
        assert titles(daily, q="ferry") == [], back
        change(**back)  # type: ignore[operator]
        assert titles(daily, q="ferry") == [FERRY]


def test_the_index_follows_what_is_corrected_copied_and_deleted(daily: Publication) -> None:
    made = out(daily, "2026-03-02", FERRY)
    item = made.items.get()
    weekly = builders.issue(daily, "2026-03-08", slug="week", kind="roundup")
    builders.item(weekly, item.category, FERRY, url=None, copied_from=item)
    show(weekly)
    assert titles(daily, q="ferry") == [FERRY]
    Item.objects.filter(pk=item.pk).update(title="The boat sails")
    search.write(Item.objects.filter(pk=item.pk))
    assert titles(daily, q="ferry") == []
    assert titles(daily, q="boats") == ["The boat sails"]
    weekly.delete()
    made.delete()
    assert titles(daily, q="boat") == [] and not SearchEntry.objects.exists()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO newsletter_searchindex(newsletter_searchindex, rank) "
                           "VALUES ('integrity-check', 1)")  # fmt: skip


def test_a_correction_and_a_release_write_it(daily: Publication) -> None:
    made = builders.issue(daily, "2026-03-02")
    builders.item(made, daily.categories.get(slug="ships"), FERRY)
    builders.subscription(daily, "alice@example.org")
    sending.release(made, by="alice", now=True)
    assert sending.freeze(made.pk)
    assert titles(daily, q="ferry") == [FERRY]


def test_what_had_appeared_before_is_taken_up_in_turn(daily: Publication) -> None:
    out(daily, "2026-03-02", FERRY, YARD)
    draft = builders.issue(daily, "2026-03-04")
    builders.item(draft, daily.categories.get(slug="ships"), "A draft's ferry")
    SearchEntry.objects.all().delete()
    assert entries.sweep() == 3
    assert titles(daily, q="ferry") == [FERRY]
    assert SearchEntry.objects.count() == 2
    assert (entries.sweep(), StoryCursor.objects.get(name="search 3").item) == (
        0,
        draft.items.get().pk,
    )


def test_pages_go_on_where_they_ended(daily: Publication) -> None:
    for day in range(1, 6):
        out(daily, f"2026-03-0{day}", *(f"Ferry {day}.{n}" for n in range(9)))
    client, seen, address = Client(), [], "/daily/search/?q=ferry"
    while address:
        page = client.get(address).content.decode()
        seen += [part.partition("<")[0] for part in page.split("<mark>Ferry</mark> ")[1:]]
        _before, _next, rest = page.partition('rel="next"')
        address = rest.partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert seen == [f"{day}.{n}" for day in range(5, 0, -1) for n in range(9)]


# By the order of places where they are common, by the index of words where not.
@pytest.mark.parametrize("common", [1, 2, 99])
def test_words_that_are_common_but_stand_apart_are_looked_for_a_part_at_a_time(
    daily: Publication, monkeypatch: pytest.MonkeyPatch, common: int
) -> None:
    monkeypatch.setattr(finding, "_COMMON", common)
    monkeypatch.setattr(finding, "_NEWEST", 3)
    monkeypatch.setattr(finding, "_CANDIDATES", 4)
    out(daily, "2026-03-01", "Night ferry", "Night ferry again")
    for day in range(2, 6):
        out(daily, f"2026-03-0{day}", *(f"Ferry {n} at night" for n in range(3)), FERRY)
    public = published.categories(daily)

    def walk(words: str, most: int) -> list[str]:
        asked, seen, before = search.read({"q": words}), list[int](), None
        for _page in range(20):
            found = search.find(daily, asked, public=public, before=before, most=most)
            assert found is not None
            seen += found.items
            before = found.older
            if before is None:
                break
        return [Item.objects.get(pk=pk).title for pk in seen]

    # On PostgreSQL most of these pages are short; all of them together hold everything.
    for most in (1, 2, 20):
        assert walk("night-ferry", most) == [FERRY] * 4 + ["Night ferry", "Night ferry again"]
        assert walk("ferry night", most)[:2] == ["Ferry 0 at night", "Ferry 1 at night"]
        assert len(walk("ferry night", most)) == 18
        assert walk("again", most) == ["Night ferry again"]


def test_the_page(daily: Publication, client: Client) -> None:
    out(daily, "2026-03-02", f"{FERRY} & more", PORT)
    page = client.get("/daily/search/")
    assert page.status_code == 200 and page["Cache-Control"].startswith("public, max-age=60,")
    assert 'name="robots"' not in page.content.decode()
    page = client.get("/daily/search/", {"q": "ferry", "lang": "en"})
    text = page.content.decode()
    assert 'href="/daily/2026-03-02/item-1/?lang=en"' in text
    assert "Night <mark>ferries</mark> start in spring &amp; more" in text
    assert 'href="/daily/sources/news.example.org/?lang=en"' in text
    assert '<meta name="robots" content="noindex">' in text
    assert 'href="/daily/search/feed.atom?q=ferry"' in text
    assert (
        client.get("/daily/search/", {"q": "潮汐"}).content.decode().count("<mark>潮汐</mark>") == 1
    )
    again = client.get("/daily/search/?q=ferry&lang=en", headers={"If-None-Match": page["ETag"]})
    assert again.status_code == 304
    assert "Nothing found" in client.get("/daily/search/?q=submarine").content.decode()
    assert client.get("/none/search/").status_code == 404


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%22%29+OR+*", "q='%3A*", "q=_p1", "q=%5C", "before=9e9&q=a", "since=x",
              "before=-1&q=a", "q=NEAR(a+b)", "category=%27", "source=a'b", "until=9999-12-31",
              "since=0001-01-01", f"q={'x' * 101}"],
)  # fmt: skip
def test_odd_searches_are_answered(daily: Publication, client: Client, query: str) -> None:
    out(daily, "2026-03-02", FERRY)
    assert client.get(f"/daily/search/?{query}").status_code in (200, 422)
    assert client.get(f"/daily/search/feed.atom?{query}").status_code in (200, 301, 404)


def test_a_search_is_a_feed(daily: Publication, client: Client) -> None:
    out(daily, "2026-03-02", FERRY, YARD)
    for form in ("atom", "rss", "json"):
        moved = client.get(f"/daily/search/feed.{form}?lang=en&q=ferry")
        assert (moved.status_code, moved["Location"]) == (301, f"/daily/search/feed.{form}?q=ferry")
        feed = client.get(moved["Location"])
        assert feed.status_code == 200 and b"Night ferries" in feed.content
        assert b"yard" not in feed.content
        again = client.get(moved["Location"], headers={"If-None-Match": feed["ETag"]})
        assert again.status_code == 304
    entry = client.get("/daily/search/feed.json?q=ferry").json()
    assert entry["title"] == "Harbour Daily: ferry"
    assert [one["id"] for one in entry["items"]] == [Item.objects.get(title=FERRY).entry_id]
    assert client.get("/daily/search/feed.atom").status_code == 404


def test_a_network_may_not_search_without_end(
    daily: Publication, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "CALLS", Calls(interval=1, burst=30, clock=lambda: 7.0))
    codes = [client.get(f"/daily/search/?q=a{n}").status_code for n in range(31)]
    assert codes == [200] * 30 + [429]
    answer = client.get("/daily/search/?q=a")
    assert (answer["Retry-After"], answer["Cache-Control"]) == ("30", "no-store")
    assert client.get("/daily/search/").status_code == 200
    other = client.get("/daily/search/?q=a", REMOTE_ADDR="192.0.2.9")
    assert other.status_code == 200


def test_a_search_writes_nothing_and_asks_few(daily: Publication, client: Client) -> None:
    out(daily, "2026-03-02", *(f"Ferry {n}" for n in range(20)))
    client.get("/daily/search/?q=ferry")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/daily/search/?q=ferry")
    asked = [query["sql"] for query in queries]
    assert len(asked) <= 7, asked
    assert all(sql.startswith(("SELECT", "WITH e AS MATERIALIZED (")) for sql in asked), asked


def test_a_wrong_address_leads_to_the_publications_own_archive(
    daily: Publication, client: Client
) -> None:
    page = client.get("/daily/2020-01-01/")
    text = page.content.decode()
    assert page.status_code == 404
    assert 'href="/daily/"' in text and 'href="/daily/search/"' in text
    assert 'href="/daily/search/"' not in client.get("/nope/2020-01-01/").content.decode()
    assert client.get("/da%00ily/x/y/z").status_code == 404
