"""A round-up on the site: a page, one permanent address for each item, each once in feeds."""

from __future__ import annotations

import json
from typing import Any

import pytest
import time_machine
from django.test import Client

from newsletter import editions, sending
from newsletter.issues import roundups
from newsletter.models import Issue
from newsletter.rendering.layout import Source
from subscribers.models import Publication
from tests.issues.test_roundups import FRIDAY, harbour, issue_of, week

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(FRIDAY, tick=False) as moment:
        yield moment


@pytest.fixture
def published() -> tuple[Publication, Issue]:
    publication = harbour()
    issue_of(publication, "2026-03-02T08:00", "A ship", slug="2026-03-02")
    issue_of(publication, "2026-03-03T08:00", "Trade: corn", slug="2026-03-03")
    issue = roundups.make(publication, week(publication)).issue
    assert issue is not None
    sending.release(issue, by="alice", now=True)
    assert sending.freeze(issue.pk)
    return publication, issue


def test_it_has_a_page_whose_items_link_to_the_originals(
    client: Client, published: tuple[Publication, Issue]
) -> None:
    page = client.get("/daily/2026-03-06-roundup/").content.decode()
    assert "A ship" in page and "Trade: corn" in page
    assert 'href="/daily/2026-03-02/item-1/"' in page
    assert 'href="/daily/2026-03-03/item-1/"' in page
    assert "2026-03-06-roundup" in client.get("/daily/").content.decode()
    assert "2026-03-06-roundup" not in client.get("/daily/c/ships/").content.decode()


def entries(client: Client, path: str) -> list[tuple[str, str]]:
    found = json.loads(client.get(path).content)["items"]
    return [(one["title"], one["url"].partition("8000")[2]) for one in found]


def test_feeds_show_an_item_once(client: Client, published: tuple[Publication, Issue]) -> None:
    publication, _issue = published
    assert entries(client, "/daily/c/ships/feed.json") == [("A ship", "/daily/2026-03-02/item-1/")]
    assert entries(client, "/daily/feed.json?category=ships&category=trade") == [
        ("Trade: corn", "/daily/2026-03-03/item-1/"),
        ("A ship", "/daily/2026-03-02/item-1/"),
    ]
    issues = [("Harbour Daily - 2026-03-03", "/daily/2026-03-03/"),
              ("Harbour Daily - 2026-03-02", "/daily/2026-03-02/")]  # fmt: skip
    assert entries(client, "/daily/feed.json") == issues
    assert entries(client, "/daily/feed.json?month=2026-03") == issues
    assert publication.issues.filter(kind="roundup", published_at__isnull=False).exists()


def test_a_mail_names_the_originals_address_wherever_it_links_an_item(
    published: tuple[Publication, Issue],
) -> None:
    publication, issue = published
    cards = Source(editions.load(issue), publication).cards.values()
    assert [card.web.partition("8000")[2] for card in cards] == [
        "/daily/2026-03-03/item-1/",
        "/daily/2026-03-02/item-1/",
    ]
