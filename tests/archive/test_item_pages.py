"""Each item has a page of its own, at the address under which feeds, search and shares know it."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.test import Client

from newsletter import conf
from newsletter.archive.finished import serving
from newsletter.editions import search
from newsletter.importing.stories import link_key, remember
from newsletter.issues import told_before
from newsletter.models import Issue, Item, Link, ToldBefore
from newsletter.sending import withdrawing
from subscribers.models import Category, Publication
from tests import builders
from tests.committed import COMMITTED

pytestmark = COMMITTED

DAYS = [dt.datetime(2026, 3, day, 8, tzinfo=dt.UTC) for day in (2, 3, 4)]
FERRY = "Night ferry to Linhai starts in spring"


@pytest.fixture
def daily(db: None) -> Publication:
    return builders.publication()


def issue(daily: Publication, day: int, *titles: str, **extra: Any) -> Issue:
    """A public issue whose items of one title link one page in every issue."""
    made = builders.issue(
        daily, f"{DAYS[day]:%Y-%m-%d}", state="archived", published_at=DAYS[day], **extra
    )
    ships = daily.categories.filter(slug="ships").first() or builders.category(daily, "Ships")
    for title in titles:
        url = f"https://www.example.org/{title.replace(' ', '-')}?utm_source={day}"
        item = builders.item(made, ships, title, url=url, published_at=DAYS[day])
        Link.objects.filter(item=item).update(url_key=link_key(url))
        remember([item])
    search.write(made.items.all())
    return made


def text(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, (address, response.status_code)
    return response.content.decode()


def test_an_item_has_a_page_with_its_issue_and_its_neighbours(
    client: Client, daily: Publication
) -> None:
    issue(daily, 0, "A tide", FERRY, "Egrets")
    page = text(client, "/daily/2026-03-02/item-2/")
    base = conf.base_url()
    assert f'<link rel="canonical" href="{base}/daily/2026-03-02/item-2/">' in page
    assert f'content="{FERRY}"' in page and 'content="article"' in page
    links = re.findall(r'href="(/daily/2026-03-02/[^"]*)"', page)
    assert links == [
        "/daily/2026-03-02/#item-2", "/daily/2026-03-02/item-1/", "/daily/2026-03-02/item-3/",
    ]  # fmt: skip
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    told = json.loads(data)
    assert (told["@type"], told["headline"], told["datePublished"], told["isBasedOn"]) == (
        "NewsArticle", FERRY, "2026-03-02T08:00:00+00:00",
        ["https://www.example.org/Night-ferry-to-Linhai-starts-in-spring?utm_source=0"],
    )  # fmt: skip
    assert told["isPartOf"]["url"] == f"{base}/daily/2026-03-02/"


def test_feed_search_category_sitemap_and_issue_lead_there_and_feed_ids_stay(
    client: Client, daily: Publication
) -> None:
    made = issue(daily, 0, FERRY)
    address = "/daily/2026-03-02/item-1/"
    for one in ("/daily/items.json", "/daily/c/ships/feed.json"):
        (entry,) = json.loads(text(client, one))["items"]
        assert entry["url"] == conf.base_url() + address
        assert entry["id"] == made.items.get().entry_id
    for one in ("/daily/search/?q=ferry", "/daily/c/ships/", "/daily/2026-03-02/"):
        assert f'href="{address}"' in text(client, one), one
    assert f"<loc>{conf.base_url()}{address}</loc>" in text(client, "/daily/sitemap.xml")


def test_what_is_private_hidden_unlisted_or_not_out_has_no_page(
    client: Client, daily: Publication
) -> None:
    made = issue(daily, 0, FERRY, "Hidden one")
    made.items.filter(number=2).update(hidden=True)
    secret = builders.category(daily, "Secrets", visibility="private")
    builders.item(made, secret, "Gold", published_at=DAYS[0])
    issue(daily, 1, "Unlisted", listed=False)
    draft = builders.issue(daily, "2026-03-09")
    builders.item(draft, daily.categories.get(slug="ships"), "Not yet")
    for one in ("02/item-2", "02/item-3", "03/item-1", "09/item-1", "02/item-9", "30/item-1"):
        page = text(client, f"/daily/2026-03-{one}/", 404)
        assert 'href="/daily/"' in page  # The publication's archive, where to go on.
    page = text(client, "/daily/2026-03-02/item-1/")
    assert "Gold" not in page and "Hidden" not in page
    assert "item-3" not in text(client, "/daily/sitemap.xml")


def test_a_withdrawn_item_and_those_of_a_withdrawn_issue_are_gone(
    client: Client, daily: Publication
) -> None:
    made = issue(daily, 0, "A tide", FERRY)
    secret = builders.category(daily, "Secrets", visibility="private")
    gold = builders.item(made, secret, "Gold", published_at=DAYS[0])
    withdrawing.withdraw(made, made.items.get(number=2), "It was not ours.", by="olga")
    withdrawing.withdraw(made, gold, "Nor this.", by="olga")
    gone = text(client, "/daily/2026-03-02/item-2/", 410)
    assert "This item was withdrawn" in gone and "It was not ours." in gone
    assert "ferry" not in gone and 'content="noindex"' in gone
    mark = "0" * 16
    for shape in ("card", "tall"):  # Its pictures are gone as it is.
        assert "It was not ours." in text(
            client, f"/daily/2026-03-02/item-2/{shape}-{mark}.png", 410
        )
    text(client, f"/daily/2026-03-02/item-3/card-{mark}.png", 404)
    # What was never public says nothing.
    text(client, "/daily/2026-03-02/item-3/", 404)
    withdrawing.withdraw(made, None, "All of it was wrong.", by="olga")
    for one in (1, 2):
        gone = text(client, f"/daily/2026-03-02/item-{one}/", 410)
        assert "This issue was withdrawn" in gone and "All of it was wrong." in gone
        assert "tide" not in gone
        text(client, f"/daily/2026-03-02/item-{one}/tall-{mark}.png", 410)
    text(client, "/daily/2026-03-02/item-3/", 410)
    text(client, f"/daily/2026-03-02/card-{mark}.png", 410)


def test_a_copy_in_a_roundup_leads_to_the_page_of_its_original(
    client: Client, daily: Publication
) -> None:
    made = issue(daily, 0, FERRY)
    roundup = issue(daily, 1, kind=Issue.Kind.ROUNDUP)
    builders.item(roundup, None, FERRY, copied_from=made.items.get(), published_at=DAYS[1], url="")
    response = client.get("/daily/2026-03-03/item-1/")
    assert (response.status_code, response["Location"]) == (301, "/daily/2026-03-02/item-1/")
    assert 'href="/daily/2026-03-02/item-1/"' in text(client, "/daily/2026-03-03/")


# ---- earlier on this


def earlier_on(client: Client, address: str) -> list[str]:
    page = text(client, address)
    part = page.partition('aria-labelledby="earlier"')[2].partition("</section>")[0]
    return re.findall(r'<a href="([^"]+)"', part)


def test_an_item_names_the_earlier_ones_of_its_story_newest_first(
    client: Client, daily: Publication
) -> None:
    for day in range(3):
        made = issue(daily, day, "A tide of its own day" if day == 1 else FERRY, FERRY)
        told_before.tie(made)
    assert earlier_on(client, "/daily/2026-03-04/item-2/") == [
        "/daily/2026-03-03/item-2/", "/daily/2026-03-02/item-2/", "/daily/2026-03-02/item-1/",
    ]  # fmt: skip
    assert earlier_on(client, "/daily/2026-03-02/item-1/") == []


def test_an_archive_imported_later_is_tied_in_turn_whichever_came_first(
    client: Client, daily: Publication
) -> None:
    issue(daily, 2, FERRY)
    assert told_before.sweep() == 1
    issue(daily, 0, FERRY)
    assert told_before.sweep() == 1
    assert told_before.sweep() == 0
    assert earlier_on(client, "/daily/2026-03-04/item-1/") == ["/daily/2026-03-02/item-1/"]
    assert earlier_on(client, "/daily/2026-03-02/item-1/") == []


def test_a_draft_is_tied_when_it_appears_and_not_before(daily: Publication) -> None:
    issue(daily, 0, FERRY)
    draft = issue(daily, 1, FERRY)
    Issue.objects.filter(pk=draft.pk).update(state="draft", published_at=None)
    Item.objects.filter(issue=draft).update(published_at=None)
    told_before.sweep()
    assert not ToldBefore.objects.exists()


def test_what_is_not_public_any_more_is_not_named(client: Client, daily: Publication) -> None:
    first, second = issue(daily, 0, FERRY), issue(daily, 1, FERRY)
    third = issue(daily, 2, FERRY)
    for one in (first, second, third):
        told_before.tie(one)
    withdrawing.withdraw(second, second.items.get(), "It was wrong.", by="olga")
    address = "/daily/2026-03-04/item-1/"
    assert earlier_on(client, address) == ["/daily/2026-03-02/item-1/"]
    Category.objects.filter(slug="ships").update(visibility="private")
    text(client, address, 404)


def test_a_correction_drops_its_own_page_and_those_that_name_it_and_no_other(
    client: Client, daily: Publication
) -> None:
    """Of four stored pages three show the first issue's item, or its issue; the fourth does not."""
    first, second = issue(daily, 0, FERRY, "A tide"), issue(daily, 1, FERRY)
    issue(daily, 2, "Something else entirely")
    told_before.tie(first)
    told_before.tie(second)
    addresses = [
        "/daily/2026-03-02/item-1/", "/daily/2026-03-02/item-2/", "/daily/2026-03-03/item-1/",
        "/daily/2026-03-04/item-1/",
    ]  # fmt: skip
    serving.clear()
    before = [text(client, one) for one in addresses]
    Item.objects.filter(pk=first.items.get(number=1).pk).update(title="The ferry is late")
    serving.CHANGES._tried = float("-inf")  # A second later.
    built = serving.ANSWERS["built"]
    after = [text(client, one) for one in addresses]
    assert serving.ANSWERS["built"] - built == 3
    assert [old != new for old, new in zip(before, after, strict=True)] == [True, True, True, False]
    assert "The ferry is late" in after[2]
