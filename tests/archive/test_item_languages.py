"""An item's page and its partner's in another language name each other; so do stories across
publications, while both are public."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from lxml import etree

from newsletter.archive.finished import serving
from newsletter.editions import pairing
from newsletter.importing.stories import link_key, remember
from newsletter.issues import told_before
from newsletter.models import Issue, Item, Link, ToldBefore
from newsletter.sending import withdrawing
from subscribers.models import Category, Publication
from tests import builders
from tests.committed import COMMITTED

pytestmark = COMMITTED

AT = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
BASE = "http://127.0.0.1:8000"
ZH = "zh-Hans"


@pytest.fixture
def pair(db: None) -> SimpleNamespace:
    """An issue of three items and its translation in a sister, of which the middle one is
    missing and the others stand the other way round."""
    daily = builders.publication()
    gang = builders.publication("gang", name="港口", language=ZH, sister_of=daily)
    ships, port = builders.category(daily, "Ships"), builders.category(gang, "港口", slug="port")
    made: dict[str, Any] = {"state": "archived", "published_at": AT}
    english = builders.issue(daily, "2026-03-02", **made)
    chinese = builders.issue(gang, "2026-03-02", language=ZH, original=english, **made)
    for number, title in enumerate(["A ship", "A tide", "Egrets"], start=1):
        url = f"https://example.org/{number}"
        builders.item(english, ships, title, url=url, published_at=AT)
    for number, title in ((3, "白鹭"), (1, "一艘船")):
        url = f"https://example.org/{number}"
        builders.item(chinese, port, title, url=url, published_at=AT)
    return SimpleNamespace(daily=daily, gang=gang, english=english, chinese=chinese, port=port)


def page(client: Client, address: str) -> Any:
    """The page as it would be handed out a second later."""
    serving.CHANGES._tried = float("-inf")
    response = client.get(address)
    assert response.status_code == 200, address
    return etree.fromstring(response.content, etree.HTMLParser())


def named(client: Client, address: str) -> list[tuple[str, str]]:
    """(language, address) of each page that says the same."""
    found = page(client, address).xpath("//link[@rel='alternate'][@hreflang]")
    return sorted((one.get("hreflang"), one.get("href").removeprefix(BASE)) for one in found)


def also_in(client: Client, address: str) -> list[tuple[str, str]]:
    found = page(client, address).xpath("//main//a[@hreflang]")
    return [(one.get("href"), "".join(one.itertext())) for one in found]


def test_partners_name_each_other_and_the_original_is_the_default(
    client: Client, pair: SimpleNamespace
) -> None:
    wanted = [
        ("en", "/daily/2026-03-02/item-1/"), ("x-default", "/daily/2026-03-02/item-1/"),
        (ZH, "/gang/2026-03-02/item-2/"),
    ]  # fmt: skip
    assert named(client, "/daily/2026-03-02/item-1/") == wanted
    assert named(client, "/gang/2026-03-02/item-2/") == wanted
    assert also_in(client, "/daily/2026-03-02/item-1/") == [
        ("/gang/2026-03-02/item-2/", "简体中文")
    ]
    assert also_in(client, "/gang/2026-03-02/item-2/") == [("/daily/2026-03-02/item-1/", "English")]
    # What has no partner names none, and not itself alone.
    assert named(client, "/daily/2026-03-02/item-2/") == []
    assert also_in(client, "/daily/2026-03-02/item-2/") == []


def test_a_pair_by_hand_counts_and_stored_pages_follow(
    client: Client, pair: SimpleNamespace
) -> None:
    tide = pair.english.items.get(number=2)
    assert named(client, "/daily/2026-03-02/item-1/") != []
    pair.chinese.items.filter(number=2).update(translates=tide)
    assert named(client, "/daily/2026-03-02/item-1/") == []
    assert named(client, "/daily/2026-03-02/item-2/")[0] == ("en", "/daily/2026-03-02/item-2/")


@pytest.mark.parametrize("what", ["hidden", "withdrawn", "private", "unlisted", "parted", "links"])
def test_a_partner_that_is_not_public_any_more_is_named_no_more(
    client: Client, pair: SimpleNamespace, what: str
) -> None:
    address = "/daily/2026-03-02/item-1/"
    assert len(named(client, address)) == 3
    other = pair.chinese.items.get(number=2)
    match what:
        case "hidden":
            Item.objects.filter(pk=other.pk).update(hidden=True)
        case "withdrawn":
            withdrawing.withdraw(pair.chinese, other, "It was wrong.", by="olga")
        case "private":
            Category.objects.filter(pk=pair.port.pk).update(visibility="private")
        case "unlisted":
            Issue.objects.filter(pk=pair.chinese.pk).update(listed=False)
        case "parted":
            pairing.part(pair.chinese, by="olga")
        case "links":
            Link.objects.filter(item=other).update(url="https://example.org/2")
    assert named(client, address) == []


def test_two_translations_name_each_other_by_way_of_the_original(
    client: Client, pair: SimpleNamespace
) -> None:
    third = builders.publication("hafen", sister_of=pair.daily)
    german = builders.issue(
        third, "2026-03-02", language="de", original=pair.english, state="archived",
        published_at=AT,
    )  # fmt: skip
    cats = builders.category(third, "Schiffe")
    builders.item(german, cats, "Ein Schiff", url="https://example.org/1", published_at=AT)
    wanted = [
        ("de", "/hafen/2026-03-02/item-1/"), ("en", "/daily/2026-03-02/item-1/"),
        ("x-default", "/daily/2026-03-02/item-1/"), (ZH, "/gang/2026-03-02/item-2/"),
    ]  # fmt: skip
    for address in ("/hafen/2026-03-02/item-1/", "/gang/2026-03-02/item-2/"):
        assert named(client, address) == wanted


# ---- stories across publications


@pytest.fixture
def fleet(pair: SimpleNamespace) -> Publication:
    """A publication that goes on with a story of the first."""
    fleet = builders.publication("fleet")
    fleet.memory_of.add(pair.daily)
    later = builders.issue(
        fleet, "2026-03-05", state="archived", published_at=AT + dt.timedelta(days=3)
    )
    builders.item(
        later, builders.category(fleet, "Crews"), "The crew", url="",
        follows=pair.english.items.get(number=1), published_at=AT + dt.timedelta(days=3),
    )  # fmt: skip
    return fleet


PAGES = ("/fleet/2026-03-05/", "/fleet/2026-03-05/item-1/", "/fleet/items.atom")


@pytest.mark.parametrize("what", ["category", "publication", "issue", "item"])
def test_a_follow_up_names_nothing_that_only_some_may_read(
    client: Client, pair: SimpleNamespace, fleet: Publication, what: str
) -> None:
    def says() -> list[bool]:
        serving.CHANGES._tried = float("-inf")
        return ["A ship" in client.get(one).content.decode() for one in PAGES]

    assert says() == [True] * 3
    match what:
        case "category":
            pair.daily.categories.update(visibility="private")
        case "publication":
            Publication.objects.filter(pk=pair.daily.pk).update(readers_only=True)
        case "issue":
            withdrawing.withdraw(pair.english, None, "It was wrong.", by="olga")
        case "item":
            inner = builders.category(pair.daily, "Board", visibility="private")
            pair.english.items.filter(number=1).update(category=inner)
    assert says() == [False] * 3


def test_earlier_on_this_leads_into_the_other_publication(
    client: Client, pair: SimpleNamespace, fleet: Publication
) -> None:
    told: list[Item] = []
    for publication, at in ((pair.daily, 6), (fleet, 7), (pair.daily, 8)):
        issue = builders.issue(
            publication, f"2026-03-0{at}", state="archived",
            published_at=AT + dt.timedelta(days=at - 2),
        )  # fmt: skip
        url = "https://www.example.org/night-ferry"
        item = builders.item(
            issue, publication.categories.first(), "Night ferry to Linhai starts in spring",
            url=url, published_at=AT + dt.timedelta(days=at - 2),
        )  # fmt: skip
        Link.objects.filter(item=item).update(url_key=link_key(url))
        remember([item])
        told.append(item)
    for item in told:
        told_before.tie(item.issue)
    found = page(client, "/fleet/2026-03-07/item-1/").xpath(
        "//section[@aria-labelledby='earlier']//a/@href"
    )
    assert found == ["/daily/2026-03-06/item-1/"]
    # The other publication does not remember ours, whichever came first.
    assert set(ToldBefore.objects.values_list("item", "earlier")) == {
        (told[1].pk, told[0].pk), (told[2].pk, told[0].pk),
    }  # fmt: skip
    Publication.objects.filter(pk=pair.daily.pk).update(readers_only=True)
    serving.CHANGES._tried = float("-inf")
    html = client.get("/fleet/2026-03-07/item-1/").content.decode()
    assert not re.search("aria-labelledby=.earlier.", html)
