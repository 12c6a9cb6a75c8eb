"""The archive by month and by source: what each page holds, how it goes on, what is not there."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from newsletter.archive.finished import serving
from newsletter.editions import search
from newsletter.editions.search import finding
from newsletter.models import Issue, Item
from subscribers.models import Publication
from tests import builders
from tests.committed import COMMITTED

pytestmark = COMMITTED


@pytest.fixture
def daily(db: None) -> Publication:
    made = builders.publication(time_zone="Asia/Shanghai")
    builders.category(made, "Ships")
    return made


def issue(daily: Publication, day: str, *urls: str, **extra: object) -> Issue:
    at = dt.datetime.fromisoformat(f"{day}T08:00+00:00")
    made = builders.issue(daily, day, state="archived", published_at=at, **extra)
    for number, url in enumerate(urls, 1):
        ships = daily.categories.get(slug="ships")
        builders.item(made, ships, f"Ship {number} of {day}", url=url, published_at=at)
    search.write(made.items.all())
    return made


def text(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, (address, response.status_code)
    return response.content.decode()


def issues_on(page: str) -> list[str]:
    return re.findall(r'href="/daily/(\d{4}-\d\d-\d\d)/"', page)


def test_a_month_has_the_issues_of_its_days_and_leads_to_the_months_beside(
    client: Client, daily: Publication
) -> None:
    # Published on the first of April in Shanghai, but of the last day of March.
    late = issue(daily, "2026-03-31")
    Issue.objects.filter(pk=late.pk).update(published_at=dt.datetime(2026, 4, 1, 3, tzinfo=dt.UTC))
    issue(daily, "2026-03-02")
    issue(daily, "2026-01-05")
    issue(daily, "2026-05-05")
    issue(daily, "2026-03-05", listed=False)
    page = text(client, "/daily/months/2026-03/")
    assert issues_on(page) == ["2026-03-31", "2026-03-02"]
    assert "<h1>March 2026</h1>" in page
    assert re.findall(r'href="(/daily/months/[^"]+)"', page) == [
        "/daily/months/2026-05/", "/daily/months/2026-01/",
    ]  # fmt: skip
    assert re.findall(r'href="(/daily/months/[^"]+)"', text(client, "/daily/months/")) == [
        "/daily/months/2026-05/", "/daily/months/2026-03/", "/daily/months/2026-01/",
    ]  # fmt: skip
    archive = text(client, "/daily/")
    assert 'href="/daily/months/2026-03/"' in archive and 'href="/daily/months/"' in archive


def test_a_full_month_is_paged_by_address(
    client: Client, daily: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.editions.published.PAGE_ISSUES", 2)
    for day in ("02", "03", "04"):
        issue(daily, f"2026-03-{day}")
    first = text(client, "/daily/months/2026-03/")
    assert issues_on(first) == ["2026-03-04", "2026-03-03"]
    (more,) = re.findall(r'href="([^"]+before=[^"]+)"', first)
    assert more == "/daily/months/2026-03/?before=2026-03-03"
    rest = text(client, more)
    assert issues_on(rest) == ["2026-03-02"] and 'content="noindex"' in rest
    text(client, "/daily/months/2026-03/?before=2026-02-01", 404)


@pytest.mark.parametrize(
    "month", ["2026-02", "2026-3", "2026-13", "0000-00", "0001-01", "9999-12", "march"]
)
def test_a_month_without_issues_leads_back_to_the_archive(
    client: Client, daily: Publication, month: str
) -> None:
    issue(daily, "2026-03-02")
    assert 'href="/daily/"' in text(client, f"/daily/months/{month}/", 404)


def items_on(page: str) -> list[str]:
    return re.findall(r'<a href="/daily/([^"]+/item-\d/)"', page)


def test_a_source_has_what_came_from_it_newest_first(client: Client, daily: Publication) -> None:
    issue(daily, "2026-03-02", "https://www.Example.org/a", "https://other.example/b")
    issue(daily, "2026-03-03", "https://example.org/c", "https://news.example.org/d")
    page = text(client, "/daily/sources/example.org/")
    assert items_on(page) == ["2026-03-03/item-1/", "2026-03-02/item-1/"]
    assert 'href="/daily/search/feed.atom?source=example.org"' in page
    for address in ("/daily/2026-03-02/item-1/", "/daily/search/?q=ship"):
        assert 'href="/daily/sources/example.org/"' in text(client, address)
    moved = client.get("/daily/sources/WWW.example.org/")
    assert (moved.status_code, moved["Location"]) == (301, "/daily/sources/example.org/")


def test_a_source_is_paged_by_address_and_only_by_one_it_gave(
    client: Client, daily: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in ("02", "03", "04"):
        issue(daily, f"2026-03-{day}", "https://example.org/a")
    whole = finding.find
    monkeypatch.setattr(search, "find", lambda *a, **k: whole(*a, **{**k, "most": 2}))
    page = text(client, "/daily/sources/example.org/")
    assert items_on(page) == ["2026-03-04/item-1/", "2026-03-03/item-1/"]
    (more,) = re.findall(r'href="([^"]+before=\d+)"', page)
    assert items_on(text(client, more)) == ["2026-03-02/item-1/"]
    for wrong in ("7", "-1", "x", "9" * 30):
        text(client, f"/daily/sources/example.org/?before={wrong}", 404)


def test_what_is_private_or_hidden_makes_no_source(client: Client, daily: Publication) -> None:
    made = issue(daily, "2026-03-02", "https://example.org/a", "https://secret.example/b")
    made.items.filter(number=2).update(category=builders.category(
        daily, "Secrets", visibility="private"
    ))  # fmt: skip
    for host in ("secret.example", "nobody.example", "a b", "%C3%A9"):
        assert 'href="/daily/"' in text(client, f"/daily/sources/{host}/", 404)
    Item.objects.filter(number=1).update(hidden=True)
    text(client, "/daily/sources/example.org/", 404)


def test_both_are_stored_and_a_new_issue_changes_them(client: Client, daily: Publication) -> None:
    issue(daily, "2026-03-02", "https://example.org/a")
    addresses = ["/daily/months/", "/daily/months/2026-03/", "/daily/sources/example.org/"]
    serving.clear()
    first = [text(client, one) for one in addresses]
    built = serving.ANSWERS["built"]
    assert [text(client, one) for one in addresses] == first
    assert serving.ANSWERS["built"] == built
    issue(daily, "2026-03-03", "https://example.org/b")
    serving.CHANGES._tried = float("-inf")  # A second later.
    assert all(a != b for a, b in zip(first, (text(client, x) for x in addresses), strict=True))
